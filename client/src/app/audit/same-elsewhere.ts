import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Zone } from '../display/zone';
import { injectWords } from '../language/words';

const WHEN = ['from', 'to'];
const SUBJECT = ['userId', 'assetId', 'systemUserId'];

/** The audit lists, and by which filters of the others each can be narrowed. */
const LISTS = [
  { path: 'history', label: 'menu.history', fields: [...WHEN, ...SUBJECT] },
  { path: 'commands', label: 'menu.commands', fields: [...WHEN, ...SUBJECT] },
  { path: 'files', label: 'menu.fileTransfers', fields: [...WHEN, ...SUBJECT] },
  { path: 'logins', label: 'menu.logins', fields: [...WHEN, 'userId'] },
  { path: 'operations', label: 'menu.operations', fields: [...WHEN, 'userId'] },
] as const;

/** Leads from one audit list to the others with whom, where and when kept; and says in which zone the times are. */
@Component({
  selector: 'gh-same-elsewhere',
  imports: [RouterLink],
  template: `
    @if (others().length) {
      <nav [attr.aria-label]="t('sameElsewhere.heading')">
        <span class="faint">{{ t('sameElsewhere.heading') }}</span>
        @for (other of others(); track other.path) {
          <a [routerLink]="['/audit', other.path]" [queryParams]="other.params">{{ t(other.label) }}</a>
        }
      </nav>
    }
    <span class="faint" [title]="t('sameElsewhere.zoneHelp')">{{
      t('sameElsewhere.zone', { zone: zone() })
    }}</span>
  `,
  styles: `
    :host,
    nav {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 12px;
      align-items: center;
    }
    :host {
      gap: 4px 20px;
      margin-right: 8px;
    }
  `,
})
export class SameElsewhere {
  /** Which list this is. */
  readonly from = input.required<(typeof LISTS)[number]['path']>();
  readonly filters = input.required<Readonly<Record<string, string>>>();

  protected readonly t = injectWords();
  private readonly own = inject(Zone).name;
  protected readonly zone = computed(
    () => this.own() ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
  );
  /** None while nothing is kept that another list could be narrowed by. */
  protected readonly others = computed(() =>
    LISTS.filter(({ path }) => path !== this.from()).flatMap(({ path, label, fields }) => {
      const kept = Object.entries(this.filters()).filter(([name]) => fields.includes(name));
      return kept.length > 0 ? [{ path, label, params: Object.fromEntries(kept) }] : [];
    }),
  );
}
