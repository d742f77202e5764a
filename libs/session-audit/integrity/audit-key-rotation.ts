import type { UnitOfWork } from '#libs/database';
import type { Actor, Clock } from '#libs/kernel';
import type { AuditKey } from './audit-key.js';
import { readTail, SealChain } from './seal-chain.js';

/** Which key took which one's place. */
export interface SigningKeyChange {
  before: string;
  after: string;
}

/** Replaces the audit's signing key while the api runs. */
export class AuditKeyRotation {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly key: AuditKey,
    private readonly clock: Clock,
  ) {}

  /**
   * A new key signs from the next checkpoint on. The former one signed all up to here, and vouches for the new one;
   * nobody adds links meanwhile.
   */
  rotate(actor: Actor): Promise<SigningKeyChange> {
    return this.unitOfWork.run(actor, async (tx) => {
      await new SealChain(this.key, this.clock).lock(tx.manager);
      const before = this.key.id;
      const { seq } = await readTail(tx.manager);
      await this.key.replace(seq, tx.now);
      const after = this.key.id;
      const subject = { subjectType: 'audit', subjectId: null, subjectName: 'signing key' };
      await tx.record({
        action: 'audit.rotate-key',
        ...subject,
        before: { key: before },
        after: { key: after },
      });
      return { before, after };
    });
  }
}
