import { CdkMenu, CdkMenuItemCheckbox, CdkMenuItemRadio, CdkMenuTrigger } from '@angular/cdk/menu';
import { Component, type ElementRef, computed, input, linkedSignal, viewChild } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { injectWords } from '../language/words';
import type { ColumnChoice } from './columns';
import type { Facet } from './facet';
import type { ListSource, Listed } from './list-source';

const TYPING_PAUSE_MS = 250;

/** Search, facets as chips, and the column chooser. */
@Component({
  selector: 'gh-filter-row',
  imports: [
    CdkMenu,
    CdkMenuItemCheckbox,
    CdkMenuItemRadio,
    CdkMenuTrigger,
    NzButtonComponent,
    Icon,
    NzInputDirective,
  ],
  templateUrl: './filter-row.html',
  styleUrl: './filter-row.css',
  host: { '(document:keydown)': 'focusOnSlash($event)' },
})
export class FilterRow<Row extends Listed> {
  readonly list = input.required<ListSource<Row>>();
  readonly facets = input<readonly Facet[]>([]);
  readonly columns = input.required<ColumnChoice>();
  /** Key of the search box's hint: what it searches. */
  readonly hint = input<string>('list.search');

  protected readonly t = injectWords();
  private readonly search = viewChild.required<ElementRef<HTMLInputElement>>('search');
  protected readonly typed = linkedSignal(() => this.list().query().q);
  private pause: ReturnType<typeof setTimeout> | undefined;

  protected readonly chips = computed(() => {
    const filters = this.list().query().filters;
    return this.facets().flatMap((facet) => {
      const value = filters[facet.field];
      const chosen = facet.options.find((option) => option.value === value);
      const byLink = facet.options.length === 0;
      return byLink && !value ? [] : [{ facet, chosen, byLink, isOn: byLink || chosen !== undefined }];
    });
  });

  protected type(text: string): void {
    this.typed.set(text);
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.list().change({ q: text.trim() }), TYPING_PAUSE_MS);
  }

  protected searchNow(): void {
    clearTimeout(this.pause);
    this.list().change({ q: this.typed().trim() });
  }

  protected choose(facet: Facet, value: string | null): void {
    this.list().filter({ [facet.field]: value });
  }

  /** The button goes with what it takes away: the focus stays at the filter, where that is left. */
  protected drop(facet: Facet, button: HTMLElement): void {
    this.choose(facet, null);
    const left = button.parentElement?.querySelector<HTMLElement>('button.chip-name');
    (left ?? this.search().nativeElement).focus();
  }

  protected clear(): void {
    this.list().clearFilters();
    this.search().nativeElement.focus();
  }

  protected focusOnSlash(event: KeyboardEvent): void {
    const inField =
      event.target instanceof HTMLElement && event.target.matches('input, textarea, [contenteditable]');
    if (event.key !== '/' || inField || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.search().nativeElement.focus();
  }
}
