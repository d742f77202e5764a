import { newId, type SessionId } from '#libs/kernel';
import type { SessionStart } from '#libs/session-audit';
import { ConnectFailure } from './connect-failure.js';
import { namesOf, noteRefusedForward } from './refused-forward.js';
import { RemoteListener, type ReachClient } from './remote-listener.js';
import type { OpenerParts, SessionWish } from './session-opener.js';
import { IN_RECORDS } from './session-words.js';
import type { UpstreamPool } from './upstream-pool.js';

/** Where on the asset, for whom, and the way back. */
export interface ListenWish {
  wish: SessionWish;
  place: { address: string; port: number };
  sourceAddress: string;
  reachClient: ReachClient;
}

/** The one way to a port on an asset that leads back to a client: grant, then the port, then its row, then bytes. */
export class ListenerOpener {
  constructor(private readonly parts: OpenerParts) {}

  /** @throws ConnectFailure in words for the person */
  async open(
    { wish, place, sourceAddress, reachClient }: ListenWish,
    pool: UpstreamPool,
  ): Promise<RemoteListener> {
    const { authorizer, journal, registry, keeping, clock, gatewayId } = this.parts;
    if (keeping.refusal !== null) throw new ConnectFailure('login', keeping.refusal(IN_RECORDS));
    const asked = {
      kind: 'remote-forward' as const,
      sourceAddress,
      destination: `${place.address}:${place.port}`,
    };
    const decision = await authorizer.authorize({ ...wish, action: 'remote-forward' });
    if (!decision.granted) {
      await noteRefusedForward(this.parts, wish, asked, decision.message);
      throw new ConnectFailure('login', decision.message);
    }
    const refusal = registry.refusalOf(wish.userId);
    if (refusal !== null) throw new ConnectFailure('login', refusal(IN_RECORDS));
    const { grant } = decision;
    const lease = await pool.lease(grant, { isSession: false, agent: null });
    const id = newId<SessionId>();
    let start: SessionStart | null = null;
    const listener = new RemoteListener(id, grant, lease, reachClient, (end) => {
      // a port that the asset refused has no row
      if (start) journal.end(start, end);
    });
    registry.add(listener);
    try {
      const port = await listener.listen(place);
      const names = { ...namesOf(grant.terms), ...asked, destination: `${place.address}:${port}` };
      start = { ...names, id, gatewayId, command: null, startedAt: clock.now(), recordingPath: null };
      await journal.begin(start);
      listener.stand();
      return listener;
    } catch (error) {
      await listener.end('connect_failed', null);
      throw error;
    }
  }
}
