import { Component, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { COMMAND_KINDS, type SheetFormat } from '#libs/contracts';
import { Api } from '../api/api';
import { exportCommands } from '../api/fn/audit/export-commands';
import { type ListCommands$Params, listCommands } from '../api/fn/commands/list-commands';
import type { CommandView } from '../api/models/command-view';
import { When } from '../display/when';
import { Language } from '../language/language';
import { injectWords } from '../language/words';
import type { Column } from '../list/columns';
import type { Facet } from '../list/facet';
import { ListCell } from '../list/list-cell';
import { type ListQuery, flagOf, oneOf, paging, wholeOf } from '../list/list-query';
import { injectList } from '../list/list-source';
import { ListView } from '../list/list-view';
import { ExportMenu } from '../sheets/export-menu';
import { CommandText } from './command-text';
import { PeriodFilter } from './period-filter';
import { SameElsewhere } from './same-elsewhere';
import { SubjectFilters, SystemUserFilter } from './subject-filters';

const COLUMNS: readonly Column[] = [
  { id: 'at', label: 'commands.at', sort: 'at', fixed: true },
  { id: 'username', label: 'commands.user', fixed: true, narrow: '150px' },
  { id: 'target', label: 'commands.target', fixed: true, narrow: '210px' },
  { id: 'command', label: 'commands.command', fixed: true },
  { id: 'session', label: 'commands.session', align: 'end' },
];

const SORTS = ['at'] as const;
const CERTAIN = ['true', 'false'] as const;

/** What was entered in sessions, searched by its text. */
@Component({
  selector: 'gh-command-list',
  imports: [
    CommandText,
    ExportMenu,
    ListCell,
    ListView,
    PeriodFilter,
    SameElsewhere,
    SubjectFilters,
    SystemUserFilter,
    RouterLink,
    When,
  ],
  templateUrl: './command-list.html',
  styles: `
    .searched {
      order: 1; /* a line of its own, below what is filtered by */
      flex-basis: 100%;
      margin: 0;
    }
  `,
})
export class CommandList {
  private readonly api = inject(Api);
  private readonly language = inject(Language);
  protected readonly t = injectWords();
  protected readonly columns = COLUMNS;
  /** A short text was looked for in the commands since then only. */
  protected readonly searchedFrom = signal<string | null>(null);
  protected readonly rare = ['kind', 'certain', 'systemUserId'];
  protected readonly facets: readonly Facet[] = [
    {
      field: 'kind',
      label: 'commands.kind',
      options: COMMAND_KINDS.map((value) => ({ value, label: `commands.kinds.${value}` })),
    },
    {
      field: 'certain',
      label: 'commands.certainty',
      options: CERTAIN.map((value) => ({ value, label: `commands.certain.${value}` })),
    },
    { field: 'sessionId', label: 'sessions.onlyOne', options: [] },
  ];
  protected readonly list = injectList<CommandView>({
    name: 'commands',
    sort: '-at',
    filters: ['kind', 'certain', 'from', 'to', 'sessionId', 'userId', 'assetId', 'systemUserId'],
    load: async (query) => {
      const page = await this.api.invoke(listCommands, { ...paging(query, SORTS), ...narrowedBy(query) });
      this.searchedFrom.set(page.searchedFrom);
      return page;
    },
  });
  protected readonly whole = (format: SheetFormat): Promise<Blob> => {
    const query = this.list.query();
    const language = this.language.shown();
    return this.api.invoke(exportCommands, {
      ...wholeOf(query, SORTS),
      ...narrowedBy(query),
      ...{ format, language },
    });
  };
}

function narrowedBy({ filters }: ListQuery): ListCommands$Params {
  const { kind, certain, ...rest } = filters;
  return { ...rest, kind: oneOf(COMMAND_KINDS, kind), certain: flagOf(certain) };
}
