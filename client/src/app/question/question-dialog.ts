import { Component, type ElementRef, afterRenderEffect, computed, inject, viewChild } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { injectWords } from '../language/words';
import { Questions } from './questions';

const NAMES_SHOWN = 8;

/** Shows what {@link Questions} asks. The browser's own dialog keeps the focus inside and closes on Esc. */
@Component({
  selector: 'gh-question-dialog',
  imports: [NzButtonComponent],
  template: `<dialog
    #dialog
    class="dialog"
    aria-labelledby="question-heading"
    (close)="questions.answer(false)"
  >
    @if (questions.open(); as asked) {
      <h2 id="question-heading">{{ asked.question.heading }}</h2>
      <p class="lines-kept">{{ asked.question.text }}</p>
      @if (names().length) {
        <ul class="names">
          @for (name of names(); track $index) {
            <li>{{ name }}</li>
          }
          @if (more() > 0) {
            <li class="faint">{{ t('question.more', { count: more() }) }}</li>
          }
        </ul>
      }
      @if (asked.question.tick; as label) {
        <label>
          <input
            type="checkbox"
            [checked]="questions.ticked()"
            (change)="questions.ticked.set(!questions.ticked())"
          />
          {{ label }}
        </label>
      }
      <div class="buttons">
        <button type="button" nz-button autofocus (click)="questions.answer(false)">
          {{ asked.question.no ?? t('question.no') }}
        </button>
        <button
          type="button"
          nz-button
          nzType="primary"
          [nzDanger]="asked.question.destroys ?? false"
          (click)="questions.answer(true)"
        >
          {{ asked.question.yes }}
        </button>
      </div>
    }
  </dialog>`,
})
export class QuestionDialog {
  protected readonly questions = inject(Questions);
  protected readonly t = injectWords();
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');

  protected readonly names = computed(() =>
    (this.questions.open()?.question.names ?? []).slice(0, NAMES_SHOWN),
  );
  private readonly count = computed(() => {
    const question = this.questions.open()?.question;
    return question?.count ?? question?.names?.length ?? 0;
  });
  protected readonly more = computed(() => this.count() - this.names().length);

  constructor() {
    // when what is asked stands in it: the focus goes to the answer that changes nothing
    afterRenderEffect(() => {
      const dialog = this.dialog().nativeElement;
      if (this.questions.open()) dialog.showModal();
      else dialog.close();
    });
  }
}
