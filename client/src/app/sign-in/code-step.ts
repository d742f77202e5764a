import { Component, afterNextRender, inject, input, output, signal } from '@angular/core';
import { FormField, form, required } from '@angular/forms/signals';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { Account } from '../account/account';
import { Field } from '../form/field';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';

/** The second step of logging in: the code of an authenticator app, or a recovery code. */
@Component({
  selector: 'gh-code-step',
  imports: [Field, FormField, NzButtonComponent, NzInputDirective],
  template: `
    <form novalidate (submit)="send($event)">
      <gh-field
        for="code"
        [label]="t(byRecovery() ? 'secondFactor.recoveryCode' : 'secondFactor.code')"
        [help]="t(byRecovery() ? 'secondFactor.recoveryCodeHelp' : 'secondFactor.codeHelp')"
        [of]="form.code"
      >
        <input
          id="code"
          nz-input
          nzSize="large"
          autocomplete="one-time-code"
          autocapitalize="none"
          spellcheck="false"
          [attr.inputmode]="byRecovery() ? 'text' : 'numeric'"
          [formField]="form.code"
        />
      </gh-field>
      @if (problem()) {
        <p class="bad-text" role="alert">{{ problem() }}</p>
      }
      <button
        type="submit"
        nz-button
        nzType="primary"
        nzSize="large"
        nzBlock
        [nzLoading]="form().submitting()"
      >
        {{ t('signIn.do') }}
      </button>
      <button type="button" nz-button nzType="text" nzBlock class="after" (click)="swap()">
        {{ t(byRecovery() ? 'secondFactor.useApp' : 'secondFactor.useRecovery') }}
      </button>
      <button type="button" nz-button nzType="text" nzBlock (click)="back.emit(null)">
        {{ t('secondFactor.back') }}
      </button>
    </form>
  `,
  styles: `
    .after {
      margin-top: 8px;
    }
  `,
})
export class CodeStep {
  private readonly account = inject(Account);
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();

  /** What the server gave for the password. */
  readonly challenge = input.required<string>();
  readonly passed = output();
  /** Begin again with the password; with the reason when the server wants it so. */
  readonly back = output<string | null>();

  protected readonly byRecovery = signal(false);
  private readonly model = signal({ code: '' });
  protected readonly form = form(this.model, (path) => required(path.code));
  protected readonly problem = signal<string | null>(null);

  constructor() {
    afterNextRender(() => this.form.code().focusBoundControl());
  }

  protected swap(): void {
    this.byRecovery.update((by) => !by);
    this.problem.set(null);
    this.startOver();
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const outcome = await saveForm(this.form, this.problems, () =>
      this.account.finishLogIn(this.challenge(), this.model().code.trim()),
    );
    if (outcome.saved) {
      this.passed.emit();
    } else if (outcome.refusal?.code === 'challenge_over') {
      this.back.emit(outcome.problem);
    } else if (outcome.refusal) {
      this.problem.set(outcome.problem);
      this.startOver();
    }
  }

  private startOver(): void {
    this.form.code().reset('');
    this.form.code().focusBoundControl();
  }
}
