import type { Grant } from '#libs/authorization';
import type { Action, EndReason } from '#libs/contracts';
import type { SessionId } from '#libs/kernel';
import type { SessionEnd } from '#libs/session-audit';
import { Bridge } from './bridge.js';
import { ConnectFailure } from './connect-failure.js';
import type { Downstream } from './downstream.js';
import type { LiveSession } from './session.js';
import type { AssetListener, IncomingConnection } from './upstream.js';
import type { UpstreamLease } from './upstream-pool.js';

/** Connections of one listener at once. */
const MAX_CONNECTIONS = 64;

/** Opens the way to the client for one connection. */
export type ReachClient = (connection: IncomingConnection, port: number) => Promise<Downstream>;

/**
 * A port on an asset that leads back to the client (`ssh -R`): one row from start to end, with the bytes of all
 * connections. Nothing passes before the row stands.
 */
export class RemoteListener implements LiveSession {
  readonly needs: readonly Action[] = [];
  private listener: AssetListener | null = null;
  private isStanding = false;
  private isOver = false;
  private readonly bridges = new Set<Bridge>();
  private opening = 0;
  private bytesIn = 0;
  private bytesOut = 0;
  private readonly ended: Promise<void>;
  private markEnded: () => void = () => undefined;

  constructor(
    readonly id: SessionId,
    public grant: Grant,
    private readonly lease: UpstreamLease,
    private readonly reachClient: ReachClient,
    private readonly onEnded: (end: SessionEnd) => void,
  ) {
    this.ended = new Promise((resolve) => {
      this.markEnded = resolve;
    });
  }

  /** Where it listens. */
  get port(): number {
    return this.listener?.port ?? 0;
  }

  /** Has the asset listen. Gives the port. @throws ConnectFailure, also when it was ended meanwhile */
  async listen(place: { address: string; port: number }): Promise<number> {
    const listener = await this.lease.upstream.listen(
      this.grant,
      place,
      (connection) => void this.pass(connection),
      () => void this.end('asset_disconnected', null),
    );
    if (this.isOver) {
      listener.close();
      throw withdrawn();
    }
    this.listener = listener;
    return listener.port;
  }

  /** Its row stands: connections may come. @throws ConnectFailure when it was ended meanwhile */
  stand(): void {
    if (this.isOver) throw withdrawn();
    this.isStanding = true;
  }

  whenEnded(): Promise<void> {
    return this.ended;
  }

  /** Ends it with all its connections, once. */
  end(reason: EndReason, detail: string | null): Promise<void> {
    if (this.isOver) return this.ended;
    this.isOver = true;
    this.listener?.close();
    for (const bridge of [...this.bridges]) this.drop(bridge);
    this.lease.release();
    const { bytesIn, bytesOut } = this;
    const end = { endedAt: new Date(), endReason: reason, endDetail: detail, exitStatus: null };
    this.onEnded({ ...end, bytesIn, bytesOut, recordingBytes: 0 });
    this.markEnded();
    return this.ended;
  }

  private async pass(connection: IncomingConnection): Promise<void> {
    if (!this.isStanding || this.isOver || this.bridges.size + this.opening >= MAX_CONNECTIONS) {
      connection.reject();
      return;
    }
    this.opening++;
    try {
      const downstream = await this.reachClient(connection, this.port);
      if (this.hasEnded()) {
        downstream.finish(null);
        connection.reject();
      } else this.join(downstream, connection);
    } catch {
      connection.reject(); // nobody listens at the client, which its user knows best
    } finally {
      this.opening--;
    }
  }

  /** Also after a wait. */
  private hasEnded(): boolean {
    return this.isOver;
  }

  private join(downstream: Downstream, connection: IncomingConnection): void {
    const over = (): void => {
      this.drop(bridge);
    };
    const bridge = new Bridge(downstream, connection.accept(), [], { finished: over });
    this.bridges.add(bridge);
    downstream.listen({ resized: () => undefined, signalled: () => undefined, closed: over });
    bridge.open();
  }

  private drop(bridge: Bridge): void {
    if (!this.bridges.delete(bridge)) return;
    bridge.close();
    bridge.downstream.finish(null);
    this.bytesIn += bridge.bytesIn;
    this.bytesOut += bridge.bytesOut;
  }
}

function withdrawn(): ConnectFailure {
  return new ConnectFailure('login', 'Your access was withdrawn while it was opened.');
}
