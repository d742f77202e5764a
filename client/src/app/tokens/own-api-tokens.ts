import { Component, computed, inject, resource, signal } from '@angular/core';
import { FormField, form, required } from '@angular/forms/signals';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { NzOptionComponent, NzSelectComponent } from 'ng-zorro-antd/select';
import { NzSwitchComponent } from 'ng-zorro-antd/switch';
import { Api } from '../api/api';
import { createMyApiToken } from '../api/fn/me/create-my-api-token';
import { listMyApiTokens } from '../api/fn/me/list-my-api-tokens';
import { revokeMyApiToken } from '../api/fn/me/revoke-my-api-token';
import type { ApiTokenView } from '../api/models/api-token-view';
import type { CreateApiToken } from '../api/models/create-api-token';
import type { MadeApiToken } from '../api/models/made-api-token';
import { Field } from '../form/field';
import { OnceShown } from '../form/once-shown';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import { injectReaction } from '../panel/reaction';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import { TokenLines } from './token-lines';

const DAY_MS = 24 * 60 * 60_000;
const LIFETIMES = ['30', '90', '365', 'never'] as const;
const NEW = { name: '', lifetime: '90', networks: '', readOnly: false };

/** The person's own API tokens: makes them, shows each once, revokes them. */
@Component({
  selector: 'gh-own-api-tokens',
  imports: [
    Field,
    FormField,
    NzButtonComponent,
    NzInputDirective,
    NzOptionComponent,
    NzSelectComponent,
    NzSwitchComponent,
    OnceShown,
    TokenLines,
  ],
  templateUrl: './own-api-tokens.html',
})
export class OwnApiTokens implements HoldsInput {
  private readonly api = inject(Api);
  private readonly react = injectReaction();
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly lifetimes = LIFETIMES;

  protected readonly loaded = resource({ loader: () => this.api.invoke(listMyApiTokens) });
  protected readonly tokens = computed(() => (this.loaded.hasValue() ? this.loaded.value().items : []));
  private readonly model = signal(NEW);
  protected readonly form = form(this.model, (path) => required(path.name));
  protected readonly problem = signal<string | null>(null);
  /** The token that was just made, while its text is on the screen. */
  protected readonly made = signal<MadeApiToken | null>(null);

  hasUnsavedInput(): boolean {
    return this.form().dirty();
  }

  protected async make(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    this.made.set(null);
    const outcome = await saveForm(this.form, this.problems, () =>
      this.api.invoke(createMyApiToken, { body: this.wish() }),
    );
    this.problem.set(outcome.problem);
    if (!outcome.saved) return;
    this.made.set(outcome.result ?? null);
    this.form().reset(NEW);
    this.loaded.reload();
  }

  protected async revoke(token: ApiTokenView): Promise<void> {
    const gone = await this.react.ask(
      {
        heading: this.t('apiTokens.ask', { name: token.name }),
        text: this.t('apiTokens.askText'),
        yes: this.t('apiTokens.revoke'),
        destroys: true,
      },
      () => this.api.invoke(revokeMyApiToken, { id: token.id }),
      this.t('apiTokens.gone', { name: token.name }),
    );
    if (!gone) return;
    if (this.made()?.id === token.id) this.made.set(null);
    this.loaded.reload();
  }

  private wish(): CreateApiToken {
    const { name, lifetime, networks, readOnly } = this.model();
    const expiresAt =
      lifetime === 'never' ? null : new Date(Date.now() + Number(lifetime) * DAY_MS).toISOString();
    const lines = networks.split(/[\s,]+/).filter((line) => line !== '');
    return { name: name.trim(), expiresAt, networks: lines, readOnly };
  }
}
