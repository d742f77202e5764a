import { MoreThan, type DataSource } from 'typeorm';
import { Gateway } from '#libs/database';
import type { Clock } from '#libs/kernel';

/** A gateway whose last heartbeat is older is not asked for anything. */
const FRESH_MS = 15_000;

/** Which gateways answer now, read from their heartbeats. */
export class LiveGateways {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Those with a fresh heartbeat, in the order of their ids. */
  list(): Promise<Gateway[]> {
    const since = new Date(this.clock.now().getTime() - FRESH_MS);
    return this.dataSource
      .getRepository(Gateway)
      .find({ where: { lastSeenAt: MoreThan(since) }, order: { id: 'ASC' } });
  }
}
