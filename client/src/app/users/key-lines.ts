import { Component, input, output } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import type { PublicKeyView } from '../api/models/public-key-view';
import { Copy } from '../display/copy';
import { When } from '../display/when';
import { injectWords } from '../language/words';

/** Somebody's SSH keys, a line each: when last used, and what can be done with it. */
@Component({
  selector: 'gh-key-lines',
  imports: [Copy, NzButtonComponent, When],
  template: `
    @if (keys().length) {
      <ul class="lines">
        @for (key of keys(); track key.id) {
          <li>
            <div class="grow">
              <div>
                {{ key.name }} <span class="faint">{{ key.type }}</span>
              </div>
              <div class="copyable">
                <span class="mono faint">{{ key.fingerprint }}</span><gh-copy [text]="key.publicKey" />
              </div>
            </div>
            <span class="faint">
              @if (key.lastUsedAt) {
                {{ t('publicKeys.used') }} <gh-when [at]="key.lastUsedAt" />
              } @else {
                {{ t('publicKeys.unused') }}
              }
            </span>
            @if (mayWrite()) {
              <button type="button" nz-button nzSize="small" (click)="renewed.emit(key)">
                {{ t('ownKeys.renew') }}
              </button>
              <button type="button" nz-button nzSize="small" (click)="removed.emit(key)">
                {{ t('form.remove') }}
              </button>
            }
          </li>
        }
      </ul>
    } @else {
      <p class="faint">{{ t('publicKeys.none') }}</p>
    }
  `,
})
export class KeyLines {
  readonly keys = input.required<readonly PublicKeyView[]>();
  readonly mayWrite = input(false);
  /** The key to be renewed or removed; whoever listens asks first. */
  readonly renewed = output<PublicKeyView>();
  readonly removed = output<PublicKeyView>();
  protected readonly t = injectWords();
}
