import type { AuthContext, Connection, Session as SshSession } from 'ssh2';
import type { PublicKey, User } from '#libs/database';
import type { UpstreamPool } from '../session/upstream-pool.js';
import { bounded } from './bounded-channel.js';
import { openAgentChannel, refuseChannel } from './client-channels.js';
import { ChannelDownstream, type ChannelRequest } from './channel-downstream.js';
import { hearGlobalRequests } from './global-requests.js';
import { endAtOverrun } from './flow-guard.js';
import type { Destination, JumpHost } from './jump-host.js';
import { announceHostKeys, PROVE, proveHostKeys } from './host-key-proof.js';
import type { HostKeyRing } from './host-key-ring.js';
import { answerLateRequests } from './late-requests.js';
import { LoginAttempts, type Login, type LoginParts } from './login-attempts.js';
import type { LoginName } from './login-name.js';
import { answerPortWish, portWish } from './port-requests.js';
import { PortForwards, type ForwardParts } from './port-forwards.js';
import { endNeedlessRekeying, rekeyByTraffic } from './rekeying.js';
import { hearSession } from './session-requests.js';
import type { ServerChannel } from 'ssh2';
import type { Transport } from './transport.js';
import { Ways } from './ways.js';

/** Session channels at once on one connection, as OpenSSH's MaxSessions. */
const MAX_SESSIONS = 10;
const TOO_MANY_SESSIONS = `No more than ${MAX_SESSIONS} sessions at once on one connection.`;
/** How long what was said last has to reach a client: one that reads nothing would keep its connection for good. */
const FAREWELL_MS = 2_000;
/** How often host keys are proved: a client asks once, for those that it was told of, and each signature takes time. */
const MAX_PROOFS = 4;
/** Conversations with the client's agent at once. */
const MAX_AGENTS = 16;

/** What a channel of a logged-in connection does: the menu, or a session by direct login. */
export type ChannelUse = (
  downstream: ChannelDownstream,
  channel: ServerChannel,
  context: ChannelContext,
) => void;

/** Everything that is known when a channel starts. */
export interface ChannelContext {
  user: User;
  loginName: LoginName;
  byPassword: boolean;
  pool: UpstreamPool;
  socket: Transport;
  request: ChannelRequest;
  /** The menu takes the channel's events over: resize, close. */
  takeOver(downstream: ChannelDownstream): void;
}

/** What a connection needs of its gateway. */
export interface ConnectionParts extends LoginParts {
  makePool(direct: boolean): UpstreamPool;
  onLoggedIn(connection: ClientConnection): void;
  use: ChannelUse;
  /** Ports on assets. */
  forwards: ForwardParts;
  /** Ways on through this connection; null: it is one itself. */
  jump: JumpHost | null;
  hostKeys: Pick<HostKeyRing, 'now'>;
  /** Where the outer connection has proved who it is; null: it is to be proved here. */
  login: Login | null;
}

/** One SSH connection of a client: its login, then its channels. */
export class ClientConnection {
  user: User | null = null;
  /** The public key that they logged in with; null: none, or not yet. */
  keyId: PublicKey['id'] | null = null;
  private loginName: LoginName | null = null;
  private byPassword = false;
  private pool: UpstreamPool | null = null;
  private readonly channels = new Set<{ downstream: ChannelDownstream | null }>();
  private stopRekeying: () => void = () => undefined;
  private readonly login: Login;
  /** Why nothing more begins on it; null: it may. */
  private refusal: string | null = null;
  private isClosed = false;
  private agents = 0;
  private proofs = 0;
  /** Of a login that leads straight to an asset. */
  private forwards: PortForwards | null = null;
  /** Of a login that leads to no asset itself. */
  private ways: Ways | null = null;

  constructor(
    private readonly client: Connection,
    private readonly socket: Transport,
    private readonly address: string,
    private readonly parts: ConnectionParts,
  ) {
    const hangUp = (): void => {
      this.hangUp();
    };
    this.login = parts.login ?? new LoginAttempts(parts, address, hangUp);
    client.on('authentication', (context) => void this.authenticate(context));
    client.on('session', (accept, reject) => {
      this.openSession(accept, reject);
    });
    client.on('error', (error) => {
      parts.logger.debug({ err: error, address }, 'SSH connection failed');
      hangUp();
    });
    client.on('close', () => {
      this.closed();
    });
    client.on('tcpip', (accept, reject, { destIP: host, destPort: port }) => {
      void this.openTcp({ host, port }, accept, reject);
    });
    client.once('ready', () => {
      announceHostKeys(client, parts.hostKeys.now());
    });
    answerLateRequests(client);
    endAtOverrun(client, () => {
      parts.logger.warn({ address, username: this.user?.username }, 'a client sent beyond its window');
      hangUp();
    });
    endNeedlessRekeying(client, socket, () => {
      parts.logger.warn({ address, username: this.user?.username }, 'a client exchanged keys without end');
      hangUp();
    });
    hearGlobalRequests(client, (name, data) => this.hearRequest(name, data), parts.logger);
    // direct-streamlocal has no listener: ssh2 refuses it, as CHANNEL_KINDS says
  }

