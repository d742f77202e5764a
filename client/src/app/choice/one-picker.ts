import { Component, computed, input, model, output, viewChild } from '@angular/core';
import type { FormValueControl } from '@angular/forms/signals';
import type { Choice, ChoiceSource } from './choice';
import { Picker } from './picker';

/** Picks one thing or none, searched for on the server. Its value is the id, empty for none. */
@Component({
  selector: 'gh-one-picker',
  imports: [Picker],
  template: `
    <gh-picker
      [single]="true"
      [inputId]="inputId()"
      [source]="source()"
      [hint]="hint()"
      [leading]="leading()"
      [disabled]="disabled()"
      [touched]="touched()"
      [invalid]="invalid()"
      [value]="ids()"
      (valueChange)="value.set($event[0] ?? '')"
      (touch)="touch.emit()"
    />
  `,
})
export class OnePicker implements FormValueControl<string> {
  readonly value = model('');
  readonly source = input.required<ChoiceSource>();
  readonly inputId = input.required<string>();
  /** What stands there while nothing is picked. */
  readonly hint = input('');
  /** Choices that the server doesn't know; they stand first. */
  readonly leading = input<readonly Choice[]>([]);
  readonly disabled = input(false);
  readonly touched = input(false);
  readonly invalid = input(false);
  readonly touch = output();

  private readonly picker = viewChild.required(Picker);
  protected readonly ids = computed(() => (this.value() ? [this.value()] : []));

  focus(): void {
    this.picker().focus();
  }
}
