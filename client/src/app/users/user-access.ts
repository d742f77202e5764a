import { Component, computed, inject, input, linkedSignal, resource } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../api/api';
import { listRules } from '../api/fn/authorization-rules/list-rules';
import { listUserAccess } from '../api/fn/users/list-user-access';
import type { RuleView } from '../api/models/rule-view';
import { Clock } from '../display/clock';
import { StateMark } from '../display/state-mark';
import { injectWords } from '../language/words';
import { PageTurner } from '../panel/page-turner';
import { injectProblemWords } from '../problem/problem-words';
import { ruleState } from '../rules/rule-state';

const RULES = 10;
const WAYS = 20;

/** Which rules name a user, and what they may reach by them, as whom. */
@Component({
  selector: 'gh-user-access',
  imports: [PageTurner, RouterLink, StateMark],
  templateUrl: './user-access.html',
  styles: `
    .ways-in {
      --tracks: minmax(0, 3fr) minmax(0, 2fr) auto;
    }
  `,
})
export class UserAccess {
  private readonly api = inject(Api);
  private readonly clock = inject(Clock);
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly rulesPerPage = RULES;
  protected readonly waysPerPage = WAYS;

  readonly userId = input.required<string>();

  protected readonly rulePage = linkedSignal({ source: () => this.userId(), computation: () => 1 });
  protected readonly wayPage = linkedSignal({ source: () => this.userId(), computation: () => 1 });
  protected readonly rules = resource({
    params: () => ({ userId: this.userId(), page: this.rulePage(), pageSize: RULES }),
    loader: ({ params }) => this.api.invoke(listRules, { ...params, sort: 'name' }),
  });
  protected readonly ways = resource({
    params: () => ({ id: this.userId(), page: this.wayPage(), pageSize: WAYS }),
    loader: ({ params }) => this.api.invoke(listUserAccess, { ...params, sort: 'assetName' }),
  });
  protected readonly failure = computed(() => this.rules.error() ?? this.ways.error());

  protected stateOf(rule: RuleView): ReturnType<typeof ruleState> {
    return ruleState(rule, this.clock.now());
  }

  /** Whether the rule names the user only by a group. */
  protected isByGroup(rule: RuleView): boolean {
    return !rule.userIds.includes(this.userId());
  }
}
