import { Component, DOCUMENT, inject, signal } from '@angular/core';
import { FormField, form } from '@angular/forms/signals';
import { Router, RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Account } from '../account/account';
import { Api } from '../api/api';
import { setPassword } from '../api/fn/auth/set-password';
import { Field } from '../form/field';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import { checkNewPassword } from '../password/new-password';
import { injectProblemWords } from '../problem/problem-words';
import { GatePage } from '../sign-in/gate-page';

/** Where a mailed link leads: a new password, then the login. */
@Component({
  selector: 'gh-set-password',
  imports: [Field, FormField, GatePage, NzButtonComponent, NzInputDirective, RouterLink],
  templateUrl: './set-password.html',
})
export class SetPassword {
  private readonly api = inject(Api);
  private readonly account = inject(Account);
  private readonly router = inject(Router);
  private readonly messages = inject(NzMessageService);
  private readonly problems = injectProblemWords();
  private readonly document = inject(DOCUMENT);
  protected readonly t = injectWords();

  /** From the fragment, which no server ever sees. */
  protected readonly token = this.document.location.hash.slice(1);
  private readonly model = signal({ newPassword: '', repeated: '' });
  protected readonly form = form(this.model, (path) => {
    checkNewPassword(path);
  });
  protected readonly problem = signal<string | null>(null);

  constructor() {
    // out of the address bar and of the history: whoever sits here next finds no link
    this.document.defaultView?.history.replaceState(null, '', this.document.location.pathname);
  }

  protected async set(event: Event): Promise<void> {
    event.preventDefault();
    const body = { token: this.token, newPassword: this.model().newPassword };
    const outcome = await saveForm(this.form, this.problems, () => this.api.invoke(setPassword, { body }));
    this.problem.set(outcome.problem);
    if (!outcome.saved) return;
    this.account.forget();
    this.messages.success(this.t('recovery.done'));
    await this.router.navigateByUrl('/login');
  }
}
