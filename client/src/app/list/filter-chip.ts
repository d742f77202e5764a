import { CdkMenu, CdkMenuItemRadio, CdkMenuTrigger } from '@angular/cdk/menu';
import { Component, type ElementRef, computed, input, output, viewChild } from '@angular/core';
import { Icon } from '../display/icon';
import { injectWords } from '../language/words';
import type { Facet } from './facet';
import type { ListSource, Listed } from './list-source';

/** One facet of a list: what is chosen of it, and the others behind it. One that only a link sets shows while it is set. */
@Component({
  selector: 'gh-filter-chip',
  imports: [CdkMenu, CdkMenuItemRadio, CdkMenuTrigger, Icon],
  templateUrl: './filter-chip.html',
  styleUrl: './filter-chip.css',
  styles: `
    :host {
      display: contents;
    }
  `,
})
export class FilterChip<Row extends Listed> {
  readonly list = input.required<ListSource<Row>>();
  readonly facet = input.required<Facet>();
  /** It was taken out and is not shown any more: the keys have no place here. */
  readonly gone = output();

  protected readonly t = injectWords();
  private readonly name = viewChild<ElementRef<HTMLElement>>('name');
  private readonly value = computed(() => this.list().query().filters[this.facet().field]);
  protected readonly chosen = computed(() =>
    this.facet().options.find((option) => option.value === this.value()),
  );
  protected readonly byLink = computed(() => this.facet().options.length === 0);
  protected readonly shown = computed(() => !this.byLink() || this.value() !== undefined);
  protected readonly isOn = computed(() => this.byLink() || this.chosen() !== undefined);

  protected choose(value: string | null): void {
    this.list().filter({ [this.facet().field]: value });
  }

  /** The button goes with what it takes away: the focus stays at the filter, where that is left. */
  protected drop(): void {
    this.choose(null);
    const name = this.name();
    if (name) name.nativeElement.focus();
    else this.gone.emit();
  }
}
