import { LessThan, type DataSource } from 'typeorm';
import { Gateway } from '#libs/database';
import type { Clock, GatewayId, Logger } from '#libs/kernel';

const HEARTBEAT_MS = 5_000;
/** A gateway that was silent for this long is lost, and its sessions have ended. */
const LOST_AFTER_MS = 20_000;

/** How a gateway is known to the others. */
export type LivingGateway = Pick<Gateway, 'id' | 'hostname' | 'internalUrl'>;

/** Keeps this gateway on the list of the living, and closes the books of those that died. */
export class GatewayRoster {
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Enters this gateway and keeps its heart beating. */
  async enter(gateway: LivingGateway): Promise<void> {
    await this.insert(gateway);
    await this.closeLost();
    this.timer = setInterval(() => {
      this.beat(gateway).catch((error: unknown) => {
        this.logger.warn({ err: error }, 'heartbeat not written');
      });
    }, HEARTBEAT_MS);
  }

  /** Takes this gateway off the list. */
  async leave(id: GatewayId): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.dataSource.getRepository(Gateway).delete({ id });
  }

  /** A gateway that was taken for lost, and lives, enters itself again. */
  private async beat(gateway: LivingGateway): Promise<void> {
    const change = { lastSeenAt: this.clock.now() };
    const { affected } = await this.dataSource.getRepository(Gateway).update({ id: gateway.id }, change);
    if (affected === 0) await this.insert(gateway);
    await this.closeLost();
  }

  private async insert(gateway: LivingGateway): Promise<void> {
    const now = this.clock.now();
    await this.dataSource.getRepository(Gateway).insert({ ...gateway, startedAt: now, lastSeenAt: now });
  }

  /** Sessions of gateways that are gone end where the gateway was last seen. */
  private async closeLost(): Promise<void> {
    const lostBefore = new Date(this.clock.now().getTime() - LOST_AFTER_MS);
    await this.dataSource.transaction(async (manager) => {
      await manager.query(
        `UPDATE sessions s SET ended_at = coalesce((SELECT g.last_seen_at FROM gateways g WHERE g.id = s.gateway_id), $2),
                end_reason = 'gateway_lost'
         WHERE s.ended_at IS NULL
           AND NOT EXISTS (SELECT FROM gateways g WHERE g.id = s.gateway_id AND g.last_seen_at >= $1)`,
        [lostBefore, this.clock.now()],
      );
      await manager.getRepository(Gateway).delete({ lastSeenAt: LessThan(lostBefore) });
    });
  }
}
