import { Component, computed, inject } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Account } from '../account/account';
import { injectWords } from '../language/words';
import { GatePage } from '../sign-in/gate-page';
import { PasswordForm } from './password-form';

/** Changing the own password: by will, or because the one in use is a one-time password. */
@Component({
  selector: 'gh-change-password',
  imports: [GatePage, NzButtonComponent, PasswordForm, RouterLink],
  templateUrl: './change-password.html',
})
export class ChangePassword {
  private readonly account = inject(Account);
  private readonly router = inject(Router);
  protected readonly t = injectWords();

  protected readonly forced = computed(() => this.account.user()?.mustChangePassword ?? false);

  protected async goOn(): Promise<void> {
    await this.router.navigateByUrl('/');
  }
}
