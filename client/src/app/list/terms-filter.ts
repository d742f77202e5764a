import { Component, computed, input } from '@angular/core';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { Icon } from '../display/icon';
import { injectWords } from '../language/words';
import type { ListSource, Listed } from './list-source';

/** A filter of a list that people type, any number of terms: each narrows the list further. */
@Component({
  selector: 'gh-terms-filter',
  imports: [Icon, NzInputDirective],
  templateUrl: './terms-filter.html',
  styleUrl: './terms-filter.css',
})
export class TermsFilter<Row extends Listed> {
  readonly list = input.required<ListSource<Row>>();
  /** Address parameter. */
  readonly field = input.required<string>();
  readonly label = input.required<string>();
  /** What can be typed. */
  readonly help = input.required<string>();

  protected readonly t = injectWords();
  protected readonly terms = computed(() => this.list().query().terms[this.field()] ?? []);

  /** Takes what is in the box as one more term. */
  protected take(box: HTMLInputElement): void {
    const term = box.value.trim();
    box.value = '';
    if (term) this.list().addTerm(this.field(), term);
  }

  protected drop(term: string): void {
    const others = this.terms().filter((each) => each !== term);
    this.list().filter({ [this.field()]: others.length > 0 ? others : null });
  }
}
