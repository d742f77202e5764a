import { Component, computed, inject, input, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { Api } from '../api/api';
import { listAssetAccess } from '../api/fn/assets/list-asset-access';
import { injectWords } from '../language/words';
import { MoreRows, injectGrowingRows } from '../list/growing-rows';

const TYPING_PAUSE_MS = 250;

/** Who may log in to an asset, as whom, and by which rules. */
@Component({
  selector: 'gh-asset-access',
  imports: [MoreRows, NzInputDirective, RouterLink],
  template: `
    <p class="faint">{{ t('assetAccess.help') }}</p>
    <p>
      <a routerLink="/explain" [queryParams]="{ assetId: assetId() }">{{ t('explain.ask') }}</a>
    </p>
    <p>
      <input
        #box
        nz-input
        type="search"
        [attr.aria-label]="t('assetAccess.search')"
        [placeholder]="t('assetAccess.search')"
        (input)="search(box.value)"
      />
    </p>
    @if (rows.rows().length) {
      <ul class="lines aligned">
        @for (row of rows.rows(); track row.userId + row.systemUserId) {
          <li>
            <span class="grow">
              <a [routerLink]="['/users', row.userId]">{{ row.username }}</a>
              <span class="faint"> {{ row.userName }}</span>
            </span>
            <a class="mono" [routerLink]="['/system-users', row.systemUserId]">{{ row.systemUsername }}</a>
            <span class="rules">
              @for (rule of row.rules; track rule.id) {
                <a [routerLink]="['/rules', rule.id]">{{ rule.name }}</a>
              }
            </span>
            <a
              routerLink="/explain"
              [queryParams]="{ userId: row.userId, assetId: assetId(), systemUserId: row.systemUserId }"
              >{{ t('explain.why') }}</a
            >
          </li>
        }
      </ul>
    }
    <gh-more-rows [rows]="rows" [none]="t('assetAccess.none')" />
  `,
  styles: `
    .lines {
      --tracks: minmax(0, 3fr) minmax(0, 2fr) minmax(0, 4fr) auto;
    }
    .rules {
      display: flex;
      flex-wrap: wrap;
      gap: 2px 10px;
    }
  `,
})
export class AssetAccess {
  private readonly api = inject(Api);
  protected readonly t = injectWords();

  readonly assetId = input.required<string>();

  private readonly wanted = signal('');
  private readonly asked = computed(() => ({ id: this.assetId(), q: this.wanted() }));
  private pause: ReturnType<typeof setTimeout> | undefined;
  protected readonly rows = injectGrowingRows(this.asked, ({ id, q }, part) =>
    this.api.invoke(listAssetAccess, { id, ...part, ...(q && { q }) }),
  );

  protected search(text: string): void {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.wanted.set(text.trim()), TYPING_PAUSE_MS);
  }
}
