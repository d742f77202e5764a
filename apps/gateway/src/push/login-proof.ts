import { proveLogin } from '../jobs/admin-connection.js';
import type { AdminTarget } from '../jobs/admin-directory.js';
import { ExecFailure } from '../jobs/bounded-exec.js';
import { StepFailure } from '../jobs/run-worker.js';
import { ConnectFailure } from '../session/connect-failure.js';

type Secret = { privateKey: string } | { password: string };

/** Shells that are there to run nothing. */
const SHELL_OF_NOBODY = /\/(?:nologin|false)$/;

/** Logs in to an asset as a system user, to prove that what was pushed works. */
export class LoginProof {
  constructor(
    private readonly target: AdminTarget,
    private readonly username: string,
    private readonly giveUp: AbortSignal,
  ) {}

  /** Whether the login works now. @throws ConnectFailure when the asset can't be asked */
  async works(secret: Secret): Promise<boolean> {
    try {
      await this.logIn(secret);
      return true;
    } catch (error) {
      if (error instanceof ConnectFailure && error.step === 'login') return false;
      throw error;
    }
  }

  /** @throws StepFailure when the login, or a command after it, doesn't work */
  async demand(secret: Secret, shell: string): Promise<void> {
    const by = 'password' in secret ? 'password' : 'key';
    let outcome;
    try {
      outcome = await this.logIn(secret);
    } catch (error) {
      if (!(error instanceof ConnectFailure)) throw error;
      const refused = `The asset refused the login as ${this.username} with its new ${by}: see whether its sshd allows ${by} logins for this account, and its log.`;
      throw new StepFailure('proof', error.step === 'login' ? refused : error.message, { cause: error });
    }
    if (SHELL_OF_NOBODY.test(shell)) return;
    const works = !(outcome instanceof ExecFailure) && outcome.stdout.split('\n').includes(this.username);
    if (works) return;
    const message = `The login as ${this.username} works, but its shell did not run a command.`;
    throw new StepFailure('proof', message);
  }

  private logIn(secret: Secret): ReturnType<typeof proveLogin> {
    const { username, giveUp } = this;
    const none = { password: null, privateKey: null };
    return proveLogin({ ...this.target, username, ...none, ...secret }, 'id -un', { giveUp });
  }
}
