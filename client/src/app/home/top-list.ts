import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { TopEntryView } from '../api/models/top-entry-view';
import { injectWords } from '../language/words';

/** Who or what had the most sessions, as bars. */
@Component({
  selector: 'gh-top-list',
  imports: [RouterLink],
  template: `
    @if (entries().length === 0) {
      <p class="faint">{{ t('home.noSessions') }}</p>
    }
    <ol>
      @for (entry of entries(); track entry.id) {
        <li>
          <span class="bar" aria-hidden="true" [style.width.%]="(100 * entry.sessions) / most()"></span>
          @if (under(); as path) {
            <a [routerLink]="[path, entry.id]">{{ entry.name }}</a>
          } @else {
            <span class="name">{{ entry.name }}</span>
          }
          <span class="number">{{ entry.sessions }}</span>
        </li>
      }
    </ol>
  `,
  styles: `
    ol {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      position: relative;
      display: flex;
      justify-content: space-between;
      gap: 12px;
      margin-bottom: 2px;
      padding: 3px 8px;
    }
    .bar {
      position: absolute;
      inset: 0 auto 0 0;
      border-radius: 4px;
      background: var(--inset);
    }
    a,
    .name,
    .number {
      position: relative;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .number {
      font-variant-numeric: tabular-nums;
    }
  `,
})
export class TopList {
  protected readonly t = injectWords();

  readonly entries = input.required<readonly TopEntryView[]>();
  /** Where each has its page: `/users`; absent: names are no links. */
  readonly under = input<string>();

  protected readonly most = computed(() => Math.max(1, ...this.entries().map(({ sessions }) => sessions)));
}
