import { Component, inject, signal } from '@angular/core';
import { FormField, form, required } from '@angular/forms/signals';
import { RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { Api } from '../api/api';
import { requestPasswordLink } from '../api/fn/auth/request-password-link';
import { Field } from '../form/field';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';
import { GatePage } from '../sign-in/gate-page';

/** Asks for a mail with a link to set a new password. What it answers is the same for every name. */
@Component({
  selector: 'gh-forgotten-password',
  imports: [Field, FormField, GatePage, NzButtonComponent, NzInputDirective, RouterLink],
  templateUrl: './forgotten-password.html',
})
export class ForgottenPassword {
  private readonly api = inject(Api);
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();

  private readonly model = signal({ username: '' });
  protected readonly form = form(this.model, (path) => required(path.username));
  protected readonly problem = signal<string | null>(null);
  protected readonly asked = signal(false);

  protected async ask(event: Event): Promise<void> {
    event.preventDefault();
    const body = { username: this.model().username.trim() };
    const outcome = await saveForm(this.form, this.problems, () =>
      this.api.invoke(requestPasswordLink, { body }),
    );
    this.problem.set(outcome.problem);
    this.asked.set(outcome.saved);
  }
}
