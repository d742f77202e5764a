import { Component, inject, input } from '@angular/core';
import { Api } from '../api/api';
import { listChangesOfAsset } from '../api/fn/assets/list-changes-of-asset';
import { When } from '../display/when';
import { injectKnownWords, injectWords } from '../language/words';
import { MoreRows, injectGrowingRows } from '../list/growing-rows';
import { injectChangeWords } from './change-words';

/** Who changed which field of an asset from what to what, when and how. */
@Component({
  selector: 'gh-asset-changes',
  imports: [MoreRows, When],
  template: `
    @if (rows.rows().length) {
      <ul class="lines">
        @for (row of rows.rows(); track row.id) {
          <li>
            <div class="grow">
              <div>
                <strong>{{ known('assetField.' + row.field) ?? row.field }}</strong>
                <span class="faint">
                  · {{ row.actorName }} · {{ t('changeSource.' + row.source) }} · <gh-when [at]="row.at"
                /></span>
              </div>
              <div>
                @let before = words.of(row.field, row.before);
                <del [class.nothing]="before === t('assetChanges.empty')">{{ before }}</del> →
                <ins>{{ words.of(row.field, row.after) }}</ins>
              </div>
            </div>
          </li>
        }
      </ul>
    }
    <gh-more-rows [rows]="rows" [none]="t('assetChanges.none')" />
  `,
  styles: `
    del {
      color: var(--ink-faint);
    }
    ins,
    .nothing {
      text-decoration: none;
    }
  `,
})
export class AssetChanges {
  private readonly api = inject(Api);
  protected readonly t = injectWords();
  protected readonly known = injectKnownWords();
  protected readonly words = injectChangeWords();

  readonly assetId = input.required<string>();

  protected readonly rows = injectGrowingRows(this.assetId, (id, part) =>
    this.api.invoke(listChangesOfAsset, { id, ...part }),
  );
}
