import { Component, inject } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { SESSION_KINDS } from '#libs/contracts';
import { Account } from '../account/account';
import { Duration } from '../display/duration';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import type { Column } from '../list/columns';
import type { Facet } from '../list/facet';
import { ListCell } from '../list/list-cell';
import { injectList } from '../list/list-source';
import { ListView } from '../list/list-view';
import { inTurn } from '../panel/in-turn';
import { injectReaction } from '../panel/reaction';
import type { SessionView } from '../api/models/session-view';
import { SessionArchive } from './session-archive';
import { isWatchable } from './watchable';
import { SubjectFilters, SystemUserFilter } from './subject-filters';

const REFRESH_MS = 3000;

const COLUMNS: readonly Column[] = [
  { id: 'username', label: 'sessions.user', fixed: true, narrow: '150px' },
  { id: 'target', label: 'sessions.target', fixed: true, narrow: '190px' },
  { id: 'kind', label: 'sessions.kind' },
  { id: 'source', label: 'sessions.source', narrow: '140px' },
  { id: 'startedAt', label: 'sessions.started', sort: 'startedAt' },
  { id: 'duration', label: 'sessions.duration', align: 'end' },
  { id: 'commands', label: 'sessions.commands', align: 'end' },
  { id: 'recorded', label: 'sessions.recording' },
  { id: 'actions', label: 'sessions.actions', align: 'end' },
];

/** Sessions under way, kept fresh while the page can be seen. */
@Component({
  selector: 'gh-online-list',
  imports: [
    Duration,
    ListCell,
    ListView,
    NzButtonComponent,
    RouterLink,
    RouterOutlet,
    StateMark,
    SubjectFilters,
    SystemUserFilter,
    When,
  ],
  templateUrl: './online-list.html',
  styles: `
    .acts {
      display: inline-flex;
      gap: 6px;
    }
  `,
})
export class OnlineList {
  private readonly archive = inject(SessionArchive);
  private readonly react = injectReaction();
  protected readonly t = injectWords();
  protected readonly mayTerminate = inject(Account).may('sessions.terminate');
  protected readonly isWatchable = isWatchable;
  protected readonly columns = COLUMNS;
  protected readonly facets: readonly Facet[] = [
    {
      field: 'kind',
      label: 'sessions.kind',
      options: SESSION_KINDS.map((value) => ({ value, label: `sessionKind.${value}` })),
    },
  ];
  protected readonly list = injectList<SessionView>({
    name: 'online',
    sort: '-startedAt',
    filters: ['kind', 'userId', 'assetId', 'systemUserId'],
    refreshEvery: REFRESH_MS,
    load: (query) => this.archive.online(query),
  });

  protected async terminate(sessions: readonly SessionView[]): Promise<void> {
    const done = await this.react.ask(
      {
        heading: this.t('sessions.terminate.heading', { count: sessions.length }),
        text: this.t('sessions.terminate.text'),
        names: sessions.map((each) => `${each.username} · ${each.systemUsername}@${each.assetName}`),
        yes: this.t('sessions.terminate.yes'),
        destroys: true,
      },
      () => inTurn(sessions, ({ id }) => this.archive.terminate(id)),
      this.t('sessions.terminate.done', { count: sessions.length }),
    );
    if (!done) return;
    this.list.clearSelection();
    this.list.reload();
  }
}
