import { CdkMenu, CdkMenuItemCheckbox, CdkMenuTrigger } from '@angular/cdk/menu';
import { Component, type ElementRef, computed, input, linkedSignal, signal, viewChild } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { injectWords } from '../language/words';
import type { ColumnChoice } from './columns';
import type { Facet } from './facet';
import { FilterChip } from './filter-chip';
import type { ListSource, Listed } from './list-source';

const TYPING_PAUSE_MS = 250;

/**
 * Search, facets as chips, other filters (`[rareFilter]`: behind "More filters"), and the column chooser: one line, at
 * whose right end "More filters" stays where it is whatever is chosen.
 */
@Component({
  selector: 'gh-filter-row',
  imports: [
    CdkMenu,
    CdkMenuItemCheckbox,
    CdkMenuTrigger,
    FilterChip,
    NzButtonComponent,
    Icon,
    NzInputDirective,
  ],
  templateUrl: './filter-row.html',
  styleUrls: ['./filter-row.css', './filter-chip.css'],
  host: {
    '(document:keydown)': 'focusOnSlash($event)',
    '(document:pointerdown)': 'leaveRare($event)',
    '(document:focusin)': 'leaveRare($event)',
    '(keydown.escape)': 'closeRare($event)',
  },
})
export class FilterRow<Row extends Listed> {
  readonly list = input.required<ListSource<Row>>();
  readonly facets = input<readonly Facet[]>([]);
  /** Fields of the filters behind "More filters", facets and others. */
  readonly rare = input<readonly string[]>([]);
  readonly columns = input.required<ColumnChoice>();
  /** Key of the search box's hint: what it searches. */
  readonly hint = input<string>('list.search');

  protected readonly t = injectWords();
  private readonly search = viewChild.required<ElementRef<HTMLInputElement>>('search');
  protected readonly typed = linkedSignal(() => this.list().query().q);
  private pause: ReturnType<typeof setTimeout> | undefined;

  private readonly rarePlace = viewChild<ElementRef<HTMLElement>>('rarePlace');
  private readonly rareButton = viewChild<ElementRef<HTMLElement>>('rareButton');
  protected readonly rareShown = signal(false);
  /** How many of them narrow the list. */
  protected readonly rareCount = computed(() => {
    const { filters, terms } = this.list().query();
    return this.rare().filter((field) => field in filters || field in terms).length;
  });

  protected readonly usual = computed(() =>
    this.facets().filter(({ field }) => !this.rare().includes(field)),
  );
  protected readonly unusual = computed(() =>
    this.facets().filter(({ field }) => this.rare().includes(field)),
  );

  protected type(text: string): void {
    this.typed.set(text);
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.list().change({ q: text.trim() }), TYPING_PAUSE_MS);
  }

  protected searchNow(): void {
    clearTimeout(this.pause);
    this.list().change({ q: this.typed().trim() });
  }

  protected clear(): void {
    this.list().clearFilters();
    this.search().nativeElement.focus();
  }

  /** Whoever goes on elsewhere is done with them; menus and answers lie over the page, not in it. */
  protected leaveRare({ target }: Event): void {
    if (!this.rareShown() || !(target instanceof Element)) return;
    const isTheirs = this.rarePlace()?.nativeElement.contains(target) ?? false;
    if (!isTheirs && !target.closest('.cdk-overlay-container')) this.rareShown.set(false);
  }

  /** Escape closes an open select first. */
  protected closeRare(event: Event): void {
    const inSelect = event.target instanceof Element && event.target.closest('.ant-select-open') !== null;
    if (!this.rareShown() || inSelect) return;
    event.stopPropagation();
    this.rareShown.set(false);
    this.rareButton()?.nativeElement.focus();
  }

  protected focusOnSlash(event: KeyboardEvent): void {
    const inField =
      event.target instanceof HTMLElement && event.target.matches('input, textarea, [contenteditable]');
    if (event.key !== '/' || inField || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.search().nativeElement.focus();
  }
}
