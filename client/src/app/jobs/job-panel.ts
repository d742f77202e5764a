import {
  Component,
  DestroyRef,
  computed,
  inject,
  input,
  linkedSignal,
  resource,
  signal,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { RUN_ITEM_STATES, type RunItemState } from '#libs/contracts';
import { Account } from '../account/account';
import { Api } from '../api/api';
import { getRun } from '../api/fn/runs/get-run';
import { listRunResults } from '../api/fn/runs/list-run-results';
import type { RunResultView } from '../api/models/run-result-view';
import type { RunView } from '../api/models/run-view';
import { Duration } from '../display/duration';
import { Icon } from '../display/icon';
import { injectHostWords } from '../display/host-words';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import { injectReaction } from '../panel/reaction';
import { SidePanel } from '../panel/side-panel';
import { watchJob } from '../panel/watch-job';
import { injectProblemWords } from '../problem/problem-words';
import { JobDesk } from './job-desk';
import { JOB_KINDS } from './job-kinds';
import { JOB_COLOURS, injectStepWords } from './job-words';
import { StateFilter } from './state-filter';

/** While a job is under way and its panel can be seen: two short questions, of one page of assets. */
const REFRESH_MS = 1_000;
const PAGE_SIZE = 50;

const COUNTS = {
  queued: (run) =>
    run.assetCount - run.runningCount - run.succeededCount - run.failedCount - run.stoppedCount,
  running: (run) => run.runningCount,
  succeeded: (run) => run.succeededCount,
  failed: (run) => run.failedCount,
  stopped: (run) => run.stoppedCount,
} satisfies Record<RunItemState, (run: RunView) => number>;

/** A job over assets, a row for each, filling in as it goes on. The same for every kind of job. */
@Component({
  selector: 'gh-job-panel',
  imports: [Duration, Icon, NzButtonComponent, RouterLink, SidePanel, StateFilter, StateMark, When],
  templateUrl: './job-panel.html',
  styleUrl: './job-panel.css',
})
export class JobPanel {
  private readonly api = inject(Api);
  private readonly desk = inject(JobDesk);
  private readonly account = inject(Account);
  private readonly react = injectReaction();
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly words = injectHostWords();
  protected readonly stepOf = injectStepWords();
  protected readonly colours = JOB_COLOURS;

  readonly jobId = input.required<string>();

  protected readonly state = linkedSignal<string, RunItemState | undefined>({
    source: this.jobId,
    computation: () => undefined,
  });
  protected readonly page = linkedSignal({
    source: () => [this.jobId(), this.state()],
    computation: () => 1,
  });
  /** Ids of assets whose steps are shown. */
  protected readonly opened = signal<ReadonlySet<string>>(new Set());

  private readonly loaded = resource({
    params: () => ({ id: this.jobId(), state: this.state(), page: this.page() }),
    loader: ({ params }) => this.load(params),
  });
  private readonly last = linkedSignal<
    { run: RunView; results: { items: RunResultView[]; total: number } } | undefined,
    { run: RunView; results: { items: RunResultView[]; total: number } } | undefined
  >({
    source: () => (this.loaded.hasValue() ? this.loaded.value() : undefined),
    computation: (now, before) => now ?? before?.value,
  });
  protected readonly failure = computed(() => this.loaded.error());
  protected readonly run = computed(() => {
    const run = this.last()?.run;
    return run?.id === this.jobId() ? run : undefined;
  });
  protected readonly items = computed(() => this.last()?.results.items ?? []);
  protected readonly range = computed(() => {
    const total = this.last()?.results.total ?? 0;
    const first = (this.page() - 1) * PAGE_SIZE;
    return { first: first + 1, last: first + this.items().length, total, more: first + PAGE_SIZE < total };
  });
  protected readonly done = computed(() => {
    const run = this.run();
    return run ? run.succeededCount + run.failedCount + run.stoppedCount : 0;
  });
  protected readonly states = computed(() => {
    const run = this.run();
    const each = RUN_ITEM_STATES.map((state) => ({ state, count: run ? COUNTS[state](run) : 0 }));
    return each.filter(({ state, count }) => count > 0 || state === this.state());
  });
  protected readonly kind = computed(() => {
    const kind = JOB_KINDS[this.run()?.kind ?? 'facts'];
    return kind && this.account.may(kind.needs) ? kind : undefined;
  });

  constructor() {
    watchJob({
      job: this.run,
      reload: () => this.loaded.reload(),
      everyMs: REFRESH_MS,
      ended: () => this.desk.ended(),
    });
    document.addEventListener('keydown', this.closeFirst, { capture: true });
    inject(DestroyRef).onDestroy(() => {
      document.removeEventListener('keydown', this.closeFirst, { capture: true });
    });
  }

  protected toggle(assetId: string): void {
    const opened = new Set(this.opened());
    if (!opened.delete(assetId)) opened.add(assetId);
    this.opened.set(opened);
  }

  protected close(): void {
    void this.desk.close();
  }

  /** Esc closes this panel and leaves one below it open: that hears of the key later, and that it was taken. */
  private readonly closeFirst = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || document.querySelector('dialog[open], .cdk-overlay-pane .menu')) return;
    event.preventDefault();
    this.close();
  };

  protected async stop(): Promise<void> {
    const { api } = this;
    await this.react.run(async () => this.kind()?.stop(api, this.jobId()), this.t('jobs.stopped'));
    this.loaded.reload();
  }

  protected async again(): Promise<void> {
    const { api } = this;
    await this.react.run(async () => {
      const next = await this.kind()?.again(api, this.jobId());
      if (next) await this.desk.open(next.id);
    }, this.t('jobs.started'));
  }

  /** First the job, then its assets: those of a finished job are all finished. */
  private async load(asked: { id: string; state: RunItemState | undefined; page: number }) {
    const { id, state, page } = asked;
    const run = await this.api.invoke(getRun, { id });
    const filter = state === undefined ? {} : { state };
    const results = await this.api.invoke(listRunResults, { id, page, pageSize: PAGE_SIZE, ...filter });
    return { run, results };
  }

  /** The step that failed says why. */
  protected reasonOf({ steps, reason }: RunResultView): string {
    const last = steps.at(-1);
    return last && !last.ok ? this.words(last) : reason;
  }
}
