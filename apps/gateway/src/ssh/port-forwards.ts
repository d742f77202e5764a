import type { Connection, ServerChannel } from 'ssh2';
import { NO_RULE_MESSAGE, readDestination, writeDestination } from '#libs/authorization';
import type { User } from '#libs/database';
import type { Logger } from '#libs/kernel';
import type { DirectLogin, DirectTarget } from '../session/direct-login.js';
import type { ListenerOpener } from '../session/listener-opener.js';
import type { RemoteListener } from '../session/remote-listener.js';
import type { SessionOpener, SessionWish } from '../session/session-opener.js';
import type { UpstreamPool } from '../session/upstream-pool.js';
import { openForwardedChannel, refuseChannel } from './client-channels.js';
import { ForwardDownstream } from './forward-downstream.js';
import type { Destination } from './jump-host.js';
import type { Transport } from './transport.js';

/** Forwarded connections at once on one SSH connection, and ports on the asset. */
const MAX_FORWARDS = 256;
const MAX_LISTENERS = 16;
/** A port that leads back to a client is for the asset's own programs alone. */
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];
const AWAY = 'The gateway can not check your access right now. Try again soon.';

/** What forwarding needs of its gateway. */
export interface ForwardParts {
  direct: DirectLogin;
  opener: SessionOpener;
  listeners: ListenerOpener;
  logger: Logger;
}

/** The login of a connection that leads straight to an asset. */
export interface ForwardContext {
  user: User;
  target: DirectTarget;
  pool: UpstreamPool;
  socket: Transport;
  address: string;
  client: Connection;
}

/**
 * Port forwarding of one connection (FEATURES C10): every connection is opened by the asset that the login names, never
 * by the gateway, and is a session of its own with its grant and its row.
 */
export class PortForwards {
  private readonly open = new Set<ForwardDownstream>();
  private readonly ports = new Map<number, RemoteListener>();
  private opening = 0;
  private isClosed = false;

  constructor(
    private readonly parts: ForwardParts,
    private readonly context: ForwardContext,
  ) {}

  /** `ssh -L`, `-D`, `-W`: a place that the asset reaches (RFC 4254 section 7.2). */
  async reach(place: Destination, accept: () => ServerChannel, reject: () => void): Promise<void> {
    const { client, address, pool } = this.context;
    const refuse = (words: string): void => {
      refuseChannel(client, reject, words);
    };
    const destination = writeDestination(place);
    if (this.open.size >= MAX_FORWARDS || !readDestination(destination)) {
      refuse('This is no place to forward to, or too many are open.');
      return;
    }
    const forget = (): void => {
      this.open.delete(downstream);
    };
    const downstream = new ForwardDownstream(destination, address, { accept, refuse }, forget);
    this.open.add(downstream);
    const wish = await this.wish('forward').catch(() => AWAY);
    if (typeof wish === 'string') {
      downstream.notice(wish);
      downstream.finish();
    } else await this.parts.opener.open({ ...wish, destination }, downstream, pool);
  }

  /** `ssh -R`: has the asset listen (RFC 4254 section 7.1). Gives the port, or null when it is refused. */
  async listen(place: { address: string; port: number }): Promise<number | null> {
    const { pool, address: sourceAddress } = this.context;
    const count = this.ports.size + this.opening;
    if (this.isClosed || count >= MAX_LISTENERS || !LOOPBACK.includes(place.address)) return null;
    this.opening++;
    try {
      const wish = await this.wish('remote-forward');
      if (typeof wish === 'string') return null;
      const reachClient = (from: Parameters<typeof openForwardedChannel>[2], port: number) =>
        this.reachClient({ address: place.address, port }, from);
      const listener = await this.parts.listeners.open({ wish, place, sourceAddress, reachClient }, pool);
      this.keep(listener);
      return listener.port;
    } catch (error) {
      this.parts.logger.info({ err: error, ...place }, 'no port on the asset');
      return null;
    } finally {
      this.opening--;
    }
  }

  /** The client wants a port no more. */
  async unlisten(port: number): Promise<boolean> {
    const listener = this.ports.get(port);
    await listener?.end('closed', null);
    return listener !== undefined;
  }

  /** The client is gone. */
  close(): void {
    this.isClosed = true;
    for (const downstream of this.open) downstream.gone();
    for (const listener of this.ports.values()) void listener.end('client_disconnected', null);
  }

  private keep(listener: RemoteListener): void {
    if (this.isClosed) {
      void listener.end('client_disconnected', null);
      return;
    }
    const { port } = listener;
    this.ports.set(port, listener);
    void listener.whenEnded().then(() => {
      if (this.ports.get(port) === listener) this.ports.delete(port);
    });
  }

  private async reachClient(
    at: { address: string; port: number },
    from: Parameters<typeof openForwardedChannel>[2],
  ): Promise<ForwardDownstream> {
    const { client, address } = this.context;
    const channel = await openForwardedChannel(client, at, from);
    const answer = { accept: () => channel, refuse: () => undefined };
    const downstream = new ForwardDownstream(
      writeDestination({ host: at.address, port: at.port }),
      address,
      answer,
      () => undefined,
    );
    downstream.begin();
    return downstream;
  }

  /** Who wants it where; or why there is no such place. */
  private async wish(action: 'forward' | 'remote-forward'): Promise<SessionWish | string> {
    const { user, target } = this.context;
    return (await this.parts.direct.resolve(user.id, target, action)) ?? NO_RULE_MESSAGE;
  }
}
