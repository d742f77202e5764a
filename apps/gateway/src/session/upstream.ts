import { createHash, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import ssh2, {
  type AuthenticationType,
  type Client,
  type ClientChannel,
  type ConnectConfig,
  type PseudoTtyOptions,
} from 'ssh2';
import { readDestination, type Grant } from '#libs/authorization';
import { hostKeyAlgorithmsOf, UPSTREAM_ALGORITHMS } from '../ssh/algorithms.js';
import { bounded } from '../ssh/bounded-channel.js';
import { guardFromAsset } from '../ssh/asset-guard.js';
import { gatherWrites } from '../ssh/gathered-writes.js';
import { rekeyByTraffic } from '../ssh/rekeying.js';
import { ConnectFailure, describeConnectError, hasNoPinnedType } from './connect-failure.js';
import { addressesOf, dial } from './dial.js';
import { FirstWords } from './first-words.js';
import { ForwardedAgent } from './forwarded-agent.js';
import type { Downstream, OpenAgent, Pty } from './downstream.js';
import type { SealedTarget, Target } from './target-directory.js';

const RESOLVE_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 15_000;
const KEEPALIVE_MS = 15_000;
const KEEPALIVE_TRIES = 3;

/** What a connection's maker hears and says while it lasts. */
export interface ConnectionTerms {
  onClosed: () => void;
  /** Ends the attempt; a connection that stands is not touched. */
  giveUp: AbortSignal;
  /** The user's agent, for the asset. */
  agent: OpenAgent | null;
}

/** A port on the asset that leads to this machine. */
export interface AssetListener {
  /** Where it listens, also where any port was asked for. */
  port: number;
  close(): void;
}

/** What comes in at a port on the asset; it is refused unless `accept` is called. */
export interface IncomingConnection {
  sourceAddress: string;
  sourcePort: number;
  accept(): ClientChannel;
  reject(): void;
}

/** What a channel to an asset is opened for. */
export type ChannelWish = Pick<Downstream, 'kind' | 'command' | 'environment' | 'pty' | 'destination'>;

/** Channels on one connection to an asset: the default MaxSessions of OpenSSH. */
export const MAX_CHANNELS = 10;

/**
 * A connection to an asset as a system user, made for a grant and shared by the channels of one login.
 * The only place where the product opens SSH connections for users.
 */
export class Upstream {
  readonly target: Pick<Target, 'assetName' | 'username'>;
  private readonly madeFor: string;
  private isOpen = true;
  private readonly listeners = new Map<number, (connection: IncomingConnection) => void>();

  private constructor(
    private readonly client: Client,
    target: Target,
  ) {
    this.target = { assetName: target.assetName, username: target.username };
    this.madeFor = fingerprintOf(target);
    client.once('close', () => {
      this.isOpen = false;
    });
    client.on('tcp connection', ({ destPort, srcIP, srcPort }, accept, reject) => {
      const hear = this.listeners.get(destPort);
      if (hear) hear({ sourceAddress: srcIP, sourcePort: srcPort, accept: () => bounded(accept()), reject });
      else reject();
    });
  }

  /**
   * Connects, checks the host key against the pins, logs in.
   * @throws ConnectFailure in words for the person.
   */
  static async connect(_proof: Grant, target: Target, terms: ConnectionTerms): Promise<Upstream> {
    const begun = performance.now();
    const { giveUp } = terms;
    try {
      const addresses = await addressesOf(target.address, RESOLVE_TIMEOUT_MS);
      const { socket } = await dial(addresses, target.port, { timeoutMs: CONNECT_TIMEOUT_MS, giveUp });
      const left = CONNECT_TIMEOUT_MS - (performance.now() - begun);
      return await Upstream.logIn(target, socket, Math.max(1, left), terms);
    } catch (error) {
      if (error instanceof ConnectFailure) throw error;
      throw describeConnectError(target.assetName, error instanceof Error ? error : new Error(String(error)));
    }
  }

  private static logIn(
    target: Target,
    socket: Socket,
    readyTimeout: number,
    { onClosed, giveUp, agent }: ConnectionTerms,
  ): Promise<Upstream> {
    const { assetName } = target;
    return new Promise((resolve, reject) => {
      const client = new ssh2.Client();
      gatherWrites(socket);
      let stopRekeying = (): void => undefined;
      let wrongHostKey = false;
      const first = new FirstWords(socket);
      const abort = (): void => {
        client.destroy();
      };
      giveUp.addEventListener('abort', abort);
      client.once('ready', () => {
        giveUp.removeEventListener('abort', abort);
        stopRekeying = rekeyByTraffic(socket, () => {
          rekey(client);
        });
        resolve(new Upstream(client, target));
      });
      client.on('error', (error) => {
        reject(first.orForeign(assetName, failureOf(target, error, wrongHostKey)));
      });
      client.on('keyboard-interactive', (_name, _instructions, _language, prompts, answer) => {
        answer(prompts.map(({ echo }) => (echo ? '' : (target.password ?? ''))));
      });
      client.once('close', () => {
        stopRekeying();
        reject(first.orForeign(assetName, closedEarly(assetName)));
        onClosed();
      });
      const isPinned = (key: Buffer): boolean => {
        wrongHostKey = !target.hostKeys.some((pinned) => sameBytes(Buffer.from(pinned.blob, 'base64'), key));
        return !wrongHostKey;
      };
      client.connect({
        ...connectConfig(target, isPinned),
        readyTimeout,
        ...(agent ? { agent: new ForwardedAgent(agent), agentForward: true } : {}),
        sock: socket,
      });
      guardFromAsset(client, socket, abort);
      if (giveUp.aborted) abort();
    });
  }

  /**
   * Opens what the downstream asks for: SFTP, shell or command, with or without a terminal, or a place that the asset
   * reaches, which the grant names.
   */
  openChannel(downstream: ChannelWish, grant?: Grant): Promise<ClientChannel> {
    if (downstream.destination !== undefined) return this.openForward(grant?.terms.destination);
    const { command, environment: env } = downstream;
    const pty = downstream.pty ? ptyOptions(downstream.pty) : undefined;
    return new Promise((resolve, reject) => {
      const opened = (error: Error | undefined, channel: ClientChannel): void => {
        if (error)
          reject(
            new ConnectFailure('login', `${this.target.assetName} refused to open a session.`, {
              cause: error,
            }),
          );
        else resolve(bounded(channel));
      };
      const isSubsystem = command === null && (downstream.kind === 'sftp' || downstream.kind === 'files');
      if (isSubsystem) this.client.subsys('sftp', opened);
      else {
        const options = { env: { ...env } };
        if (command === null) this.client.shell(pty ?? false, options, opened);
        else this.client.exec(command, pty ? { ...options, pty } : options, opened);
      }
    });
  }

  /**
   * Has the asset listen on its loopback, as the grant allows (RFC 4254 section 7.1); port 0: any.
   * @throws ConnectFailure
   */
  listen(
    _proof: Grant,
    { address, port }: { address: string; port: number },
    hear: (connection: IncomingConnection) => void,
    onClosed: () => void,
  ): Promise<AssetListener> {
    return new Promise((resolve, reject) => {
      this.client.forwardIn(address, port, (error, chosen) => {
        if (error) {
          const message = `${this.target.assetName} does not listen on port ${port} for you.`;
          reject(new ConnectFailure('login', message, { cause: error }));
          return;
        }
        this.listeners.set(chosen, hear);
        this.client.once('close', onClosed);
        const close = (): void => {
          this.listeners.delete(chosen);
          this.client.off('close', onClosed);
          // a connection that is gone has taken its ports along
          if (this.isOpen) this.client.unforwardIn(address, chosen, () => undefined);
        };
        resolve({ port: chosen, close });
      });
    });
  }

  private openForward(destination: string | undefined): Promise<ClientChannel> {
    const place = destination === undefined ? null : readDestination(destination);
    return new Promise((resolve, reject) => {
      const fail = (reason: string, cause?: Error): void => {
        const message = `${this.target.assetName} can't reach ${destination ?? ''}: ${reason}`;
        reject(new ConnectFailure('connect', message, { cause }));
      };
      if (!place) {
        fail('no destination was granted');
        return;
      }
      // where the client's program connected from says nothing to the asset
      this.client.forwardOut('127.0.0.1', 0, place.host, place.port, (error, channel) => {
        // as the asset says it, without ssh2's own words before it
        if (error) fail(error.message.replace(/^\(SSH\) Channel open failure: /, ''), error);
        else resolve(bounded(channel));
      });
    });
  }

  /** Whether a new connection to this target would lead to the same place, with the same keys and secrets. */
  isMadeFor(target: SealedTarget): boolean {
    return this.isOpen && this.madeFor === fingerprintOf(target);
  }

  /**
   * Whether the asset still answers. It is asked to give up a port that nobody asked it to listen on: it refuses, or
   * knows no such request, but it answers (RFC 4254 sections 4 and 7.1).
   */
  answers(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (answers: boolean): void => {
        clearTimeout(timer);
        this.client.off('close', gone);
        resolve(answers);
      };
      const gone = (): void => {
        settle(false);
      };
      const timer = setTimeout(gone, withinMs);
      this.client.once('close', gone);
      try {
        this.client.unforwardIn('127.0.0.1', 0, () => {
          settle(true);
        });
      } catch {
        settle(false); // it was closed before its end was told
      }
    });
  }

  /** Closes the connection with all its channels. */
  close(): void {
    this.isOpen = false;
    this.client.end();
  }
}

