import { Component, inject } from '@angular/core';
import { Router } from '@angular/router';
import { Account } from '../account/account';
import { injectWords } from '../language/words';
import { ProfileMenu } from '../shell/profile-menu';
import { SecondFactorSetup } from './second-factor-setup';

/** For whoever must have a second factor and has none: nothing else is open until it is set up. */
@Component({
  selector: 'gh-enrol-page',
  imports: [ProfileMenu, SecondFactorSetup],
  template: `
    <div class="corner"><gh-profile-menu /></div>
    <main class="card wide-card">
      <img src="gatehouse.svg" alt="" width="40" height="40" />
      <h1>{{ t('secondFactor.heading') }}</h1>
      <p class="lead">{{ t('secondFactor.forced') }}</p>
      <gh-second-factor-setup (finished)="goOn()" />
    </main>
  `,
  styleUrl: '../sign-in/gate-page.css',
  styles: `
    .wide-card {
      width: min(440px, 100%);
    }
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
