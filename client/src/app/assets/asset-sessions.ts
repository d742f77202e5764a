import { Component, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Api } from '../api/api';
import { listSessions } from '../api/fn/sessions/list-sessions';
import { endMark } from '../audit/end-mark';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import { MoreRows, injectGrowingRows } from '../list/growing-rows';

/** The sessions on an asset, the latest first. */
@Component({
  selector: 'gh-asset-sessions',
  imports: [MoreRows, NzButtonComponent, RouterLink, StateMark, When],
  template: `
    @if (rows.rows().length) {
      <ul class="lines aligned">
        @for (row of rows.rows(); track row.id) {
          <li>
            <a class="grow" [routerLink]="['/audit', row.endedAt ? 'history' : 'online', row.id]">
              {{ row.username }} <span class="mono faint">{{ row.systemUsername }}</span>
            </a>
            <span class="faint">{{ t('sessionKind.' + row.kind) }}</span>
            <gh-state [kind]="markOf(row.endReason)">{{
              row.endReason ? t('ended.' + row.endReason) : t('sessions.isOnline')
            }}</gh-state>
            <span class="faint"><gh-when [at]="row.startedAt" /></span>
          </li>
        }
      </ul>
    }
    <gh-more-rows [rows]="rows" [none]="t('assets.noSessions')" />
    <p class="row-of-buttons after-lines">
      <a nz-button routerLink="/audit/history" [queryParams]="{ assetId: assetId() }">{{
        t('menu.history')
      }}</a>
      <a nz-button routerLink="/audit/commands" [queryParams]="{ assetId: assetId() }">{{
        t('menu.commands')
      }}</a>
      <a nz-button routerLink="/audit/files" [queryParams]="{ assetId: assetId() }">{{
        t('menu.fileTransfers')
      }}</a>
    </p>
  `,
  styles: `
    .lines {
      --tracks: minmax(0, 1fr) auto auto auto;
    }
  `,
})
export class AssetSessions {
  private readonly api = inject(Api);
  protected readonly t = injectWords();
  protected readonly markOf = endMark;

  readonly assetId = input.required<string>();

  protected readonly rows = injectGrowingRows(this.assetId, (assetId, part) =>
    this.api.invoke(listSessions, { assetId, ...part }),
  );
}
