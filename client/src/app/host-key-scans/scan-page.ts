import { Component, computed, inject, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzMessageService } from 'ng-zorro-antd/message';
import { HOST_KEY_VERDICTS, type HostKeyVerdict } from '#libs/contracts';
import { Account } from '../account/account';
import type { PinScannedKeys } from '../api/models/pin-scanned-keys';
import type { RefusedPinView } from '../api/models/refused-pin-view';
import { Copy } from '../display/copy';
import { Duration } from '../display/duration';
import { injectHostWords } from '../display/host-words';
import { Icon } from '../display/icon';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { JobDesk } from '../jobs/job-desk';
import { JOB_COLOURS } from '../jobs/job-words';
import { StateFilter } from '../jobs/state-filter';
import { injectWords } from '../language/words';
import type { Column } from '../list/columns';
import { ListCell } from '../list/list-cell';
import { ListView } from '../list/list-view';
import { KeysGoOn } from '../panel/keys-go-on';
import { injectReaction } from '../panel/reaction';
import { watchJob } from '../panel/watch-job';
import { injectProblemWords } from '../problem/problem-words';
import { Questions, type Question } from '../question/questions';
import { ScanStore, type ScannedAsset } from './scan-store';
import { VERDICT_COLOURS } from './scan-words';

const REFRESH_MS = 1_000;

const COLUMNS: readonly Column[] = [
  { id: 'asset', label: 'jobs.asset', width: '25%', fixed: true },
  { id: 'verdict', label: 'hostKeyScans.verdict', width: '12%', fixed: true },
  { id: 'keys', label: 'hostKeyScans.keys', fixed: true },
];

/** What is asked before keys are accepted. */
const QUESTIONS = {
  new: { heading: 'hostKeyScans.new.heading', text: 'hostKeyScans.new.text', yes: 'hostKeyScans.new.yes' },
  changed: {
    heading: 'hostKeyScans.changed.heading',
    text: 'hostKeyScans.changed.text',
    yes: 'hostKeyScans.changed.yes',
  },
} as const;

/** A scan of host keys: what each asset shows, filling in as it goes on, and what of it is accepted. */
@Component({
  selector: 'gh-host-key-scan',
  imports: [
    Copy,
    Duration,
    Icon,
    ListCell,
    ListView,
    NzButtonComponent,
    RouterLink,
    StateFilter,
    StateMark,
    When,
  ],
  providers: [ScanStore],
  templateUrl: './scan-page.html',
  styleUrl: './scan-page.css',
  hostDirectives: [KeysGoOn],
})
export class ScanPage {
  protected readonly store = inject(ScanStore);
  private readonly router = inject(Router);
  private readonly questions = inject(Questions);
  private readonly messages = inject(NzMessageService);
  private readonly react = injectReaction();
  protected readonly problems = injectProblemWords();
  protected readonly words = injectHostWords();
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('inventory.write');
  protected readonly list = this.store.list;
  protected readonly scan = this.store.scan;
  protected readonly columns = COLUMNS;
  protected readonly colours = VERDICT_COLOURS;
  protected readonly jobColours = JOB_COLOURS;

  /** What was refused of what the person accepted last. */
  protected readonly refused = signal<readonly RefusedPinView[]>([]);
  protected readonly done = computed(() => {
    const scan = this.scan();
    return scan ? scan.succeededCount + scan.failedCount + scan.stoppedCount : 0;
  });
  protected readonly verdicts = computed(() => {
    const each = HOST_KEY_VERDICTS.map((state) => ({ state, count: this.store.count(state) }));
    return each.filter(({ state, count }) => count > 0 || state === this.shown());
  });
  protected readonly shown = computed(() =>
    HOST_KEY_VERDICTS.find((verdict) => verdict === this.list.query().filters['verdict']),
  );
  /** How many can be accepted at once: those that the finished scan found new. */
  protected readonly newOnes = computed(() =>
    this.scan()?.finishedAt == null ? 0 : this.store.count('new'),
  );
  protected readonly chosenNew = computed(() => this.chosen('new'));
  protected readonly chosenChanged = computed(() => this.chosen('changed'));

  constructor() {
    const desk = inject(JobDesk);
    desk.watch();
    watchJob({
      job: this.scan,
      reload: () => this.store.reload(),
      everyMs: REFRESH_MS,
      ended: () => {
        this.list.reload();
        desk.ended();
      },
    });
  }

  protected show(verdict: HostKeyVerdict | undefined): void {
    this.list.filter({ verdict: verdict ?? null });
  }

  /** Keys that were pinned and are not shown any more. */
  protected gone({ pins, keys }: ScannedAsset): ScannedAsset['pins'] {
    return pins.filter((pin) => keys.every((key) => key.publicKey !== pin.publicKey));
  }

  protected isPinned({ pins }: ScannedAsset, publicKey: string): boolean {
    return pins.some((pin) => pin.publicKey === publicKey);
  }

  protected pinAllNew(): Promise<void> {
    const names = this.list.rows().filter(({ verdict }) => verdict === 'new');
    return this.pin({ allNew: true }, this.questionOf('new', names, this.newOnes()));
  }

  protected pinNew(): Promise<void> {
    const chosen = this.chosenNew();
    const body = { assetIds: chosen.map(({ assetId }) => assetId) };
    return this.pin(body, this.questionOf('new', chosen, chosen.length));
  }

  protected pinChanged(): Promise<void> {
    const chosen = this.chosenChanged();
    const body = { changedAssetIds: chosen.map(({ assetId }) => assetId) };
    return this.pin(body, this.questionOf('changed', chosen, chosen.length));
  }

  protected async stop(): Promise<void> {
    await this.react.run(() => this.store.stop(), this.t('jobs.stopped'));
    this.store.reload();
  }

  protected async again(): Promise<void> {
    await this.react.run(async () => {
      const id = await this.store.again();
      await this.router.navigate(['/assets/host-key-scans', id]);
    }, this.t('jobs.started'));
  }

  private chosen(verdict: 'new' | 'changed'): ScannedAsset[] {
    return this.list.selected().filter((row) => row.verdict === verdict);
  }

  private questionOf(what: 'new' | 'changed', rows: readonly ScannedAsset[], count: number): Question {
    const { heading, text, yes } = QUESTIONS[what];
    return {
      heading: this.t(heading, { count }),
      text: this.t(text),
      names: rows.map(({ assetName }) => assetName),
      count,
      yes: this.t(yes, { count }),
      destroys: what === 'changed',
    };
  }

  private async pin(body: PinScannedKeys, question: Question): Promise<void> {
    if (!(await this.questions.ask(question))) return;
    this.refused.set([]);
    try {
      const { pinnedCount, refused } = await this.store.pin(body);
      if (pinnedCount > 0) this.messages.success(this.t('hostKeyScans.pinned', { count: pinnedCount }));
      this.refused.set(refused);
    } catch (error) {
      this.messages.error(this.problems.of(error), { nzDuration: 8000 });
    }
    this.list.clearSelection();
    this.store.reload();
  }
}
