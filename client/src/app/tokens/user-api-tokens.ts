import { Component, computed, inject, input, resource } from '@angular/core';
import { Api } from '../api/api';
import { listUserApiTokens } from '../api/fn/users/list-user-api-tokens';
import { revokeUserApiToken } from '../api/fn/users/revoke-user-api-token';
import type { ApiTokenView } from '../api/models/api-token-view';
import { injectWords } from '../language/words';
import { injectReaction } from '../panel/reaction';
import { injectProblemWords } from '../problem/problem-words';
import { TokenLines } from './token-lines';

/** Somebody's API tokens, to see and to revoke: only they make them. */
@Component({
  selector: 'gh-user-api-tokens',
  imports: [TokenLines],
  template: `
    @if (loaded.error(); as failure) {
      <p class="notice bad" role="alert">{{ problems.of(failure) }}</p>
    } @else {
      <gh-token-lines [tokens]="tokens()" [mayRevoke]="mayWrite()" (revoked)="revoke($event)" />
    }
  `,
})
export class UserApiTokens {
  private readonly api = inject(Api);
  private readonly react = injectReaction();
  protected readonly problems = injectProblemWords();
  private readonly t = injectWords();

  readonly userId = input.required<string>();
  readonly mayWrite = input(false);

  protected readonly loaded = resource({
    params: () => this.userId(),
    loader: ({ params }) => this.api.invoke(listUserApiTokens, { id: params }),
  });
  protected readonly tokens = computed(() => (this.loaded.hasValue() ? this.loaded.value().items : []));

  protected async revoke(token: ApiTokenView): Promise<void> {
    const gone = await this.react.ask(
      {
        heading: this.t('apiTokens.ask', { name: token.name }),
        text: this.t('apiTokens.askText'),
        yes: this.t('apiTokens.revoke'),
        destroys: true,
      },
      () => this.api.invoke(revokeUserApiToken, { id: this.userId(), tokenId: token.id }),
      this.t('apiTokens.gone', { name: token.name }),
    );
    if (gone) this.loaded.reload();
  }
}
