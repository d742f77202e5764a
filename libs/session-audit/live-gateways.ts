import { IsNull, MoreThan, type DataSource } from 'typeorm';
import { Gateway, Session } from '#libs/database';
import type { Clock, SessionId } from '#libs/kernel';

/** A gateway whose last heartbeat is older is not asked for anything. */
const FRESH_MS = 15_000;

/** Which gateways answer now, read from their heartbeats. */
export class LiveGateways {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** The one that has the session, if it runs and answers. */
  async ofSession(id: SessionId): Promise<Gateway | null> {
    const session = await this.dataSource.getRepository(Session).findOneBy({ id, endedAt: IsNull() });
    return (await this.list()).find((gateway) => gateway.id === session?.gatewayId) ?? null;
  }

  /** Those with a fresh heartbeat, in the order of their ids. */
  list(): Promise<Gateway[]> {
    const since = new Date(this.clock.now().getTime() - FRESH_MS);
    return this.dataSource
      .getRepository(Gateway)
      .find({ where: { lastSeenAt: MoreThan(since) }, order: { id: 'ASC' } });
  }
}
