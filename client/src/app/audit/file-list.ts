import { Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import {
  FILE_CHANGES,
  RECORD_DIRECTIONS,
  TRANSFER_PROTOCOLS,
  TRANSFER_RESULTS,
  type SheetFormat,
  type TransferResult,
} from '#libs/contracts';
import { Api } from '../api/api';
import { exportFileTransfers } from '../api/fn/audit/export-file-transfers';
import {
  type ListFileTransfers$Params,
  listFileTransfers,
} from '../api/fn/file-transfers/list-file-transfers';
import type { FileTransferView } from '../api/models/file-transfer-view';
import { Copy } from '../display/copy';
import { dataSize } from '../display/data-size';
import { StateMark, type StateKind } from '../display/state-mark';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import { Language } from '../language/language';
import type { Column } from '../list/columns';
import type { Facet } from '../list/facet';
import { ListCell } from '../list/list-cell';
import { type ListQuery, oneOf, paging, wholeOf } from '../list/list-query';
import { injectList } from '../list/list-source';
import { ListView } from '../list/list-view';
import { ExportMenu } from '../sheets/export-menu';
import { PeriodFilter } from './period-filter';
import { SameElsewhere } from './same-elsewhere';
import { SubjectFilters, SystemUserFilter } from './subject-filters';

const COLUMNS: readonly Column[] = [
  { id: 'startedAt', label: 'fileTransfers.at', sort: 'startedAt', fixed: true },
  { id: 'username', label: 'fileTransfers.user', fixed: true },
  { id: 'target', label: 'fileTransfers.target', fixed: true, narrow: '170px' },
  { id: 'direction', label: 'fileTransfers.direction' },
  { id: 'path', label: 'fileTransfers.path', fixed: true, narrow: '200px' },
  { id: 'size', label: 'fileTransfers.size', align: 'end' },
  { id: 'result', label: 'fileTransfers.result' },
  { id: 'digest', label: 'fileTransfers.digest' },
  { id: 'protocol', label: 'fileTransfers.protocol', extra: true },
  { id: 'source', label: 'fileTransfers.source', extra: true },
  { id: 'command', label: 'fileTransfers.command', extra: true },
  { id: 'session', label: 'fileTransfers.session', align: 'end' },
];

const MARKS: Readonly<Record<TransferResult, StateKind>> = {
  complete: 'good',
  cut_off: 'caution',
  refused: 'bad',
  failed: 'bad',
};

const SORTS = ['startedAt'] as const;
/** Digits of a digest that tell two apart at a glance; all of it is one click away. */
const SHOWN_DIGITS = 12;

/** Files that went to assets or came from them, and what was changed there beside. */
@Component({
  selector: 'gh-file-list',
  imports: [
    Copy,
    ExportMenu,
    ListCell,
    ListView,
    PeriodFilter,
    SameElsewhere,
    SubjectFilters,
    SystemUserFilter,
    RouterLink,
    StateMark,
    When,
  ],
  templateUrl: './file-list.html',
})
export class FileList {
  private readonly api = inject(Api);
  private readonly language = inject(Language);
  protected readonly t = injectWords();
  protected readonly columns = COLUMNS;
  protected readonly rare = ['direction', 'change', 'result', 'systemUserId'];
  protected readonly facets: readonly Facet[] = [
    facet('direction', RECORD_DIRECTIONS, 'fileTransfers.directions.'),
    facet('change', FILE_CHANGES, 'fileTransfers.changes.'),
    facet('result', TRANSFER_RESULTS, 'fileTransfers.results.'),
    { field: 'sessionId', label: 'sessions.onlyOne', options: [] },
  ];
  protected readonly list = injectList<FileTransferView>({
    name: 'files',
    sort: '-startedAt',
    filters: [
      'direction',
      'change',
      'result',
      'protocol',
      'from',
      'to',
      'sessionId',
      'userId',
      'assetId',
      'systemUserId',
    ],
    load: (query) => this.api.invoke(listFileTransfers, { ...paging(query, SORTS), ...narrowedBy(query) }),
  });
  protected readonly whole = (format: SheetFormat): Promise<Blob> => {
    const query = this.list.query();
    const language = this.language.shown();
    return this.api.invoke(exportFileTransfers, {
      ...wholeOf(query, SORTS),
      ...narrowedBy(query),
      ...{ format, language },
    });
  };

  protected markOf(result: TransferResult): StateKind {
    return MARKS[result];
  }

  protected sizeOf(bytes: number): string {
    return dataSize(bytes, this.language.shown());
  }

  protected shortDigest(digest: string): string {
    return `${digest.slice(0, SHOWN_DIGITS)}…`;
  }
}

function facet(field: string, values: readonly string[], words: string): Facet {
  return {
    field,
    label: `fileTransfers.${field}`,
    options: values.map((value) => ({ value, label: `${words}${value}` })),
  };
}

function narrowedBy({ filters }: ListQuery): ListFileTransfers$Params {
  const { direction, change, result, protocol, ...rest } = filters;
  return {
    ...rest,
    direction: oneOf(RECORD_DIRECTIONS, direction),
    change: oneOf(FILE_CHANGES, change),
    result: oneOf(TRANSFER_RESULTS, result),
    protocol: oneOf(TRANSFER_PROTOCOLS, protocol),
  };
}
