import { Component, computed, effect, inject, input, resource } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import type { MailState } from '../api/models/mail-state';
import type { UserView } from '../api/models/user-view';
import { StateMark, type StateKind } from '../display/state-mark';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import { injectReaction } from '../panel/reaction';
import { MailOff } from './mail-off';
import { injectMailOn } from './mail-on';
import { UserStore } from './user-store';

const POLL_MS = 2_000;
const MARKS: Readonly<Record<MailState, StateKind>> = { queued: 'active', sent: 'good', failed: 'bad' };

/** Mails a user a link to set their password, and tells what became of the last one. */
@Component({
  selector: 'gh-mail-link',
  imports: [MailOff, NzButtonComponent, StateMark, When],
  template: `
    @if (mailOn()) {
      <p class="row-of-buttons">
        <button type="button" nz-button (click)="send()">{{ t('users.mailLink') }}</button>
      </p>
    } @else if (mailOn() === false) {
      <gh-mail-off />
    }
    @if (mail(); as mail) {
      <p role="status">
        <gh-state [kind]="marks[mail.state]">{{
          t('mailLink.state.' + mail.state, { address: mail.recipient })
        }}</gh-state>
        <span class="faint"><gh-when [at]="mail.endedAt ?? mail.createdAt" /></span>
        @if (mail.reason) {
          <br /><span class="bad-text">{{ mail.reason }}</span>
        } @else if (mail.state === 'failed') {
          <br /><span class="faint">{{ t('mailLink.whyAtAdmin') }}</span>
        }
      </p>
    }
  `,
})
export class MailLink {
  private readonly store = inject(UserStore);
  private readonly react = injectReaction();
  protected readonly mailOn = injectMailOn();
  protected readonly t = injectWords();
  protected readonly marks = MARKS;

  readonly user = input.required<UserView>();

  private readonly link = resource({
    params: () => this.user().id,
    loader: ({ params }) => this.store.mailedLink(params),
  });
  /** The last one; nothing while it is not known. */
  protected readonly mail = computed(() => (this.link.hasValue() ? this.link.value() : null));

  constructor() {
    // until a gateway has sent it or given up
    effect((atEnd) => {
      if (this.mail()?.state !== 'queued') return;
      const timer = setTimeout(() => this.link.reload(), POLL_MS);
      atEnd(() => clearTimeout(timer));
    });
  }

  protected async send(): Promise<void> {
    const { id, username } = this.user();
    await this.react.run(() => this.store.mailLink(id), this.t('users.mailLinkSent', { name: username }));
    this.link.reload();
  }
}
