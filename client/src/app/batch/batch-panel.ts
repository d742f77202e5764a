import { Component, computed, inject, input, linkedSignal, resource } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import type { BatchResultState } from '#libs/contracts';
import { Account } from '../account/account';
import type { BatchExecutionView } from '../api/models/batch-execution-view';
import type { BatchGroupView } from '../api/models/batch-group-view';
import { Duration } from '../display/duration';
import { Icon } from '../display/icon';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { JOB_COLOURS } from '../jobs/job-words';
import { StateFilter } from '../jobs/state-filter';
import { injectKnownWords, injectWords } from '../language/words';
import { injectPanelPlace } from '../panel/panel-place';
import { injectReaction } from '../panel/reaction';
import { SidePanel } from '../panel/side-panel';
import { watchJob } from '../panel/watch-job';
import { injectProblemWords } from '../problem/problem-words';
import { BatchStore } from './batch-store';

const POLL_MS = 700;
const STATES = ['succeeded', 'failed', 'stopped'] as const;

const VIEWS = ['groups', 'assets'] as const;
type View = (typeof VIEWS)[number];

/** One batch execution: equal results as one, filling in live, or a row for each asset. */
@Component({
  selector: 'gh-batch-panel',
  imports: [Duration, Icon, NzButtonComponent, SidePanel, StateFilter, StateMark, When],
  templateUrl: './batch-panel.html',
  styleUrl: './batch-panel.css',
})
export class BatchPanel {
  private readonly store = inject(BatchStore);
  private readonly account = inject(Account);
  private readonly react = injectReaction();
  protected readonly problems = injectProblemWords();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  private readonly known = injectKnownWords();
  protected readonly colours = JOB_COLOURS;
  protected readonly views = VIEWS;
  protected readonly ofEverybody = this.store.ofEverybody;

  readonly id = input.required<string>();

  protected readonly state = this.perExecution<BatchResultState | undefined>(undefined);
  protected readonly view = this.perExecution<View>('groups');
  protected readonly page = linkedSignal({
    source: () => [this.id(), this.state(), this.view()],
    computation: () => 1,
  });
  /** Asset of which all the output is shown. */
  protected readonly opened = this.perExecution<string | undefined>(undefined);

  private readonly loaded = resource({
    params: () => ({ id: this.id(), state: this.state(), view: this.view(), page: this.page() }),
    loader: ({ params }) => this.load(params),
  });
  protected readonly failure = computed(() => this.loaded.error());
  private readonly latest = linkedSignal<
    Awaited<ReturnType<BatchPanel['load']>> | undefined,
    Awaited<ReturnType<BatchPanel['load']>> | undefined
  >({
    source: () => (this.loaded.hasValue() ? this.loaded.value() : undefined),
    computation: (now, before) => now ?? before?.value,
  });
  protected readonly batch = computed(() => {
    const batch = this.latest()?.batch;
    return batch?.id === this.id() ? batch : undefined;
  });
  protected readonly groups = computed(() => this.latest()?.groups?.items ?? []);
  protected readonly moreGroups = computed(() => (this.latest()?.groups?.total ?? 0) - this.groups().length);
  protected readonly results = computed(() => this.latest()?.results?.items ?? []);
  protected readonly hasMore = computed(() => (this.latest()?.results?.total ?? 0) > this.page() * 50);
  protected readonly done = computed(() => {
    const batch = this.batch();
    return batch ? batch.succeededCount + batch.failedCount + batch.stoppedCount : 0;
  });
  protected readonly states = computed(() => {
    const batch = this.batch();
    if (!batch) return [];
    const counts = {
      succeeded: batch.succeededCount,
      failed: batch.failedCount,
      stopped: batch.stoppedCount,
    };
    return STATES.map((state) => ({ state, count: counts[state] })).filter(({ count }) => count > 0);
  });
  protected readonly isMine = computed(() => this.batch()?.userId === this.account.user()?.id);
  protected readonly mayStop = computed(() => this.isMine() || this.account.may('sessions.terminate'));

  private readonly wholeOf = resource({
    params: () => {
      const assetId = this.opened();
      return assetId === undefined ? undefined : { id: this.id(), assetId };
    },
    loader: ({ params }) => this.store.result(params.id, params.assetId),
  });
  protected readonly whole = computed(() => (this.wholeOf.hasValue() ? this.wholeOf.value() : undefined));

  constructor() {
    watchJob({
      job: this.batch,
      reload: () => this.loaded.reload(),
      everyMs: POLL_MS,
      ended: () => this.store.list.reload(),
    });
  }

  /** How it ended, in words. */
  protected endOf(outcome: Pick<BatchGroupView, 'state' | 'exitStatus' | 'signal' | 'failure'>): string {
    const { state, exitStatus, signal, failure } = outcome;
    if (exitStatus !== null) return this.t('batches.exit', { status: exitStatus });
    if (signal !== null) return this.t('batches.signal', { signal });
    return this.t(failure === null ? `jobs.state.${state}` : `batches.failures.${failure}`);
  }

  /** Why it failed: in the language shown where there are words for it, else as the record has it. */
  protected reasonOf(
    { failure, reason, reasonTold }: Pick<BatchGroupView, 'failure' | 'reason' | 'reasonTold'>,
    { timeLimitSeconds: seconds }: BatchExecutionView,
  ): string {
    const { code = failure, params } = reasonTold ?? {};
    const action = this.known(`action.${params?.['action']}`) ?? '';
    return this.known(`batches.reasons.${code}`, { ...params, action, seconds }) ?? reason;
  }

  protected namesOf({ assetNames, count }: BatchGroupView): string {
    const more = count - assetNames.length;
    return assetNames.join(this.t('phrase.between')) + (more > 0 ? ` … +${more}` : '');
  }

  protected async stop(id: string): Promise<void> {
    if (await this.react.run(() => this.store.stop(id), this.t('batches.stopped'))) this.loaded.reload();
  }

  protected async again(): Promise<void> {
    const batch = this.batch();
    if (!batch) return;
    let next = batch.id;
    const begin = async (): Promise<void> => {
      next = await this.store.again(batch);
    };
    const question = {
      heading: this.t('batches.again'),
      text: this.t('batches.againText', { count: batch.failedCount + batch.stoppedCount }),
      names: [batch.command],
      yes: this.t('batches.run'),
    };
    if (!(await this.react.ask(question, begin, this.t('batches.begun')))) return;
    this.store.list.reload();
    await this.place.open(next);
  }

  private perExecution<T>(first: T) {
    return linkedSignal<string, T>({ source: () => this.id(), computation: () => first });
  }

  /** First the execution, then what is done: those of a finished one are all finished. */
  private async load(asked: { id: string; state: BatchResultState | undefined; view: View; page: number }) {
    const { id, state, view, page } = asked;
    const batch = await this.store.get(id);
    const groups = view === 'groups' ? await this.store.groups(id, state) : undefined;
    const results = view === 'assets' ? await this.store.results(id, state, page) : undefined;
    return { batch, groups, results };
  }
}
