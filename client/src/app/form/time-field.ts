import { Component, type ElementRef, computed, input, model, output, signal, viewChild } from '@angular/core';
import type { FormValueControl } from '@angular/forms/signals';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { readTimeOfDay } from './time-of-day';

/**
 * A time of the day in 24-hour form, whatever the browser's own language: `09:00`. What people type is understood as
 * {@link readTimeOfDay} says and put right when they leave; what is no time stays as it was typed.
 */
@Component({
  selector: 'gh-time-field',
  imports: [NzInputDirective],
  template: `
    <input
      #box
      nz-input
      type="text"
      class="mono"
      inputmode="numeric"
      autocomplete="off"
      spellcheck="false"
      maxlength="10"
      [id]="inputId()"
      [attr.aria-label]="label()"
      [attr.aria-invalid]="faultId() ? true : null"
      [attr.aria-describedby]="faultId()"
      [disabled]="disabled()"
      [placeholder]="isEnd() ? '18:00' : '09:00'"
      [value]="shown()"
      (input)="type(box.value)"
      (change)="settle(box.value)"
      (blur)="touch.emit()"
    />
  `,
  styles: `
    input {
      width: 88px;
    }
  `,
})
export class TimeField implements FormValueControl<string> {
  readonly value = model('');
  readonly inputId = input.required<string>();
  /** Whether 24:00 can be said, the midnight after. */
  readonly isEnd = input(false);
  /** Its name, where no label stands over it. */
  readonly label = input<string>();
  /** Id of what says that this is no time, where no {@link Field} does. */
  readonly faultId = input<string | null>(null);
  readonly disabled = input(false);
  readonly touch = output();

  private readonly box = viewChild.required<ElementRef<HTMLInputElement>>('box');
  /** What is being typed; null: nobody types. */
  private readonly typed = signal<string | null>(null);
  protected readonly shown = computed(() => this.typed() ?? this.value());

  focus(): void {
    this.box().nativeElement.focus();
  }

  /** A half-typed time leaves the value as it was. */
  protected type(text: string): void {
    this.typed.set(text);
    const time = readTimeOfDay(text, this.isEnd());
    if (time !== null) this.value.set(time);
  }

  protected settle(text: string): void {
    this.value.set(readTimeOfDay(text, this.isEnd()) ?? text.trim());
    this.typed.set(null);
  }
}
