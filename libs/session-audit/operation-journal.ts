import type { OperationRecord } from '#libs/database';
import { newId, type Actor, type Clock, type Id } from '#libs/kernel';
import type { AuditSpool } from './spool/audit-spool.js';

/** Takes operations that are no change of a row: those are written with their change. */
export class OperationJournal {
  constructor(
    private readonly spool: AuditSpool,
    private readonly clock: Clock,
  ) {}

  /** Notes that somebody did something; it is written soon. */
  note(actor: Actor, operation: OperationRecord): void {
    const { userId: actorId, username: actorName, address, way } = actor;
    const { before = null, after = null } = operation;
    const id = newId<Id<'operation'>>();
    const at = this.clock.now();
    this.spool.note('operation', { id, at, actorId, actorName, address, way, ...operation, before, after });
  }
}
