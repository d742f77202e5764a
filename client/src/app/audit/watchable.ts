import type { SessionKind } from '#libs/contracts';
import type { SessionView } from '../api/models/session-view';

/** An exec session may have a terminal too, as `ssh -t`; whether it does, its gateway knows. */
const KINDS: readonly SessionKind[] = ['ssh', 'web', 'exec'];

/** Whether a session may be watched live. */
export function isWatchable({ kind, endedAt, recorded }: SessionView): boolean {
  return recorded && endedAt === null && KINDS.includes(kind);
}
