import { Component, computed, inject, input, resource } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router, RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { NzOptionComponent, NzSelectComponent } from 'ng-zorro-antd/select';
import { ACTIONS, type Action } from '#libs/contracts';
import { Account } from '../account/account';
import { Api } from '../api/api';
import { explainAccess } from '../api/fn/authorization-rules/explain-access';
import { Picker } from '../choice/picker';
import { injectAssetChoices, injectSystemUserChoices, injectUserChoices } from '../choice/sources';
import { StateMark } from '../display/state-mark';
import { injectWords } from '../language/words';
import type { TerminalTarget } from '../terminal/terminal-line';
import { TerminalWindow } from '../workplace/terminal-window';
import { injectProblemWords } from '../problem/problem-words';
import { ExplainedRule } from './explained-rule';

/** Why can, or can't, this user do this on this asset as this system user? The question stands in the address. */
@Component({
  selector: 'gh-explain-page',
  imports: [
    NzButtonComponent,
    NzInputDirective,
    ExplainedRule,
    FormsModule,
    NzOptionComponent,
    NzSelectComponent,
    Picker,
    RouterLink,
    StateMark,
  ],
  templateUrl: './explain-page.html',
  styleUrl: './explain-page.css',
})
export class ExplainPage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly account = inject(Account);
  protected readonly terminals = inject(TerminalWindow);
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly users = injectUserChoices();
  protected readonly assets = injectAssetChoices();
  protected readonly systemUsers = injectSystemUserChoices();
  protected readonly actions = ACTIONS;
  protected readonly valueOf = valueOf;

  readonly userId = input<string>();
  readonly assetId = input<string>();
  readonly systemUserId = input<string>();
  readonly action = input<string>();
  readonly destination = input<string>();

  protected readonly chosenAction = computed<Action>(
    () => ACTIONS.find((action) => action === this.action()) ?? 'connect',
  );
  protected readonly picked = {
    userId: computed(() => listOf(this.userId())),
    assetId: computed(() => listOf(this.assetId())),
    systemUserId: computed(() => listOf(this.systemUserId())),
  };
  protected readonly explanation = resource({
    params: () => {
      const [userId, assetId, systemUserId] = [this.userId(), this.assetId(), this.systemUserId()];
      const action = this.chosenAction();
      const destination = action === 'forward' ? this.destination() : undefined;
      return userId && assetId && systemUserId
        ? { userId, assetId, systemUserId, action, destination }
        : undefined;
    },
    loader: ({ params }) => this.api.invoke(explainAccess, params),
  });
  protected readonly answer = computed(() =>
    this.explanation.hasValue() ? this.explanation.value() : undefined,
  );
  /** The actions that are granted there, named. */
  protected readonly allowed = computed(() =>
    (this.answer()?.actions ?? []).map((each) => this.t(`action.${each}`)).join(this.t('phrase.between')),
  );
  /** What the person who asks may open themselves. */
  protected readonly ownTerminal = computed<TerminalTarget | null>(() => {
    const { granted, actions = [] } = this.answer() ?? {};
    const [assetId, systemUserId] = [this.assetId(), this.systemUserId()];
    const isOwn = this.userId() === this.account.user()?.id;
    if (!granted || !isOwn || !actions.includes('connect') || !assetId || !systemUserId) return null;
    return { assetId, systemUserId };
  });
  /** Where what is in the way can be mended. */
  protected readonly mend = computed<Readonly<Record<string, unknown[]>>>(() => ({
    user_inactive: ['/users', this.userId()],
    no_rule: ['/rules', 'new'],
    asset_inactive: ['/assets', this.assetId()],
    not_pushed: ['/system-users', this.systemUserId()],
  }));

  protected open(event: Event, target: TerminalTarget): void {
    event.preventDefault();
    this.terminals.open(target);
  }

  protected ask(question: Record<string, string | null>): void {
    void this.router.navigate([], {
      queryParams: question,
      queryParamsHandling: 'merge',
      replaceUrl: true,
    });
  }
}

/** What the field holds; null: nothing. */
function valueOf({ target }: Event): string | null {
  return (target instanceof HTMLInputElement && target.value.trim()) || null;
}

function listOf(id: string | undefined): readonly string[] {
  return id ? [id] : [];
}
