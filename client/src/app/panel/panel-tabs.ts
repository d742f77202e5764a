import { Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { injectWords } from '../language/words';

/** A tab of a side panel; `id` stands in the address as `tab`, but for the first. */
export interface PanelTab {
  readonly id: string;
  /** Key of its name. */
  readonly label: string;
}

/** The tabs of a side panel. Which one is open stands in the address, so that a link leads to it. */
@Component({
  selector: 'gh-panel-tabs',
  imports: [RouterLink],
  template: `<nav [attr.aria-label]="label()">
    @for (tab of tabs(); track tab.id; let first = $first) {
      <a
        [routerLink]="[]"
        [queryParams]="{ tab: first ? null : tab.id }"
        queryParamsHandling="merge"
        [class.on]="tab.id === current()"
        [attr.aria-current]="tab.id === current() ? 'page' : null"
        >{{ t(tab.label) }}</a
      >
    }
  </nav>`,
  styles: `
    nav {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 20px;
      margin: -8px 0 16px;
      border-bottom: 1px solid var(--line);
    }
    a {
      margin-bottom: -1px;
      padding: 8px 0;
      border-bottom: 2px solid transparent;
      color: var(--ink-soft);
      text-decoration: none;
    }
    a:hover {
      color: var(--ink);
    }
    a.on {
      border-color: var(--accent);
      color: var(--ink);
      font-weight: 600;
    }
  `,
})
export class PanelTabs {
  readonly tabs = input.required<readonly PanelTab[]>();
  readonly current = input.required<string>();
  /** What they are the tabs of, for screen readers. */
  readonly label = input.required<string>();
  protected readonly t = injectWords();
}
