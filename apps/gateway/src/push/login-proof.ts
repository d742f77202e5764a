import { tell } from '#libs/contracts';
import { proveLogin } from '../jobs/admin-connection.js';
import type { AdminTarget } from '../jobs/admin-directory.js';
import { ExecFailure } from '../jobs/bounded-exec.js';
import { StepFailure } from '../jobs/run-worker.js';
import { ConnectFailure } from '../session/connect-failure.js';

type Secret = { privateKey: string } | { password: string };

/** Shells that are there to run nothing. */
const SHELL_OF_NOBODY = /\/(?:nologin|false)$/;

/** What a shell says by itself of whose it is: a login that no program has to be started for. */
const WHO = 'echo "$LOGNAME"';

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
    let outcome;
    try {
      outcome = await this.logIn(secret);
    } catch (error) {
      if (!(error instanceof ConnectFailure)) throw error;
      const refused = tell('password' in secret ? 'new-password-refused' : 'key-refused', {
        username: this.username,
      });
      throw new StepFailure('proof', error.step === 'login' ? refused : error.told, { cause: error });
    }
    if (SHELL_OF_NOBODY.test(shell)) return;
    const works = !(outcome instanceof ExecFailure) && outcome.stdout.split('\n').includes(this.username);
    if (works) return;
    throw new StepFailure('proof', tell('shell-mute', { username: this.username }));
  }

  private logIn(secret: Secret): ReturnType<typeof proveLogin> {
    const { username, giveUp } = this;
    const none = { password: null, privateKey: null };
    return proveLogin({ ...this.target, username, ...none, ...secret }, WHO, { giveUp });
  }
}
