import { Component, booleanAttribute, input } from '@angular/core';
import type { AssetEnvironment } from '#libs/contracts';
import { injectWords } from '../language/words';

/**
 * What an asset is for, as a word in its colour: nobody shall type into production by mistake. Where there is no room
 * for the word, a shape of its own with the word on hover.
 */
@Component({
  selector: 'gh-environment',
  template: `@if (asShape()) {
      <span class="for-readers">{{ t('assetEnvironment.' + of()) }}</span>
    } @else {
      {{ t('assetEnvironment.' + of()) }}
    }`,
  styles: `
    :host {
      flex: none;
      padding: 0 5px;
      border: 1px solid var(--of-environment);
      border-radius: 4px;
      background: var(--terminal-ground);
      color: var(--of-environment);
      font-size: 11px;
      line-height: 16px;
    }
    :host(.shape) {
      position: relative;
      width: 9px;
      height: 9px;
      padding: 0;
      border-width: 2px;
      border-radius: 50%;
      background: none;
    }
    :host(.shape[data-environment='production']) {
      border-radius: 1px;
      background: var(--of-environment);
      transform: rotate(45deg);
    }
    :host(.shape[data-environment='test']) {
      background: var(--of-environment);
    }
  `,
  host: {
    '[class.shape]': 'asShape()',
    '[attr.data-environment]': 'of()',
    '[attr.title]': "asShape() ? t('assetEnvironment.' + of()) : null",
  },
})
export class EnvironmentMark {
  protected readonly t = injectWords();
  readonly of = input.required<AssetEnvironment>();
  readonly asShape = input(false, { transform: booleanAttribute });
}
