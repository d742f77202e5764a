import { Component, input } from '@angular/core';

/** What a colour of the console means. */
export type StateKind = 'good' | 'bad' | 'caution' | 'active' | 'idle' | 'recording';

/** A state: a dot in its colour and its word, never the colour alone. */
@Component({
  selector: 'gh-state',
  template: `<span class="dot" [class]="kind()" aria-hidden="true"></span><ng-content />`,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 6px;
      white-space: nowrap;
    }
    .dot {
      flex: none;
      width: 8px;
      height: 8px;
      border-radius: 50%;
    }
    .good {
      background: var(--good);
    }
    .bad {
      background: var(--bad);
    }
    .caution {
      background: var(--caution);
    }
    .active {
      background: var(--active);
    }
    .idle {
      background: none;
      box-shadow: inset 0 0 0 2px var(--idle);
    }
    .recording {
      background: var(--recording);
    }
  `,
})
export class StateMark {
  readonly kind = input.required<StateKind>();
}
