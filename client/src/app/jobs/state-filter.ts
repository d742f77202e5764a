import { Component, input, output } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { type StateKind, StateMark } from '../display/state-mark';
import { injectWords } from '../language/words';

/** A state that assets of a job are in, and how many. */
export interface CountedState<State extends string> {
  readonly state: State;
  readonly count: number;
}

/** How many assets of a job are in which state; one of them is chosen, or all. What it holds stands behind them. */
@Component({
  selector: 'gh-state-filter',
  imports: [NzButtonComponent, StateMark],
  host: { role: 'group', '[attr.aria-label]': 'label()' },
  template: `
    <button
      type="button"
      nz-button
      nzSize="small"
      [attr.aria-pressed]="chosen() === undefined"
      (click)="choose.emit(undefined)"
    >
      {{ t('jobs.all') }} <span class="count">{{ total() }}</span>
    </button>
    @for (each of states(); track each.state) {
      <button
        type="button"
        nz-button
        nzSize="small"
        [attr.aria-pressed]="chosen() === each.state"
        (click)="choose.emit(each.state)"
      >
        <gh-state [kind]="colours()[each.state]">{{ t(words() + each.state) }}</gh-state>
        <span class="count">{{ each.count }}</span>
      </button>
    }
    <ng-content />
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      gap: 6px;
    }
    [aria-pressed='true'] {
      border-color: var(--accent);
      color: var(--ink);
    }
    .count {
      margin-left: 6px;
      color: var(--ink-faint);
      font-variant-numeric: tabular-nums;
    }
  `,
})
export class StateFilter<State extends string> {
  /** What the states are of, for screen readers. */
  readonly label = input.required<string>();
  /** Of all states. */
  readonly total = input.required<number>();
  readonly states = input.required<readonly CountedState<State>[]>();
  readonly colours = input.required<Readonly<Record<State, StateKind>>>();
  /** Begin of the keys of the language files that hold the states' words. */
  readonly words = input.required<string>();
  /** undefined: all. */
  readonly chosen = input.required<State | undefined>();
  readonly choose = output<State | undefined>();

  protected readonly t = injectWords();
}
