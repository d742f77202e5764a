import { Service, inject, signal } from '@angular/core';
import { type Permission, roleHas } from '#libs/contracts';
import { Api } from '../api/api';
import { changeMyPassword } from '../api/fn/me/change-my-password';
import { getMe } from '../api/fn/me/get-me';
import { finishLogin } from '../api/fn/auth/finish-login';
import { login } from '../api/fn/auth/login';
import { logout } from '../api/fn/auth/logout';
import { updateMe } from '../api/fn/me/update-me';
import type { MeView } from '../api/models/me-view';
import type { UpdateMe } from '../api/models/update-me';
import { Zone } from '../display/zone';
import { Language, type LanguageName } from '../language/language';
import { readProblem } from '../problem/problem';

/** Who is logged in here. The login itself is a cookie that no script can read. */
@Service()
export class Account {
  private readonly api = inject(Api);
  private readonly language = inject(Language);
  private readonly zone = inject(Zone);
  private readonly current = signal<MeView | null>(null);

  /** null: nobody. */
  readonly user = this.current.asReadonly();

  /** Whether their role has the permission. What is shown follows this; the server decides by itself. */
  may(permission: Permission): boolean {
    const user = this.current();
    return user !== null && roleHas(user.role, permission);
  }

  /** Finds out whether a login from before still counts. An unreachable server counts as nobody. */
  async recall(): Promise<void> {
    try {
      await this.take(await this.api.invoke(getMe));
    } catch (error) {
      if (readProblem(error).status !== 401) console.error(error);
      this.forget();
    }
  }

  /** Logs in; throws what the server refused with, also that it wants a code (`second_factor_needed`). */
  async logIn(username: string, password: string): Promise<void> {
    await this.take((await this.api.invoke(login, { body: { username, password } })).user);
  }

  /** The second step of it: a code. Throws what the server refused with. */
  async finishLogIn(challenge: string, code: string): Promise<void> {
    await this.take((await this.api.invoke(finishLogin, { body: { challenge, code } })).user);
  }

  /** Ends the login on the server and here. */
  async logOut(): Promise<void> {
    try {
      await this.api.invoke(logout);
    } finally {
      this.forget();
    }
  }

  /** Changes the own password; throws what the server refused with. */
  async changePassword(currentPassword: string, newPassword: string): Promise<void> {
    await this.api.invoke(changeMyPassword, { body: { currentPassword, newPassword } });
    await this.recall();
  }

  /** Changes what people say of themselves; throws what the server refused with. */
  async update(changes: UpdateMe): Promise<void> {
    await this.take(await this.api.invoke(updateMe, { body: changes }));
  }

  /** Shows the language, and keeps it for this person on every browser. */
  async chooseLanguage(language: LanguageName): Promise<void> {
    await this.language.choose(language);
    const user = this.current();
    if (user && !user.mustChangePassword && !user.mustEnrol) await this.update({ language });
  }

  /** Takes somebody for logged out, without asking the server. */
  forget(): void {
    this.current.set(null);
  }

  private async take(user: MeView): Promise<void> {
    await this.language.follow(user.language);
    this.zone.name.set(user.timeZone ?? undefined);
    this.current.set(user);
  }
}
