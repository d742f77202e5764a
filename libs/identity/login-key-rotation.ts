import { LoginRegistry } from './login-registry.js';
import type { UnitOfWork } from '#libs/database';
import type { Actor } from '#libs/kernel';
import { replaceTokenKey } from './login-token.js';

/** Replaces the key that signs logins, while api and gateways run: they look into its file. */
export class LoginKeyRotation {
  constructor(
    private readonly dataDir: string,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Makes a new key, and ends all logins: none of theirs is signed by it. One that was cut off is done again.
   * @returns how many logins have ended; null: the data folder has no such key, and nothing was done
   */
  async rotate(actor: Actor): Promise<number | null> {
    if (!replaceTokenKey(this.dataDir)) return null;
    return this.unitOfWork.run(actor, async (tx) => {
      const ended = await LoginRegistry.revokeEverybodys(tx);
      const subject = { subjectType: 'login', subjectId: null, subjectName: 'login key' };
      await tx.record({ action: 'login.rotate-key', ...subject, after: { count: ended } });
      await tx.notify('logins.changed', {});
      return ended;
    });
  }
}
