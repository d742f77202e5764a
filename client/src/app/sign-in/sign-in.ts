import { Component, inject, input, resource, signal } from '@angular/core';
import { FormField, form, required } from '@angular/forms/signals';
import { Router, RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { Account } from '../account/account';
import { Api } from '../api/api';
import { getLoginOptions } from '../api/fn/auth/get-login-options';
import { Field } from '../form/field';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';
import { GatePage } from './gate-page';
import { CodeStep } from './code-step';

/** The way in. */
@Component({
  selector: 'gh-sign-in',
  imports: [CodeStep, Field, FormField, GatePage, NzButtonComponent, NzInputDirective, RouterLink],
  templateUrl: './sign-in.html',
})
export class SignIn {
  private readonly account = inject(Account);
  private readonly router = inject(Router);
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();

  /** Where to go after it, from the address. */
  readonly next = input<string>();

  private readonly api = inject(Api);
  protected readonly options = resource({ loader: () => this.api.invoke(getLoginOptions) });
  private readonly model = signal({ username: '', password: '' });
  protected readonly form = form(this.model, (path) => {
    required(path.username);
    required(path.password);
  });
  protected readonly problem = signal<string | null>(null);
  /** Set while the password was right and a code is asked. */
  protected readonly challenge = signal<string | null>(null);

  protected async logIn(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const { username, password } = this.model();
    const outcome = await saveForm(this.form, this.problems, () =>
      this.account.logIn(username.trim(), password),
    );
    const challenge = outcome.refusal?.extra['challenge'];
    if (outcome.refusal?.code === 'second_factor_needed' && typeof challenge === 'string') {
      this.challenge.set(challenge);
      return;
    }
    this.problem.set(outcome.problem);
    if (outcome.saved) {
      await this.goOn();
    } else if (outcome.refusal) {
      this.form.password().reset('');
      this.form.password().focusBoundControl();
    }
  }

  protected async goOn(): Promise<void> {
    await this.router.navigateByUrl(this.account.user()?.mustChangePassword ? '/password' : this.goal());
  }

  /** Back to the password, empty: it was right, but that was a while ago. */
  protected startOver(problem: string | null): void {
    this.challenge.set(null);
    this.problem.set(problem);
    this.form.password().reset('');
  }

  /** Only a path of this console: an address can name any other site. */
  private goal(): string {
    const next = this.next() ?? '/';
    return /^\/(?![/\\])/.test(next) ? next : '/';
  }
}
