import { Component, computed, input } from '@angular/core';
import type { NamedMemberView } from '../api/models/named-member-view';
import { injectWords } from '../language/words';

const SHOWN = 3;

/** One side of a rule in a list: the first names, groups marked as such, and how many more. */
@Component({
  selector: 'gh-rule-side',
  template: `
    @for (each of shown(); track each.id; let last = $last) {
      @if (each.isGroup) {
        <span class="faint mark">{{ t('rules.groupMark') }}</span>
      }
      <span>{{ each.name }}{{ last ? '' : t('phrase.between') }}</span>
    }
    @if (more() > 0) {
      <span class="faint more">{{ t('rules.more', { count: more() }) }}</span>
    }
  `,
  styles: `
    .mark {
      margin-right: 4px;
    }
    .more {
      margin-left: 4px;
    }
  `,
})
export class RuleSide {
  readonly groups = input<readonly NamedMemberView[]>([]);
  readonly members = input.required<readonly NamedMemberView[]>();
  /** How many there are in all; the lists hold only the first ones. */
  readonly count = input.required<number>();

  protected readonly t = injectWords();
  protected readonly shown = computed(() =>
    [
      ...this.groups().map((each) => ({ ...each, isGroup: true })),
      ...this.members().map((each) => ({ ...each, isGroup: false })),
    ].slice(0, SHOWN),
  );
  protected readonly more = computed(() => this.count() - this.shown().length);
}
