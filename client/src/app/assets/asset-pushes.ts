import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Account } from '../account/account';
import { Api } from '../api/api';
import { listPushRecords } from '../api/fn/pushes/list-push-records';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { JobDesk } from '../jobs/job-desk';
import { injectWords } from '../language/words';
import { MoreRows, injectGrowingRows } from '../list/growing-rows';
import { DriftMark } from '../push-states/drift-mark';
import { ScanDrift } from '../push-states/scan-drift';
import { injectFailureWords } from '../pushes/failure-words';
import { recordMark } from '../pushes/push-marks';

/** Which system users stand on an asset, and how they came there. */
@Component({
  selector: 'gh-asset-pushes',
  imports: [DriftMark, MoreRows, RouterLink, ScanDrift, StateMark, When],
  template: `
    @if (rows.rows().length) {
      <ul class="lines aligned">
        @for (row of rows.rows(); track row.id) {
          <li>
            <a class="grow mono" [routerLink]="['/push-states', row.systemUserId, row.assetId]">{{
              row.systemUsername
            }}</a>
            <gh-state [kind]="mark(row.state)" [title]="why(row)">{{
              t('recordState.' + row.state)
            }}</gh-state>
            @if (row.mode !== 'record-only') {
              <gh-drift-mark [record]="row" />
            } @else {
              <span></span>
            }
            <span class="faint">{{ row.pushedBy }} · <gh-when [at]="row.pushedAt" /></span>
          </li>
        }
      </ul>
    }
    <gh-more-rows [rows]="rows" [none]="t('assets.noPushes')" />
    @if (mayWrite && rows.rows().length) {
      <p class="after-lines"><gh-scan-drift [of]="{ assetIds: [assetId()] }" /></p>
    }
  `,
  styles: `
    .lines {
      --tracks: minmax(0, 1fr) auto auto auto;
    }
  `,
})
export class AssetPushes {
  private readonly api = inject(Api);
  private readonly endings = inject(JobDesk).endings;
  protected readonly t = injectWords();
  protected readonly mark = recordMark;
  protected readonly why = injectFailureWords();
  protected readonly mayWrite = inject(Account).may('system-users.write');

  readonly assetId = input.required<string>();

  /** Anew when a scan that was looked at has ended. */
  private readonly shown = computed(() => ({ assetId: this.assetId(), endings: this.endings() }));
  protected readonly rows = injectGrowingRows(this.shown, ({ assetId }, part) =>
    this.api.invoke(listPushRecords, { assetId, ...part, sort: 'systemUsername' as const }),
  );
}
