import { Component, inject, resource, signal } from '@angular/core';
import { FormField, form, required } from '@angular/forms/signals';
import { Router } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Account } from '../account/account';
import { Api } from '../api/api';
import { getMySecondFactor } from '../api/fn/me/get-my-second-factor';
import { removeMySecondFactor } from '../api/fn/me/remove-my-second-factor';
import { renewMyRecoveryCodes } from '../api/fn/me/renew-my-recovery-codes';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { Field } from '../form/field';
import { OnceShown } from '../form/once-shown';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';
import { Questions } from '../question/questions';
import { SecondFactorSetup } from './second-factor-setup';

/** The person's own second factor: set up, renew recovery codes, take away. */
@Component({
  selector: 'gh-own-second-factor',
  imports: [
    Field,
    FormField,
    NzButtonComponent,
    NzInputDirective,
    OnceShown,
    SecondFactorSetup,
    StateMark,
    When,
  ],
  templateUrl: './own-second-factor.html',
  styles: `
    .since {
      margin-left: 8px;
    }
    form {
      max-width: 400px;
      margin-top: 20px;
    }
  `,
})
export class OwnSecondFactor {
  private readonly api = inject(Api);
  private readonly account = inject(Account);
  private readonly router = inject(Router);
  private readonly messages = inject(NzMessageService);
  private readonly questions = inject(Questions);
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();

  protected readonly state = resource({ loader: () => this.api.invoke(getMySecondFactor) });
  protected readonly newCodes = signal<readonly string[] | null>(null);
  protected readonly problem = signal<string | null>(null);
  private readonly model = signal({ code: '' });
  protected readonly form = form(this.model, (path) => required(path.code));

  protected isSetUp(): void {
    this.messages.success(this.t('secondFactor.isOn'));
    this.state.reload();
  }

  protected async renew(): Promise<void> {
    const done = await this.send((code) => this.api.invoke(renewMyRecoveryCodes, { body: { code } }));
    if (done) this.newCodes.set(done.recoveryCodes);
    if (done) this.state.reload();
  }

  protected async remove(): Promise<void> {
    if (!this.model().code.trim()) {
      this.form.code().markAsTouched();
      return;
    }
    const sure = await this.questions.ask({
      heading: this.t('secondFactor.removeAsk'),
      text: this.t('secondFactor.removeText'),
      yes: this.t('secondFactor.remove'),
      destroys: true,
    });
    if (!sure) return;
    const done = await this.send(async (code) => {
      await this.api.invoke(removeMySecondFactor, { body: { code } });
      return true;
    });
    if (!done) return;
    this.newCodes.set(null);
    this.messages.success(this.t('secondFactor.isOff'));
    await this.account.recall();
    if (this.account.user()?.mustEnrol) await this.router.navigateByUrl('/second-factor');
    else this.state.reload();
  }

  private async send<Result>(work: (code: string) => Promise<Result>): Promise<Result | undefined> {
    this.problem.set(null);
    const outcome = await saveForm(this.form, this.problems, () => work(this.model().code.trim()));
    this.problem.set(outcome.problem);
    if (outcome.saved) this.form().reset({ code: '' });
    return outcome.result;
  }
}
