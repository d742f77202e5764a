import { Component, computed, inject, resource } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { RUN_STATES } from '#libs/contracts';
import { Icon } from '../display/icon';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { JOB_COLOURS } from '../jobs/job-words';
import { injectWords } from '../language/words';
import type { Column } from '../list/columns';
import type { Facet } from '../list/facet';
import { ListCell } from '../list/list-cell';
import { ListView } from '../list/list-view';
import { BatchStore } from './batch-store';

const USER: Column = { id: 'username', label: 'batches.user', fixed: true };
const COLUMNS: readonly Column[] = [
  { id: 'command', label: 'batches.command', fixed: true },
  { id: 'systemUsername', label: 'batches.systemUser' },
  { id: 'state', label: 'batches.state' },
  { id: 'assets', label: 'batches.done', align: 'end', width: '150px' },
  { id: 'pattern', label: 'batches.pattern', extra: true },
  { id: 'source', label: 'batches.source', extra: true },
  { id: 'createdAt', label: 'batches.at', sort: 'createdAt', latestFirst: true, align: 'end' },
];

const FACETS: readonly Facet[] = [
  {
    field: 'state',
    label: 'batches.state',
    options: RUN_STATES.map((value) => ({ value, label: `jobs.state.${value}` })),
  },
];

/** Commands that ran on many assets at once: the own ones, or everybody's for whoever may audit. */
@Component({
  selector: 'gh-batch-list',
  imports: [Icon, ListCell, ListView, NzButtonComponent, RouterLink, RouterOutlet, StateMark, When],
  providers: [BatchStore],
  templateUrl: './batch-list.html',
})
export class BatchList {
  private readonly store = inject(BatchStore);
  protected readonly t = injectWords();
  protected readonly list = this.store.list;
  private readonly accounts = resource({
    loader: () => (this.store.ofEverybody ? Promise.resolve([]) : this.store.accounts()),
  });
  /** Whether no rule lets them run anything anywhere. */
  protected readonly mayRunNone = computed(
    () => this.accounts.hasValue() && this.accounts.value().length === 0,
  );
  protected readonly ofEverybody = this.store.ofEverybody;
  protected readonly columns = this.ofEverybody ? [USER, ...COLUMNS] : COLUMNS;
  protected readonly facets = FACETS;
  protected readonly colours = JOB_COLOURS;
}
