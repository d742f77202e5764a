import { CdkMenu, CdkMenuItemRadio, CdkMenuTrigger } from '@angular/cdk/menu';
import { Component, computed, inject, input } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { Language } from '../language/language';
import { injectWords } from '../language/words';
import { PAGE_SIZES } from './list-query';
import type { ListSource, Listed } from './list-source';

/** Which rows of how many are shown, and the way to the others. */
@Component({
  selector: 'gh-pager',
  imports: [CdkMenu, CdkMenuItemRadio, CdkMenuTrigger, NzButtonComponent, Icon],
  template: `
    <span class="range">{{ t(range(), { first: first(), last: last(), total: total() }) }}</span>
    <button type="button" nz-button nzType="text" nzSize="small" [cdkMenuTriggerFor]="sizes">
      {{ t('list.perPage', { size: query().pageSize }) }} <gh-icon name="down" />
    </button>
    <span class="gap"></span>
    <button
      type="button"
      nz-button
      [disabled]="query().page <= 1"
      [attr.aria-label]="t('list.previousPage')"
      (click)="list().change({ page: query().page - 1 })"
    >
      <gh-icon name="left" />
    </button>
    <span class="page">{{ t('list.page', { page: query().page, pages: pages() }) }}</span>
    <button
      type="button"
      nz-button
      [disabled]="isLast()"
      [attr.aria-label]="t('list.nextPage')"
      (click)="list().change({ page: query().page + 1 })"
    >
      <gh-icon name="right" />
    </button>
    <ng-template #sizes>
      <div cdkMenu class="menu">
        @for (size of offered; track size) {
          <button
            type="button"
            class="menu-item"
            cdkMenuItemRadio
            [cdkMenuItemChecked]="size === query().pageSize"
            (cdkMenuItemTriggered)="list().change({ pageSize: size })"
          >
            <gh-icon name="check" [class.unseen]="size !== query().pageSize" />
            {{ size }}
          </button>
        }
      </div>
    </ng-template>
  `,
  styles: `
    :host {
      display: flex;
      align-items: center;
      gap: 8px;
      color: var(--ink-soft);
      font-variant-numeric: tabular-nums;
    }
    .gap {
      flex: 1;
    }
  `,
})
export class Pager<Row extends Listed> {
  readonly list = input.required<ListSource<Row>>();

  protected readonly t = injectWords();
  private readonly language = inject(Language);
  protected readonly offered = PAGE_SIZES;
  protected readonly query = computed(() => this.list().query());
  private readonly count = computed(() => this.list().total() ?? 0);
  protected readonly pages = computed(() => Math.max(1, Math.ceil(this.count() / this.query().pageSize)));
  private readonly start = computed(() => (this.query().page - 1) * this.query().pageSize);
  protected readonly first = computed(() => this.number(this.list().rows().length ? this.start() + 1 : 0));
  protected readonly last = computed(() => this.number(this.start() + this.list().rows().length));
  protected readonly total = computed(() => this.number(this.count()));
  /** There may be more than were counted. */
  private readonly isOpen = computed(() => this.list().page()?.totalIsLeast === true);
  protected readonly range = computed(() => (this.isOpen() ? 'list.rangeOfMore' : 'list.range'));
  protected readonly isLast = computed(() => this.query().page >= this.pages() && !this.isOpen());

  private number(value: number): string {
    return new Intl.NumberFormat(this.language.shown()).format(value);
  }
}
