import { Component, computed, input } from '@angular/core';
import type { PushResultView } from '../api/models/push-result-view';
import { injectHostWords } from '../display/host-words';
import { StateMark } from '../display/state-mark';
import { injectKnownWords, injectWords } from '../language/words';

/** Why a push failed on an asset, and all of its steps. */
@Component({
  selector: 'gh-push-steps',
  imports: [StateMark],
  template: `
    @if (result().reason) {
      <p class="reason" [title]="reason()">{{ reason() }}</p>
    }
    @if (result().steps.length) {
      <details>
        <summary class="faint">{{ t('pushList.steps', { count: result().steps.length }) }}</summary>
        <ol class="steps">
          @for (step of result().steps; track $index) {
            <li>
              <gh-state [kind]="step.ok ? 'good' : 'bad'">{{ name(step.step) }}</gh-state>
              <span class="faint">{{ words(step) }}</span>
              <span class="ms faint mono">{{ t('step.took', { ms: step.ms }) }}</span>
            </li>
          }
        </ol>
      </details>
    }
  `,
  styles: `
    .reason,
    details {
      margin: 2px 0 0 14px;
      overflow-wrap: anywhere;
    }
    ol {
      margin: 4px 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: flex;
      align-items: baseline;
      gap: 8px;
      overflow-wrap: anywhere;
    }
    .ms {
      margin-inline-start: auto;
      white-space: nowrap;
    }
  `,
})
export class PushSteps {
  private readonly known = injectKnownWords();
  protected readonly t = injectWords();
  protected readonly words = injectHostWords();

  readonly result = input.required<Pick<PushResultView, 'reason' | 'steps'>>();

  /** The step that failed says why. */
  protected readonly reason = computed(() => {
    const { steps, reason } = this.result();
    const last = steps.at(-1);
    return last && !last.ok ? this.words(last) : reason;
  });

  protected name(step: string): string {
    return this.known(`step.${step}`) ?? step;
  }
}
