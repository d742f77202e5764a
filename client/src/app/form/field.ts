import { Component, ElementRef, afterRenderEffect, computed, inject, input } from '@angular/core';
import type { Field as FormFieldPath } from '@angular/forms/signals';
import { injectKnownWords, injectWords } from '../language/words';
import { injectSteady } from './press';

/**
 * Label above, control, help and errors below. The control inside carries the id named by `for`; this ties it to
 * its help and errors for screen readers.
 */
@Component({
  selector: 'gh-field',
  template: `
    <label [attr.for]="for()">
      {{ label() }}
      @if (optional()) {
        <span class="faint">{{ t('form.optional') }}</span>
      }
    </label>
    <ng-content />
    @if (problem(); as problem) {
      <p class="problem" role="alert" [id]="for() + '-problem'">{{ problem }}</p>
    }
    @if (help()) {
      <p class="help" [id]="for() + '-help'">{{ help() }}</p>
    }
  `,
  styleUrl: './field.css',
  host: { '[class.refused]': '!!problem()' },
})
export class Field {
  readonly label = input.required<string>();
  readonly for = input.required<string>();
  readonly help = input<string>('');
  readonly optional = input(false);
  /** The form's field that this shows. */
  readonly of = input.required<FormFieldPath<unknown>>();

  protected readonly t = injectWords();
  private readonly known = injectKnownWords();

  private readonly current = computed(() => {
    const state = this.of()();
    const first = state.touched() ? state.errors()[0] : undefined;
    return first && (first.message ?? this.known(`refused.${first.kind}`) ?? first.kind);
  });
  /** Stays as it is while a button of the mouse is held: nothing may move from under the pointer. */
  protected readonly problem = injectSteady(this.current);

  constructor() {
    const host = inject<ElementRef<HTMLElement>>(ElementRef);
    afterRenderEffect(() => {
      const control = host.nativeElement.querySelector(`[id="${this.for()}"]`);
      control?.setAttribute('aria-invalid', String(!!this.problem()));
      const notes = [this.problem() && 'problem', this.help() && 'help'].filter(Boolean);
      if (notes.length === 0) control?.removeAttribute('aria-describedby');
      else control?.setAttribute('aria-describedby', notes.map((note) => `${this.for()}-${note}`).join(' '));
    });
  }
}
