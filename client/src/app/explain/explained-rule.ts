import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { ExplainedRuleView } from '../api/models/explained-rule-view';
import { StateMark } from '../display/state-mark';
import { injectWords } from '../language/words';

/** How one rule stands to the question: the way by which it names each of the three, and what it lacks. */
@Component({
  selector: 'gh-explained-rule',
  imports: [RouterLink, StateMark],
  template: `
    <div class="head">
      <gh-state [kind]="rule().gaps.length ? 'idle' : 'good'"
        ><a [routerLink]="['/rules', rule().id]">{{ rule().name }}</a></gh-state
      >
      @for (gap of rule().gaps; track gap) {
        <span class="gap">{{ t('explain.gap.' + gap) }}</span>
      }
    </div>
    <dl>
      <dt>{{ t('explain.user') }}</dt>
      <dd>{{ userWays() || '–' }}</dd>
      <dt>{{ t('explain.asset') }}</dt>
      <dd>{{ assetWays() || '–' }}</dd>
      <dt>{{ t('explain.systemUser') }}</dt>
      <dd>{{ rule().namesSystemUser ? t('explain.named') : '–' }}</dd>
    </dl>
  `,
  styles: `
    :host {
      display: block;
      margin-bottom: 8px;
      padding: 10px 12px;
      border: 1px solid var(--line);
      border-radius: var(--radius);
      background: var(--paper);
    }
    .head {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
      align-items: center;
    }
    .gap {
      padding: 0 6px;
      border-radius: 4px;
      background: var(--inset);
      color: var(--ink-soft);
      font-size: 12px;
    }
    dl {
      display: grid;
      grid-template-columns: max-content 1fr;
      gap: 2px 12px;
      margin: 6px 0 0;
    }
    dt {
      color: var(--ink-faint);
    }
    dd {
      margin: 0;
      overflow-wrap: anywhere;
    }
  `,
})
export class ExplainedRule {
  readonly rule = input.required<ExplainedRuleView>();
  protected readonly t = injectWords();

  protected readonly userWays = computed(() => {
    const { namesUser, userGroups } = this.rule();
    const groups = userGroups.map(({ name }) => this.t('explain.byGroup', { name }));
    return [...(namesUser ? [this.t('explain.named')] : []), ...groups].join(this.t('phrase.between'));
  });
  protected readonly assetWays = computed(() => {
    const { namesAsset, assetPaths } = this.rule();
    const paths = assetPaths.map((path) =>
      this.t('explain.byGroup', { name: path.map(({ name }) => name).join(' › ') }),
    );
    return [...(namesAsset ? [this.t('explain.named')] : []), ...paths].join(this.t('phrase.between'));
  });
}
