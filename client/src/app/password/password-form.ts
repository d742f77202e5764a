import { Component, computed, inject, input, output, signal } from '@angular/core';
import { FormField, form, required } from '@angular/forms/signals';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Account } from '../account/account';
import { Field } from '../form/field';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';
import { checkNewPassword } from './new-password';

/** The present password, and a new one twice. */
@Component({
  selector: 'gh-password-form',
  imports: [Field, FormField, NzButtonComponent, NzInputDirective],
  templateUrl: './password-form.html',
})
export class PasswordForm {
  private readonly account = inject(Account);
  private readonly messages = inject(NzMessageService);
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();

  readonly size = input<'default' | 'large'>('default');
  /** The password was changed. */
  readonly changed = output();

  protected readonly username = computed(() => this.account.user()?.username ?? '');
  private readonly model = signal({ currentPassword: '', newPassword: '', repeated: '' });
  protected readonly form = form(this.model, (path) => {
    required(path.currentPassword);
    checkNewPassword(path);
  });
  protected readonly problem = signal<string | null>(null);

  protected async change(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const { currentPassword, newPassword } = this.model();
    const outcome = await saveForm(this.form, this.problems, () =>
      this.account.changePassword(currentPassword, newPassword),
    );
    this.problem.set(outcome.problem);
    if (!outcome.saved) return;
    this.form().reset({ currentPassword: '', newPassword: '', repeated: '' });
    this.messages.success(this.t('password.changed'));
    this.changed.emit();
  }
}
