import { Component, computed, inject, output, signal } from '@angular/core';
import { FormField, form, required } from '@angular/forms/signals';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { NzQRCodeComponent } from 'ng-zorro-antd/qr-code';
import { Account } from '../account/account';
import { Api } from '../api/api';
import { beginMySecondFactor } from '../api/fn/me/begin-my-second-factor';
import { confirmMySecondFactor } from '../api/fn/me/confirm-my-second-factor';
import type { SecondFactorSecret } from '../api/models/second-factor-secret';
import { Copy } from '../display/copy';
import { Field } from '../form/field';
import { OnceShown } from '../form/once-shown';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';

/** Sets an authenticator app up: its secret as a QR code and as text, a first code, then the recovery codes, once. */
@Component({
  selector: 'gh-second-factor-setup',
  imports: [Copy, Field, FormField, NzButtonComponent, NzInputDirective, NzQRCodeComponent, OnceShown],
  templateUrl: './second-factor-setup.html',
  styles: `
    ol {
      padding-left: 18px;
    }
    li {
      margin-bottom: 16px;
    }
    nz-qrcode {
      display: block;
      width: fit-content;
      margin-bottom: 12px;
    }
    .secret {
      display: flex;
      align-items: center;
      gap: 4px;
    }
    .secret code {
      overflow-wrap: anywhere;
    }
    form {
      max-width: 400px;
    }
    .code {
      max-width: 160px;
      font-size: 16px;
      letter-spacing: 0.1em;
    }
  `,
})
export class SecondFactorSetup {
  private readonly api = inject(Api);
  private readonly account = inject(Account);
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();

  /** It is on, and the recovery codes were seen. */
  readonly finished = output();

  protected readonly username = computed(() => this.account.user()?.username ?? '');
  protected readonly secret = signal<SecondFactorSecret | null>(null);
  protected readonly grouped = computed(() => (this.secret()?.secret ?? '').replace(/(.{4})(?=.)/g, '$1 '));
  protected readonly recoveryCodes = signal<readonly string[] | null>(null);
  protected readonly asksPassword = signal(false);
  protected readonly problem = signal<string | null>(null);
  private readonly beginModel = signal({ password: '' });
  protected readonly beginForm = form(this.beginModel);
  private readonly codeModel = signal({ code: '' });
  protected readonly codeForm = form(this.codeModel, (path) => required(path.code));

  protected async begin(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const { password } = this.beginModel();
    const outcome = await saveForm(this.beginForm, this.problems, () =>
      this.api.invoke(beginMySecondFactor, { body: { ...(password && { password }) } }),
    );
    // an older login is asked for its password: the field then says why
    if (outcome.refusal?.errors.some(({ field }) => field === 'password')) this.asksPassword.set(true);
    this.problem.set(outcome.problem);
    if (outcome.result) this.secret.set(outcome.result);
  }

  protected async confirm(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const { code } = this.codeModel();
    const outcome = await saveForm(this.codeForm, this.problems, () =>
      this.api.invoke(confirmMySecondFactor, { body: { code: code.trim() } }),
    );
    this.problem.set(outcome.problem);
    if (!outcome.result) return;
    this.recoveryCodes.set(outcome.result.recoveryCodes);
    this.secret.set(null);
  }
}
