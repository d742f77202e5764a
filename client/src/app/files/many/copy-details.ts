import { Component, input } from '@angular/core';
import { injectWords } from '../../language/words';
import type { Copy } from './copies';
import { RunTable } from './run-table';

/** How a file on its way to many assets stands on each: on the way, those that get it; then, those where it failed. */
@Component({
  selector: 'gh-copy-details',
  imports: [RunTable],
  template: `
    <span class="faint">{{
      t('manyFiles.onOf', { done: copy().done(), count: copy().terms.targets.length })
    }}</span>
    @if (copy().state() === 'running') {
      <gh-run-table [entries]="copy().entries()" [size]="copy().of.size" />
    } @else if (copy().failed().length > 0) {
      <gh-run-table [entries]="copy().failed()" />
    }
  `,
  styles: `
    :host {
      display: contents;
    }
    gh-run-table {
      flex: 1 0 100%;
      order: 1;
    }
  `,
})
export class CopyDetails {
  readonly copy = input.required<Copy>();
  protected readonly t = injectWords();
}