  /**
   * Ends its sessions with a reason that their users are told, as is whoever still asks for one: nothing more begins on it.
   * Whoever calls it hangs up soon after.
   */
  putOut(told: string): void {
    this.refusal = told;
    for (const { downstream } of this.channels) {
      downstream?.tell((listener) => {
        listener.putOut?.(told);
      });
    }
  }

  /** Ends the connection and everything on it. */
  hangUp(): void {
    this.client.end();
    this.socket.destroySoon();
    setTimeout(() => {
      this.socket.destroy();
    }, FAREWELL_MS).unref();
  }

  private async authenticate(context: AuthContext): Promise<void> {
    const loggedIn = await this.login.handle(context);
    // who left meanwhile keeps nothing: there is no end to come that would give it back
    if (!loggedIn || this.isClosed) return;
    this.user = loggedIn.user;
    this.keyId = loggedIn.keyId;
    this.loginName = loggedIn.loginName;
    this.byPassword = loggedIn.method === 'password';
    this.pool = this.parts.makePool(loggedIn.loginName.target !== null);
    const { target } = loggedIn.loginName;
    // whoever must change their password does that first
    if (target && !(this.user.mustChangePassword && this.byPassword)) {
      const { user, pool, socket, address, client } = this;
      this.forwards = new PortForwards(this.parts.forwards, { user, target, pool, socket, address, client });
    }
    const { jump, logger } = this.parts;
    if (!target && jump) this.ways = new Ways(jump, this.client, logger);
    this.stopRekeying = rekeyByTraffic(this.socket, () => {
      this.client.rekey();
    });
    this.parts.onLoggedIn(this);
  }

  private openSession(accept: () => SshSession, reject: () => void): void {
    const { user, loginName, pool } = this;
    if (!user || !loginName || !pool) {
      reject();
      return;
    }
    const refusal = this.refusal ?? (this.channels.size >= MAX_SESSIONS ? TOO_MANY_SESSIONS : null);
    if (refusal !== null) {
      refuseChannel(this.client, reject, refusal);
      return;
    }
    const channelEntry: { downstream: ChannelDownstream | null } = { downstream: null };
    this.channels.add(channelEntry);
    const mayOfferAgent = loginName.target !== null;
    hearSession(accept(), mayOfferAgent, {
      started: (channel, command, request) => {
        channel.on('error', (error: Error) => {
          this.parts.logger.debug({ err: error }, 'channel failed');
        });
        const { openAgent } = this;
        const agent = request.agent ? { openAgent } : {};
        bounded(channel);
        const asked = { ...request, ...agent };
        const downstream = new ChannelDownstream(channel, this.address, asked, command);
        channelEntry.downstream = downstream;
        const takeOver = (next: ChannelDownstream): void => {
          channelEntry.downstream = next;
        };
        const { byPassword, socket } = this;
        this.parts.use(downstream, channel, { user, loginName, byPassword, pool, socket, request, takeOver });
      },
      resized: (pty) =>
        channelEntry.downstream?.tell((listener) => {
          listener.resized(pty);
        }),
      signalled: (name) =>
        channelEntry.downstream?.tell((listener) => {
          listener.signalled(name);
        }),
      closed: () => {
        this.channels.delete(channelEntry);
        channelEntry.downstream?.close();
      },
    });
  }

  private async openTcp(
    destination: Destination,
    accept: () => ServerChannel,
    reject: () => void,
  ): Promise<void> {
    const { user, byPassword, address } = this;
    if (!user) reject();
    else if (this.refusal !== null) refuseChannel(this.client, reject, this.refusal);
    else if (this.forwards) await this.forwards.reach(destination, accept, reject);
    else if (this.ways) await this.ways.open({ user, byPassword, address }, destination, accept, reject);
    else reject();
  }

  /** A global request. Gives the reply, or null: it is refused. */
  private async hearRequest(name: string, data: unknown): Promise<Buffer | null> {
    if (this.refusal !== null) return null;
    if (name === PROVE && Buffer.isBuffer(data)) {
      if (++this.proofs > MAX_PROOFS) return null;
      return proveHostKeys(this.client, this.parts.hostKeys.now(), data);
    }
    const wish = portWish.safeParse(data).data;
    return wish && this.forwards ? answerPortWish(this.forwards, name, wish) : null;
  }

  /** A conversation with the client's SSH agent. */
  private readonly openAgent = async (): Promise<ServerChannel> => {
    if (this.agents >= MAX_AGENTS) throw new Error('too many conversations with the agent');
    this.agents++;
    const done = (): void => {
      this.agents--;
    };
    const channel = await openAgentChannel(this.client).catch((error: unknown) => {
      done();
      throw error;
    });
    channel.once('close', done);
    return channel;
  };

  private closed(): void {
    this.isClosed = true;
    this.login.close().catch((error: unknown) => {
      this.parts.logger.warn({ err: error }, 'a login that was broken off could not be written down');
    });
    this.stopRekeying();
    for (const { downstream } of this.channels) downstream?.close();
    this.channels.clear();
    this.forwards?.close();
    this.ways?.close();
    this.pool?.close();
  }
}
