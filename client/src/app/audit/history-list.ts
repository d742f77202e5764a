import { Component, inject } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { Icon } from '../display/icon';
import { SESSION_KINDS, type SheetFormat } from '#libs/contracts';
import { Duration } from '../display/duration';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { Language } from '../language/language';
import { injectWords } from '../language/words';
import type { Column } from '../list/columns';
import type { Facet } from '../list/facet';
import { ListCell } from '../list/list-cell';
import { injectList } from '../list/list-source';
import { ListView } from '../list/list-view';
import { ExportMenu } from '../sheets/export-menu';
import { endMark } from './end-mark';
import { PeriodFilter } from './period-filter';
import { SameElsewhere } from './same-elsewhere';
import { SubjectFilters, SystemUserFilter } from './subject-filters';
import type { SessionView } from '../api/models/session-view';
import { SESSION_STATES, SessionArchive } from './session-archive';
import { isWatchable } from './watchable';

const COLUMNS: readonly Column[] = [
  { id: 'startedAt', label: 'sessions.started', sort: 'startedAt', fixed: true },
  { id: 'username', label: 'sessions.user', fixed: true, narrow: '150px' },
  { id: 'target', label: 'sessions.target', fixed: true, narrow: '175px' },
  { id: 'kind', label: 'sessions.kind' },
  { id: 'source', label: 'sessions.source', narrow: '140px' },
  { id: 'duration', label: 'sessions.duration', align: 'end' },
  { id: 'end', label: 'sessions.end' },
  { id: 'destination', label: 'sessions.destination', extra: true },
  { id: 'command', label: 'sessions.command', extra: true },
  { id: 'replay', label: 'sessions.recording', align: 'end' },
];

const STATE_WORDS = { online: 'sessions.isOnline', ended: 'sessions.isEnded' } as const;

/** All sessions: those that ended, and those under way. */
@Component({
  selector: 'gh-history-list',
  imports: [
    Duration,
    ExportMenu,
    ListCell,
    ListView,
    Icon,
    PeriodFilter,
    SubjectFilters,
    SystemUserFilter,
    RouterLink,
    RouterOutlet,
    SameElsewhere,
    StateMark,
    When,
  ],
  templateUrl: './history-list.html',
})
export class HistoryList {
  private readonly archive = inject(SessionArchive);
  private readonly language = inject(Language);
  protected readonly t = injectWords();
  protected readonly columns = COLUMNS;
  protected readonly markOf = endMark;
  protected readonly isWatchable = isWatchable;
  protected readonly rare = ['state', 'kind', 'systemUserId'];
  protected readonly facets: readonly Facet[] = [
    {
      field: 'state',
      label: 'sessions.state',
      options: SESSION_STATES.map((value) => ({ value, label: STATE_WORDS[value] })),
    },
    {
      field: 'kind',
      label: 'sessions.kind',
      options: SESSION_KINDS.map((value) => ({ value, label: `sessionKind.${value}` })),
    },
  ];
  protected readonly list = injectList<SessionView>({
    name: 'history',
    sort: '-startedAt',
    filters: ['state', 'kind', 'from', 'to', 'userId', 'assetId', 'systemUserId'],
    load: (query) => this.archive.list(query),
  });
  protected readonly whole = (format: SheetFormat): Promise<Blob> =>
    this.archive.export(this.list.query(), { format, language: this.language.shown() });
}
