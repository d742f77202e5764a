import { Component, inject } from '@angular/core';
import { Router } from '@angular/router';
import { Account } from '../account/account';
import { injectWords } from '../language/words';
import { GatePage } from '../sign-in/gate-page';
import { SecondFactorSetup } from './second-factor-setup';

/** For whoever must have a second factor and has none: nothing else is open until it is set up. */
@Component({
  selector: 'gh-enrol-page',
  imports: [GatePage, SecondFactorSetup],
  template: `
    <gh-gate-page wide [heading]="t('secondFactor.heading')" [lead]="t('secondFactor.forced')">
      <gh-second-factor-setup (finished)="goOn()" />
    </gh-gate-page>
  `,
})
export class EnrolPage {
  private readonly account = inject(Account);
  private readonly router = inject(Router);
  protected readonly t = injectWords();

  protected async goOn(): Promise<void> {
    await this.account.recall();
    await this.router.navigateByUrl('/');
  }
}
