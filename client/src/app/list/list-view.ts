import { NgTemplateOutlet } from '@angular/common';
import {
  Component,
  ElementRef,
  afterRenderEffect,
  computed,
  contentChildren,
  effect,
  inject,
  input,
  signal,
} from '@angular/core';
import { ActivatedRoute, Router } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { Account } from '../account/account';
import { Language } from '../language/language';
import { injectWords } from '../language/words';
import { KeysGoOn } from '../panel/keys-go-on';
import { injectProblemWords } from '../problem/problem-words';
import { type Column, ColumnChoice } from './columns';
import type { Facet } from './facet';
import { FilterRow } from './filter-row';
import { ListCell } from './list-cell';
import type { ListSource, Listed } from './list-source';
import { Pager } from './pager';

const SKELETON_ROWS = 8;
/** So many fill most screens. Those after them are drawn once the first ones can be seen. */
const FIRST_ROWS = 20;

/**
 * The one shape of every list: heading with count and the page's actions (`[listAction]`), what is said of it as a whole
 * (`[listNote]`), filters (`[listFilter]`, `[rareFilter]`), rows, batch actions for the selected ones (`[batchAction]`), what to do while it is empty
 * (`[empty]`), pager.
 */
@Component({
  selector: 'gh-list',
  imports: [FilterRow, NgTemplateOutlet, NzButtonComponent, Icon, Pager],
  templateUrl: './list-view.html',
  styleUrl: './list-view.css',
  hostDirectives: [KeysGoOn],
})
export class ListView<Row extends Listed> {
  /** Key of the heading. */
  readonly heading = input.required<string>();
  readonly list = input.required<ListSource<Row>>();
  readonly columns = input.required<readonly Column[]>();
  readonly facets = input<readonly Facet[]>([]);
  /** Fields of the filters that stand behind "More filters": those of facets, and of what is given as `[rareFilter]`. */
  readonly rare = input<readonly string[]>([]);
  readonly hint = input<string>('list.search');
  /** Whether rows can be selected for batch actions. */
  readonly selectable = input(false);
  /** Whether a row leads to its detail, at the row's id below the list's own address. */
  readonly opens = input(true);

  protected readonly t = injectWords();
  protected readonly problems = injectProblemWords();
  private readonly language = inject(Language);
  private readonly account = inject(Account);
  private readonly router = inject(Router);
  private readonly route = inject(ActivatedRoute);
  private readonly place: HTMLElement = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly cells = contentChildren(ListCell);

  protected readonly skeleton = Array.from({ length: SKELETON_ROWS }, (_, index) => index);
  protected readonly choice = computed(() => {
    const key = `gatehouse.columns.${this.list().name}.${this.account.user()?.username ?? ''}`;
    return new ColumnChoice(this.columns(), key);
  });
  private readonly isBegun = signal(false);
  protected readonly drawn = computed(() => {
    const rows = this.list().rows();
    return this.isBegun() ? rows : rows.slice(0, FIRST_ROWS);
  });
  protected readonly shown = computed(() => {
    const templates = new Map(this.cells().map((cell) => [cell.ghCell(), cell.template]));
    return this.choice()
      .shown()
      .map((column) => ({ column, template: templates.get(column.id) ?? null }));
  });
  protected readonly count = computed(() => {
    const total = this.list().total();
    return total === undefined ? '' : new Intl.NumberFormat(this.language.shown()).format(total);
  });
  protected readonly skeletonCells = computed(() => {
    const ids = this.shown().map((each) => each.column.id);
    return this.selectable() ? ['', ...ids] : ids;
  });
  protected readonly allOnPage = computed(() => {
    const rows = this.list().rows();
    return rows.length > 0 && rows.every((row) => this.list().isSelected(row));
  });

  constructor() {
    effect(() => {
      if (!this.list().page() || this.isBegun()) return;
      // after the frame that shows the first ones
      requestAnimationFrame(() => setTimeout(() => this.isBegun.set(true)));
    });
    let selected = 0;
    afterRenderEffect(() => {
      const before = selected;
      selected = this.list().selectedCount();
      // the bar took the focus with it: keys go on at the rows
      if (before > 0 && selected === 0 && document.activeElement === document.body)
        this.place.querySelector<HTMLElement>('tbody tr[tabindex="0"]')?.focus();
    });
  }

  protected direction(column: Column): 'ascending' | 'descending' | null {
    const sort = this.list().query().sort;
    if (sort === column.sort) return 'ascending';
    return sort === `-${column.sort}` ? 'descending' : null;
  }

  protected sortBy(column: Column): void {
    const direction = this.direction(column) ?? (column.latestFirst ? 'ascending' : null);
    const sort = direction === 'ascending' ? `-${column.sort}` : column.sort;
    this.list().change({ sort });
  }

  protected open(row: Row, event: Event): void {
    const onControl = event.target instanceof Element && event.target.closest('a, button, input, label');
    const textPicked = !getSelection()?.isCollapsed;
    if (!this.opens() || onControl || textPicked) return;
    void this.router.navigate([row.id], { relativeTo: this.route, queryParamsHandling: 'preserve' });
  }

  /** What is cut stands whole in the tip of its cell. */
  protected sayWhole({ currentTarget: cell }: Event): void {
    if (!(cell instanceof HTMLElement)) return;
    const isCut = [cell, ...cell.querySelectorAll('*')].some((part) => part.scrollWidth > part.clientWidth);
    cell.title = isCut ? cell.innerText.trim() : '';
  }

  /** Arrows move over the rows, Enter opens, the space bar selects. */
  protected key(row: Row, event: KeyboardEvent): void {
    const line = event.currentTarget;
    if (!(line instanceof HTMLElement) || event.target !== line) return;
    const target = { ArrowDown: line.nextElementSibling, ArrowUp: line.previousElementSibling }[event.key];
    if (target instanceof HTMLElement) target.focus();
    else if (event.key === 'Enter') this.open(row, event);
    else if (event.key === ' ' && this.selectable()) this.list().select([row], !this.list().isSelected(row));
    else return;
    event.preventDefault();
  }
}
