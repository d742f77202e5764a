import { Component, inject, linkedSignal, resource, signal } from '@angular/core';
import { Router } from '@angular/router';
import { NzMessageService } from 'ng-zorro-antd/message';
import { ROLES, type Role } from '#libs/contracts';
import { Account } from '../account/account';
import { Api } from '../api/api';
import { getSecurity } from '../api/fn/settings/get-security';
import { setSecurity } from '../api/fn/settings/set-security';
import type { SecurityView } from '../api/models/security-view';
import { injectWords } from '../language/words';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import { SettingsPage } from './settings-page';

type Demand = SecurityView['secondFactorFor'];

const FRESH: SecurityView = { secondFactorFor: 'nobody', secondFactorRoles: [] };

/** Settings → Security: who must have a second factor. */
@Component({
  selector: 'gh-security-page',
  imports: [SettingsPage],
  templateUrl: './security-page.html',
  styles: `
    h2 {
      margin: 20px 0 4px;
      font-size: 14px;
      font-weight: 600;
    }
    fieldset {
      margin: 12px 0;
      padding: 0;
      border: 0;
    }
    legend {
      margin-bottom: 6px;
      font-size: 13px;
      font-weight: 500;
    }
    label {
      display: flex;
      align-items: center;
      gap: 8px;
      padding: 3px 0;
      cursor: pointer;
    }
    .roles {
      margin: 4px 0 8px;
      padding-left: 22px;
    }
  `,
})
export class SecurityPage implements HoldsInput {
  private readonly api = inject(Api);
  private readonly account = inject(Account);
  private readonly router = inject(Router);
  private readonly messages = inject(NzMessageService);
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly roles = ROLES;
  protected readonly demands: readonly Demand[] = ['nobody', 'roles', 'everybody'];

  protected readonly loaded = resource({ loader: () => this.api.invoke(getSecurity) });
  protected readonly model = linkedSignal(() => (this.loaded.hasValue() ? this.loaded.value() : FRESH));
  protected readonly problem = signal<string | null>(null);
  protected readonly busy = signal(false);
  private readonly touched = signal(false);

  hasUnsavedInput(): boolean {
    return this.touched();
  }

  protected choose(secondFactorFor: Demand): void {
    this.model.update((model) => ({ ...model, secondFactorFor }));
    this.touched.set(true);
  }

  protected toggle(role: Role): void {
    this.model.update((model) => {
      const others = model.secondFactorRoles.filter((each) => each !== role);
      const isOn = others.length < model.secondFactorRoles.length;
      return { ...model, secondFactorRoles: isOn ? others : [...others, role] };
    });
    this.touched.set(true);
  }

  protected async save(): Promise<void> {
    const { secondFactorFor, secondFactorRoles } = this.model();
    const isComplete = secondFactorFor !== 'roles' || secondFactorRoles.length > 0;
    this.problem.set(isComplete ? null : this.t('security.noRole'));
    if (!isComplete) return;
    this.busy.set(true);
    try {
      this.loaded.set(await this.api.invoke(setSecurity, { body: { secondFactorFor, secondFactorRoles } }));
      this.touched.set(false);
      this.messages.success(this.t('profile.saved'));
      await this.account.recall(); // the demand may be one on whoever made it
      if (this.account.user()?.mustEnrol) await this.router.navigateByUrl('/second-factor');
    } catch (error) {
      this.problem.set(this.problems.of(error));
    } finally {
      this.busy.set(false);
    }
  }
}
