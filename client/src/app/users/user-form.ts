import { Component, computed, inject, input, linkedSignal, resource, signal } from '@angular/core';
import { FormField, form, required } from '@angular/forms/signals';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzDatePickerComponent } from 'ng-zorro-antd/date-picker';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { NzOptionComponent, NzSelectComponent } from 'ng-zorro-antd/select';
import { NzSwitchComponent } from 'ng-zorro-antd/switch';
import { ROLES, type Role } from '#libs/contracts';
import { Account } from '../account/account';
import { Picker } from '../choice/picker';
import { injectUserGroupChoices } from '../choice/sources';
import { changedFields } from '../form/changed-fields';
import { Field } from '../form/field';
import { FormButtons } from '../form/form-buttons';
import { OnceShown } from '../form/once-shown';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import { injectPanelPlace } from '../panel/panel-place';
import { SidePanel } from '../panel/side-panel';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import { MailOff } from './mail-off';
import { injectMailOn } from './mail-on';
import { PublicKeys } from './public-keys';
import { UserStore } from './user-store';
import type { CreateUser } from '../api/models/create-user';
import type { CreatedUser } from '../api/models/created-user';

/** Adds a user or changes one. A new one's keys and one-time password are part of the same step. */
@Component({
  selector: 'gh-user-form',
  imports: [
    Field,
    FormButtons,
    FormField,
    MailOff,
    NzButtonComponent,
    NzDatePickerComponent,
    NzInputDirective,
    NzOptionComponent,
    NzSelectComponent,
    NzSwitchComponent,
    OnceShown,
    Picker,
    PublicKeys,
    SidePanel,
  ],
  templateUrl: './user-form.html',
})
export class UserForm implements HoldsInput {
  private readonly store = inject(UserStore);
  private readonly problems = injectProblemWords();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  protected readonly groupChoices = injectUserGroupChoices();
  protected readonly mailOn = injectMailOn();
  protected readonly roles = ROLES;
  /** Group admins give no roles. */
  protected readonly mayGiveRoles = inject(Account).may('users.write');

  /** From the address; absent: a new user. */
  readonly id = input<string>();

  protected readonly user = resource({
    params: () => this.id(),
    loader: ({ params }) => this.store.get(params),
  });
  private readonly known = computed(() => {
    const user = this.user.hasValue() ? this.user.value() : undefined;
    const role: Role = user?.role ?? 'user';
    const groupIds: readonly string[] = user?.groupIds ?? [];
    return {
      username: user?.username ?? '',
      name: user?.name ?? '',
      email: user?.email ?? '',
      role,
      groupIds,
      validUntil: user?.validUntil ? new Date(user.validUntil) : null,
      password: '',
      mailPasswordLink: false,
      secondFactorRequired: user?.secondFactorRequired ?? false,
      publicKeys: '',
    };
  });
  private readonly model = linkedSignal(() => this.known());
  protected readonly form = form(this.model, (path) => {
    required(path.username);
    required(path.name);
  });
  protected readonly problem = signal<string | null>(null);
  /** The user who was just added, while the one-time password is on the screen. */
  protected readonly added = signal<CreatedUser | null>(null);
  protected readonly heading = computed(() => this.t(this.id() ? 'users.edit' : 'users.add'));
  protected readonly keysLeft = signal('');
  protected readonly keyRefusal = signal<string | null>(null);
  private saved = false;

  hasUnsavedInput(): boolean {
    return this.form().dirty() && !this.saved;
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const id = this.id();
    const outcome = await saveForm<unknown, CreatedUser | null>(this.form, this.problems, async () => {
      if (!id) return this.store.create(this.draft());
      await this.store.update(id, changedFields(this.draft(this.known()), this.draft()));
      return null;
    });
    this.problem.set(outcome.problem);
    if (!outcome.saved) return;
    this.saved = true;
    if (outcome.result) await this.welcome(outcome.result);
    this.store.list.reload();
    if (id) await this.place.open(id);
  }

  /** Adds the keys of the new user, and shows what is shown once; if there is nothing such, the user. */
  private async welcome(added: CreatedUser): Promise<void> {
    await this.addKeys(added.id);
    if (added.oneTimePassword || this.keysLeft()) this.added.set(added);
    else await this.place.open(added.id);
  }

  /** The user stands already: keys that are refused stay in the box below, with the reason. */
  private async addKeys(id: string): Promise<void> {
    const lines = this.keyLines();
    try {
      while (lines.length > 0) {
        await this.store.addKey(id, lines[0] ?? '');
        lines.shift();
      }
    } catch (error) {
      this.keyRefusal.set(this.problems.of(error));
    }
    this.keysLeft.set(lines.join('\n'));
  }

  private keyLines(): string[] {
    return this.model()
      .publicKeys.split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  }

  private draft(model = this.model()): CreateUser {
    const { username, name, email, role, groupIds, validUntil, password, mailPasswordLink } = model;
    const { secondFactorRequired } = model;
    return {
      username: username.trim(),
      name: name.trim(),
      email: email.trim() || null,
      role,
      groupIds: [...groupIds],
      validUntil: validUntil?.toISOString() ?? null,
      secondFactorRequired,
      ...(password ? { password } : mailPasswordLink && !this.id() && { mailPasswordLink }),
    };
  }
}
