import type { AccessRequest, Authorizer, GrantTerms } from '#libs/authorization';
import { ACTIONS } from '#libs/contracts';
import { newId, type Clock, type GatewayId, type Logger, type SessionId } from '#libs/kernel';
import type { SessionJournal, SessionStart } from '#libs/session-audit';
import type { Downstream } from './downstream.js';
import type { PersonTurns } from './person-turns.js';
import type { RefusalQuota } from './refusal-quota.js';

/** The names that a session's row keeps of its grant. */
export function namesOf(
  terms: GrantTerms,
): Pick<SessionStart, 'userId' | 'username' | 'assetId' | 'assetName' | 'systemUserId' | 'systemUsername'> {
  const { userId, username, assetId, assetName, systemUserId, systemUsername } = terms;
  return { userId, username, assetId, assetName, systemUserId, systemUsername };
}

/** What the record of a refusal needs. */
interface RefusalParts {
  authorizer: Authorizer;
  journal: SessionJournal;
  gatewayId: GatewayId;
  clock: Clock;
  logger: Logger;
  turns: PersonTurns;
  refusals: RefusalQuota;
}

const AND_MORE = 'Further refusals within this minute leave no row.';

/** A forwarding that the rules don't allow has a row too, where they allow anything else there. */
export async function noteRefusedForward(
  { authorizer, journal, gatewayId, clock, logger, turns, refusals }: RefusalParts,
  wish: Omit<AccessRequest, 'action'>,
  { kind, sourceAddress, destination = '' }: Pick<Downstream, 'kind' | 'sourceAddress' | 'destination'>,
  why: string,
): Promise<void> {
  const { userId, assetId, systemUserId } = wish;
  const quota = refusals.take(userId);
  if (quota === 'over') return;
  try {
    const others = ACTIONS.map((action) => ({ userId, assetId, systemUserId, action }));
    const decisions = await turns.in(userId, () => authorizer.authorizeAll(others));
    const known = decisions.find((decision) => decision.granted);
    if (!known?.granted) return;
    const endDetail = quota === 'last' ? `${why} ${AND_MORE}` : why;
    const id = newId<SessionId>();
    const startedAt = clock.now();
    const place = { sourceAddress, destination, command: null, recordingPath: null };
    const nothing = { exitStatus: null, bytesIn: 0, bytesOut: 0, recordingBytes: 0 };
    journal.end(
      { ...namesOf(known.grant.terms), ...place, id, kind, gatewayId, startedAt },
      { ...nothing, endedAt: startedAt, endReason: 'refused', endDetail },
    );
  } catch (error) {
    logger.warn({ err: error, destination }, 'a refused forwarding leaves no record');
  }
}
