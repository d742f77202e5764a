import { Component, computed, input } from '@angular/core';
import { NzInputDirective } from 'ng-zorro-antd/input';
import type { ListSource, Listed } from './list-source';

/** A filter of a list that people type; Enter sets it, an empty one takes it out. */
@Component({
  selector: 'gh-text-filter',
  imports: [NzInputDirective],
  template: `
    <input
      #box
      nz-input
      type="text"
      class="mono"
      autocomplete="off"
      spellcheck="false"
      maxlength="319"
      [attr.aria-label]="label()"
      [placeholder]="label()"
      [value]="value()"
      (change)="set(box.value)"
    />
  `,
  styles: `
    input {
      width: 168px;
    }
  `,
})
export class TextFilter<Row extends Listed> {
  readonly list = input.required<ListSource<Row>>();
  /** Address parameter. */
  readonly field = input.required<string>();
  readonly label = input.required<string>();

  protected readonly value = computed(() => this.list().query().filters[this.field()] ?? '');

  protected set(text: string): void {
    this.list().filter({ [this.field()]: text.trim() || null });
  }
}