/** A secret that was sealed anew may be another: what it was sealed to stands for it. */
function fingerprintOf(target: SealedTarget): string {
  const { address, port, username, hostKeys, sealedPassword, sealedPrivateKey } = target;
  const pins = hostKeys.map(({ type, blob }) => `${type} ${blob}`).sort();
  const parts = [address, port, username, pins, sealedPassword, sealedPrivateKey];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}

function connectConfig(target: Target, hostVerifier: (key: Buffer) => boolean): ConnectConfig {
  const { username, privateKey, password } = target;
  const serverHostKey = [...new Set(target.hostKeys.flatMap(({ type }) => hostKeyAlgorithmsOf(type)))];
  return {
    username,
    ...(privateKey ? { privateKey } : {}),
    ...(password ? { password, tryKeyboard: true } : {}),
    authHandler: methodsFor(target),
    hostVerifier,
    algorithms: { ...UPSTREAM_ALGORITHMS, serverHostKey },
    keepaliveInterval: KEEPALIVE_MS,
    keepaliveCountMax: KEEPALIVE_TRIES,
  };
}

/** Ways to log in, only what there is a secret for: every refused try counts against the asset's limit. */
export function methodsFor({
  privateKey,
  password,
}: Pick<Target, 'privateKey' | 'password'>): AuthenticationType[] {
  const byPassword: AuthenticationType[] = password ? ['password', 'keyboard-interactive'] : [];
  return privateKey ? ['publickey', ...byPassword] : byPassword;
}

/** ssh2 has it on its server's side of a connection only. */
function rekey(client: Client): void {
  const protocol: unknown = Reflect.get(client, '_protocol');
  if (!(protocol instanceof Object && 'rekey' in protocol && protocol.rekey instanceof Function)) return;
  Reflect.apply(protocol.rekey, protocol, []);
}

function ptyOptions(pty: Pty): PseudoTtyOptions {
  const { columns: cols, rows, widthPixels: width, heightPixels: height, term, modes } = pty;
  return { cols, rows, width, height, term, modes };
}

function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function failureOf(target: Target, error: Error, wrongHostKey: boolean): ConnectFailure {
  const isOther = wrongHostKey || hasNoPinnedType(error);
  return isOther ? hostKeyChanged(target) : describeConnectError(target.assetName, error);
}

function closedEarly(assetName: string): ConnectFailure {
  return new ConnectFailure('connect', `${assetName} closed the connection before the login.`);
}

function hostKeyChanged(target: Target): ConnectFailure {
  const message = `The host key of ${target.assetName} is not the pinned one: it was reinstalled, or somebody stands in between. Nobody can connect until an administrator has checked and approved it.`;
  return new ConnectFailure('host-key', message);
}
