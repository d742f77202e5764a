import { Component, computed, inject, input, resource, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Account } from '../account/account';
import type { PushResultView } from '../api/models/push-result-view';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { injectStepWords } from '../jobs/job-words';
import { injectWords } from '../language/words';
import { injectPanelPlace } from '../panel/panel-place';
import { injectReaction } from '../panel/reaction';
import { SidePanel } from '../panel/side-panel';
import { watchJob } from '../panel/watch-job';
import { injectProblemWords } from '../problem/problem-words';
import { pushMark } from './push-marks';
import { PushSteps } from './push-steps';
import { PushStore } from './push-store';

const POLL_MS = 1_000;
/** Rows at once; the filter shows those that need care. */
const SHOWN = 200;

/** One push: how far it is on each asset, live, and what each asset said. */
@Component({
  selector: 'gh-push-panel',
  imports: [NzButtonComponent, PushSteps, RouterLink, SidePanel, StateMark, When],
  templateUrl: './push-panel.html',
  styleUrl: './push-panel.css',
})
export class PushPanel {
  private readonly store = inject(PushStore);
  private readonly react = injectReaction();
  protected readonly stepOf = injectStepWords();
  protected readonly problems = injectProblemWords();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('system-users.write');
  protected readonly mark = pushMark;

  readonly id = input.required<string>();

  protected readonly loaded = resource({
    params: () => this.id(),
    loader: ({ params }) => this.store.get(params),
  });
  protected readonly push = computed(() => (this.loaded.hasValue() ? this.loaded.value() : undefined));
  protected readonly onlyFailed = signal(false);
  protected readonly results = computed(() => {
    const all = this.push()?.results ?? [];
    return this.onlyFailed() ? all.filter(({ state }) => state === 'failed' || state === 'stopped') : all;
  });
  protected readonly shown = computed(() => this.results().slice(0, SHOWN));
  protected readonly more = computed(() => this.results().length - this.shown().length);
  protected readonly unsuccessful = computed(() => {
    const push = this.push();
    return push ? push.failedCount + push.stoppedCount : 0;
  });

  private readonly mayRule = inject(Account).may('rules.write');
  private readonly reached = resource({
    params: () => {
      const push = this.push();
      const counts = this.mayRule && push?.finishedAt && push.mode !== 'recycle' && push.systemUserExists;
      return counts ? push : undefined;
    },
    loader: async ({ params }) => ({ push: params, assetIds: await this.store.reached(params) }),
  });
  /** Address parameters of a rule for what was pushed, tries before this one too; null: there is nothing to make one for. */
  protected readonly nextRule = computed(() => {
    if (!this.reached.hasValue()) return null;
    const { push, assetIds } = this.reached.value();
    if (assetIds.length === 0 || assetIds.length > SHOWN) return null;
    return { forUsers: push.systemUserId, onAssets: assetIds.join(',') };
  });

  /** Address parameters of a push to the assets that failed for want of a pinned host key; null: there are none. */
  protected readonly nextPin = computed(() => {
    const push = this.push();
    if (!this.mayWrite || !push?.finishedAt || push.mode === 'recycle' || !push.systemUserExists) return null;
    const assetIds = push.results
      .filter(({ state, steps }) => state === 'failed' && steps.at(-1)?.code === 'no-pinned-key')
      .map(({ assetId }) => assetId);
    if (assetIds.length === 0 || assetIds.length > SHOWN) return null;
    return { forUsers: push.systemUserId, onAssets: assetIds.join(','), as: push.mode };
  });

  constructor() {
    watchJob({
      job: this.push,
      reload: () => this.loaded.reload(),
      everyMs: POLL_MS,
      ended: () => this.store.list.reload(),
    });
  }

  /** Where somebody looks who wants to know why it failed there. */
  protected placeOf({ assetId, step, state }: PushResultView): readonly string[] {
    return ['/assets', assetId, ...(state === 'failed' && step === 'host-key' ? ['host-keys'] : [])];
  }

  protected async stop(id: string): Promise<void> {
    if (await this.react.run(() => this.store.stop(id), this.t('pushList.stopped'))) this.loaded.reload();
  }

  protected async again(id: string): Promise<void> {
    let next = id;
    const begin = async (): Promise<void> => {
      next = (await this.store.again(id)).id;
    };
    if (!(await this.react.run(begin, this.t('pushList.begun')))) return;
    this.store.list.reload();
    await this.place.open(next);
  }
}
