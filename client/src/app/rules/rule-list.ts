import { Component, inject } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { Account } from '../account/account';
import { Clock } from '../display/clock';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import type { Column } from '../list/columns';
import type { Facet } from '../list/facet';
import { ListCell } from '../list/list-cell';
import { ListView } from '../list/list-view';
import { inTurn } from '../panel/in-turn';
import { injectReaction } from '../panel/reaction';
import { RuleSide } from './rule-side';
import { ruleState } from './rule-state';
import { RuleStore } from './rule-store';

const COLUMNS: readonly Column[] = [
  { id: 'name', label: 'rules.name', sort: 'name', fixed: true, narrow: '260px' },
  { id: 'users', label: 'rules.users', narrow: '150px' },
  { id: 'assets', label: 'rules.assets', narrow: '190px' },
  { id: 'systemUsers', label: 'rules.systemUsers', narrow: '120px' },
  { id: 'actions', label: 'rules.actions', extra: true },
  { id: 'active', label: 'rules.state', sort: 'active' },
  { id: 'validUntil', label: 'rules.until', sort: 'validUntil' },
  { id: 'comment', label: 'rules.comment', extra: true },
];

const FACETS: readonly Facet[] = [
  {
    field: 'active',
    label: 'rules.state',
    options: [
      { value: 'true', label: 'state.active' },
      { value: 'false', label: 'state.inactive' },
    ],
  },
];

/** Who may log in to what as whom. */
@Component({
  selector: 'gh-rule-list',
  imports: [ListCell, ListView, NzButtonComponent, Icon, RouterLink, RouterOutlet, RuleSide, StateMark, When],
  providers: [RuleStore],
  templateUrl: './rule-list.html',
})
export class RuleList {
  private readonly store = inject(RuleStore);
  private readonly react = injectReaction();
  private readonly clock = inject(Clock);
  protected readonly list = this.store.list;
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('rules.write');
  protected readonly columns = COLUMNS;
  protected readonly facets = FACETS;
  protected readonly now = this.clock.now;
  protected readonly stateOf = ruleState;

  protected async activate(active: boolean): Promise<void> {
    const rules = this.list.selected();
    const done = this.t(active ? 'rules.activated' : 'rules.deactivated', { count: rules.length });
    await this.react.run(() => inTurn(rules, ({ id }) => this.store.update(id, { active })), done);
    this.refresh();
  }

  protected async remove(): Promise<void> {
    const rules = this.list.selected();
    const gone = await this.react.ask(
      {
        heading: this.t('rules.remove.heading', { count: rules.length }),
        text: this.t('rules.remove.text'),
        names: rules.map((rule) => rule.name),
        yes: this.t('rules.remove.yes'),
        destroys: true,
      },
      () => this.store.remove(rules.map((rule) => rule.id)),
      this.t('rules.remove.done', { count: rules.length }),
    );
    if (gone) this.refresh();
  }

  private refresh(): void {
    this.list.clearSelection();
    this.list.reload();
  }
}
