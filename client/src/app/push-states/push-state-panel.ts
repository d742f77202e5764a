import { Component, computed, effect, inject, input, resource, untracked } from '@angular/core';
import { RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Account } from '../account/account';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { JobDesk } from '../jobs/job-desk';
import { injectWords } from '../language/words';
import { MoreRows, injectGrowingRows } from '../list/growing-rows';
import { injectPanelPlace } from '../panel/panel-place';
import { SidePanel } from '../panel/side-panel';
import { injectProblemWords } from '../problem/problem-words';
import { injectFailureWords } from '../pushes/failure-words';
import { pushMark, recordMark } from '../pushes/push-marks';
import { PushSteps } from '../pushes/push-steps';
import { DriftMark } from './drift-mark';
import { PushStateStore, pushOf } from './push-state-store';
import { ScanDrift } from './scan-drift';

/** How one system user stands on one asset: its state, what drifted, and all that was ever pushed. */
@Component({
  selector: 'gh-push-state-panel',
  imports: [
    DriftMark,
    MoreRows,
    NzButtonComponent,
    PushSteps,
    RouterLink,
    ScanDrift,
    SidePanel,
    StateMark,
    When,
  ],
  templateUrl: './push-state-panel.html',
  styles: `
    .told {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
    }
  `,
})
export class PushStatePanel {
  private readonly store = inject(PushStateStore);
  protected readonly problems = injectProblemWords();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('system-users.write');
  protected readonly recordMark = recordMark;
  protected readonly why = injectFailureWords();
  protected readonly pushMark = pushMark;

  readonly systemUserId = input.required<string>();
  readonly assetId = input.required<string>();

  private readonly pair = computed(() => ({ systemUserId: this.systemUserId(), assetId: this.assetId() }));
  protected readonly loaded = resource({
    params: this.pair,
    loader: ({ params }) => this.store.find(params),
  });
  protected readonly record = computed(() => (this.loaded.hasValue() ? this.loaded.value() : undefined));
  protected readonly history = injectGrowingRows(this.pair, (pair, part) => this.store.history(pair, part));
  protected readonly heading = computed(() => {
    const named = this.record() ?? this.history.rows()[0];
    return named ? `${named.systemUsername} @ ${named.assetName}` : this.t('pushStates.one');
  });
  protected readonly wanted = computed(() => {
    const record = this.record();
    return record && (record.drift === 'drifted' || record.state === 'outdated' || record.state === 'failed');
  });
  protected readonly again = computed(() => {
    const record = this.record();
    return record ? pushOf([record]) : {};
  });
  protected readonly scan = computed(() => ({
    systemUserIds: [this.systemUserId()],
    assetIds: [this.assetId()],
  }));

  constructor() {
    const { endings } = inject(JobDesk);
    effect(() => {
      if (endings() === 0) return;
      untracked(() => {
        this.loaded.reload();
        this.store.list.reload();
      });
    });
  }
}
