import { Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../api/api';
import { operationSubject, operationVerb, type SheetFormat } from '#libs/contracts';
import { exportOperations } from '../api/fn/audit/export-operations';
import { type ListOperations$Params, listOperations } from '../api/fn/audit/list-operations';
import type { OperationView } from '../api/models/operation-view';
import { injectUserChoices } from '../choice/sources';
import { When } from '../display/when';
import { Language } from '../language/language';
import { injectKnownWords, injectWords } from '../language/words';
import { ChoiceFilter } from '../list/choice-filter';
import type { Column } from '../list/columns';
import type { Facet } from '../list/facet';
import { ListCell } from '../list/list-cell';
import { type ListQuery, paging, wholeOf } from '../list/list-query';
import { injectList } from '../list/list-source';
import { ListView } from '../list/list-view';
import { ExportMenu } from '../sheets/export-menu';
import { OperationChanges } from './operation-changes';
import { PeriodFilter } from './period-filter';
import { SameElsewhere } from './same-elsewhere';

const COLUMNS: readonly Column[] = [
  { id: 'at', label: 'operations.at', sort: 'at', fixed: true },
  { id: 'actor', label: 'operations.actor', fixed: true },
  { id: 'action', label: 'operations.action', fixed: true },
  { id: 'subject', label: 'operations.subject', fixed: true, narrow: '220px' },
  { id: 'changes', label: 'operations.changes' },
  { id: 'way', label: 'operations.way' },
  { id: 'address', label: 'operations.address', narrow: '140px' },
];

/** What operations are done to. */
const SUBJECTS = [
  ...['user', 'user-group', 'public-key', 'api-token', 'login'],
  ...['asset', 'asset-group', 'data-center', 'admin-account', 'run'],
  ...['sudo-alias', 'system-user', 'authorization-rule'],
  ...['session', 'batch-execution', 'audit', 'retention', 'settings', 'backup', 'vault', 'gateway'],
];

const FACETS: readonly Facet[] = [
  {
    field: 'subjectType',
    label: 'operations.subject',
    options: SUBJECTS.map((value) => ({ value, label: `operations.subjects.${value}` })),
  },
  { field: 'subjectId', label: 'operations.onlyOne', options: [] },
];

/** Where what operations are done to has a page of its own. */
const PLACES: Readonly<Record<string, string>> = {
  user: '/users',
  'user-group': '/user-groups',
  asset: '/assets',
  'asset-group': '/asset-groups',
  'data-center': '/data-centers',
  'admin-account': '/admin-accounts',
  'sudo-alias': '/sudo-aliases',
  'system-user': '/system-users',
  'authorization-rule': '/rules',
  session: '/audit/history',
  'batch-execution': '/audit/batches',
};

const SORTS = ['at'] as const;

/** Every change by anybody, through whatever way in: who, what, what it was before and after, from where. */
@Component({
  selector: 'gh-operation-list',
  imports: [
    ChoiceFilter,
    ExportMenu,
    ListCell,
    ListView,
    PeriodFilter,
    OperationChanges,
    RouterLink,
    SameElsewhere,
    When,
  ],
  templateUrl: './operation-list.html',
})
export class OperationList {
  private readonly api = inject(Api);
  private readonly language = inject(Language);
  private readonly known = injectKnownWords();
  protected readonly t = injectWords();
  protected readonly users = injectUserChoices();
  protected readonly columns = COLUMNS;
  protected readonly facets = FACETS;
  protected readonly list = injectList<OperationView>({
    name: 'operations',
    sort: '-at',
    filters: ['subjectType', 'subjectId', 'userId', 'action', 'from', 'to'],
    load: (query) => this.api.invoke(listOperations, { ...paging(query, SORTS), ...narrowedBy(query) }),
  });
  protected readonly whole = (format: SheetFormat): Promise<Blob> => {
    const query = this.list.query();
    const language = this.language.shown();
    return this.api.invoke(exportOperations, {
      ...wholeOf(query, SORTS),
      ...narrowedBy(query),
      ...{ format, language },
    });
  };

  /** `asset.update` is a kind of thing and what was done to it. */
  protected verbOf(action: string): string {
    return operationVerb(action, { word: (key) => this.known(key) });
  }

  /** Gatehouse's own things are called by codes. */
  protected subjectOf(operation: OperationView): string {
    return operationSubject(operation, { word: (key) => this.known(key) });
  }

  /** The way to it; what was deleted then has none. */
  protected placeOf({ action, subjectType, subjectId }: OperationView): string[] | null {
    const place = PLACES[subjectType];
    return place && subjectId && !action.endsWith('.delete') ? [place, subjectId] : null;
  }

  protected kindOf(subjectType: string): string {
    return this.known(`operations.subjects.${subjectType}`) ?? subjectType;
  }
}

/** Who did it is called the user in the address, as in the other audit lists. */
function narrowedBy({ filters: { userId, ...rest } }: ListQuery): ListOperations$Params {
  return { ...rest, actorId: userId };
}
