import { Component, computed, input, model } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { injectWords } from '../language/words';

/** Back and forth through the pages of lines in a panel. Shows nothing while one page holds them all. */
@Component({
  selector: 'gh-page-turner',
  imports: [Icon, NzButtonComponent],
  template: `@if (pages() > 1) {
    <button
      type="button"
      nz-button
      nzSize="small"
      [disabled]="page() <= 1"
      [attr.aria-label]="t('list.previousPage')"
      (click)="page.set(page() - 1)"
    >
      <gh-icon name="left" />
    </button>
    <span>{{ t('list.page', { page: page(), pages: pages() }) }}</span>
    <button
      type="button"
      nz-button
      nzSize="small"
      [disabled]="page() >= pages()"
      [attr.aria-label]="t('list.nextPage')"
      (click)="page.set(page() + 1)"
    >
      <gh-icon name="right" />
    </button>
  }`,
  styles: `
    :host {
      display: flex;
      align-items: center;
      justify-content: flex-end;
      gap: 8px;
      margin-top: 8px;
      color: var(--ink-soft);
    }
  `,
})
export class PageTurner {
  /** Counted from 1. */
  readonly page = model.required<number>();
  readonly pageSize = input.required<number>();
  readonly total = input.required<number>();
  protected readonly t = injectWords();
  protected readonly pages = computed(() => Math.ceil(this.total() / this.pageSize()));
}
