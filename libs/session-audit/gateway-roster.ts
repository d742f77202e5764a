import { LessThan, type DataSource } from 'typeorm';
import { Gateway } from '#libs/database';
import { RecurringWork, type Clock, type Logger, type SessionId } from '#libs/kernel';

const HEARTBEAT_MS = 5_000;
/** A gateway that was silent for this long is lost, and its sessions have ended. */
const LOST_AFTER_MS = 20_000;
/** Heartbeats of all that live come within this time once the database answers. */
const SHOW_UP_MS = 10_000;

/** How a gateway is known to the others. */
export type LivingGateway = Pick<Gateway, 'id' | 'hostname' | 'internalUrl'>;
/** How it is reached by SSH. */
export type GatewayDoor = Pick<Gateway, 'sshPort' | 'sshHostKey'>;

/** Keeps this gateway on the list of the living, and closes the books of those that died. */
export class GatewayRoster {
  private readonly beating: RecurringWork;
  private gateway: (LivingGateway & Partial<GatewayDoor>) | null = null;
  private live: () => SessionId[] = () => [];
  /** Since when the database answers. */
  private answeredSince: Date | null = null;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    logger: Logger,
  ) {
    this.beating = new RecurringWork(
      () => this.beat(),
      { firstMs: HEARTBEAT_MS, everyMs: HEARTBEAT_MS },
      (error) => {
        this.answeredSince = null;
        logger.warn({ err: error }, 'heartbeat not written');
      },
    );
  }

  /** Enters this gateway and keeps its heart beating. @param live the sessions that it has */
  async enter(gateway: LivingGateway, live: () => SessionId[]): Promise<void> {
    await this.insert(gateway);
    this.gateway = gateway;
    this.live = live;
    this.watch();
  }

  /** Tells how this gateway, which has entered, is reached by SSH. */
  async tell(door: GatewayDoor): Promise<void> {
    if (!this.gateway) throw new Error('this gateway has not entered');
    this.gateway = { ...this.gateway, ...door };
    await this.dataSource.getRepository(Gateway).update({ id: this.gateway.id }, door);
  }

  /** Closes the books of gateways that die, also when none is left to do so. */
  watch(): void {
    this.answeredSince = this.clock.now();
    this.beating.start();
  }

  /** Takes this gateway off the list. */
  async leave(): Promise<void> {
    await this.beating.stop();
    if (this.gateway) await this.dataSource.getRepository(Gateway).delete({ id: this.gateway.id });
  }

  private async beat(): Promise<void> {
    const { gateway } = this;
    if (gateway) {
      const { id, ...told } = gateway;
      const change = { ...told, lastSeenAt: this.clock.now() };
      const { affected } = await this.dataSource.getRepository(Gateway).update({ id }, change);
      if (affected === 0) await this.comeBack(gateway);
    }
    await this.closeLost();
  }

  /** It was taken for lost, and lives: so do its sessions, of which nothing is sealed yet. */
  private async comeBack(gateway: LivingGateway & Partial<GatewayDoor>): Promise<void> {
    await this.insert(gateway);
    await this.dataSource.query(
      `WITH back AS (
         UPDATE sessions s SET ended_at = NULL, end_reason = NULL
         WHERE s.id = ANY($2::uuid[]) AND s.gateway_id = $1 AND s.end_reason = 'gateway_lost'
           AND NOT EXISTS (SELECT FROM audit_seals a WHERE a.kind = 'session' AND a.row_id = s.id) RETURNING s.id
       ) DELETE FROM audit_queue q USING back WHERE q.kind = 'session' AND q.row_id = back.id`,
      [gateway.id, this.live()],
    );
  }

  private async insert(gateway: LivingGateway & Partial<GatewayDoor>): Promise<void> {
    const now = this.clock.now();
    await this.dataSource.getRepository(Gateway).insert({ ...gateway, startedAt: now, lastSeenAt: now });
  }

  /**
   * Sessions of gateways that are gone end where the gateway was last seen. After the database was away all of them seem
   * gone: they have time to show that they live.
   */
  private async closeLost(): Promise<void> {
    const now = this.clock.now();
    this.answeredSince ??= now;
    if (now.getTime() - this.answeredSince.getTime() < SHOW_UP_MS) return;
    const lostBefore = new Date(now.getTime() - LOST_AFTER_MS);
    await this.dataSource.transaction(async (manager) => {
      await manager.query(
        `UPDATE sessions s SET ended_at = coalesce((SELECT g.last_seen_at FROM gateways g WHERE g.id = s.gateway_id), $2),
                end_reason = 'gateway_lost'
         WHERE s.ended_at IS NULL
           AND NOT EXISTS (SELECT FROM gateways g WHERE g.id = s.gateway_id AND g.last_seen_at >= $1)`,
        [lostBefore, now],
      );
      await manager.getRepository(Gateway).delete({ lastSeenAt: LessThan(lostBefore) });
    });
  }
}
