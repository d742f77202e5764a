import type { Connection, ServerChannel } from 'ssh2';
import type { ReachableAssets } from '#libs/authorization';
import type { ControlBus } from '#libs/database';
import { countsAt, type Authenticator, type CodeChecker, type OwnAccount } from '#libs/identity';
import type { Config, Logger } from '#libs/kernel';
import { actionsOf, readTransferCommand } from '../files/transfer-command.js';
import type { ExecDirectory } from '#libs/authorization';
import type { BatchDesk } from '#libs/session-audit';
import type { BatchCrew } from '../batch/batch-crew.js';
import type { FileRuns } from '../many-files/file-run.js';
import type { FileDesk } from '../web-files/file-desk.js';
import { SftpRoot } from '../files/sftp-root.js';
import { MenuChannel } from '../menu/menu-channel.js';
import { chooseLanguage, MENU_TEXTS } from '../menu/texts.js';
import type { DirectLogin, DirectTarget } from '../session/direct-login.js';
import type { ListenerOpener } from '../session/listener-opener.js';
import { PersonPlaces } from '../session/person-places.js';
import type { PersonTurns } from '../session/person-turns.js';
import type { SessionOpener, SessionWish } from '../session/session-opener.js';
import { sessionWords } from '../session/session-words.js';
import type { TargetDirectory } from '../session/target-directory.js';
import { MULTIPLEXING_LINGER_MS, UpstreamPool } from '../session/upstream-pool.js';
import type { BannerText } from './banner-text.js';
import { CHANNEL_KINDS } from './channel-kinds.js';
import type { ChannelDownstream } from './channel-downstream.js';
import { ClientConnection, type ChannelContext, type ConnectionParts } from './connection.js';
import { JumpHost } from './jump-host.js';
import type { Transport } from './transport.js';
import { HostKeyRing } from './host-key-ring.js';
import { SshListener } from './listener.js';

/** What the SSH side needs. */
export interface SshDoorParts {
  config: Config;
  banner: BannerText;
  authenticator: Authenticator;
  codes: CodeChecker;
  reachable: ReachableAssets;
  account: OwnAccount;
  opener: SessionOpener;
  targets: TargetDirectory;
  bus: ControlBus;
  direct: DirectLogin;
  batches: BatchDesk;
  execDirectory: ExecDirectory;
  crew: BatchCrew;
  files: FileDesk;
  fileRuns: FileRuns;
  listeners: ListenerOpener;
  logger: Logger;
  turns: PersonTurns;
}

/** How often it is looked at whose account has ended. */
const EXPIRY_TICK_MS = 250;
/** How long after an answer somebody whose account has ended is looked up again, and after a failure anybody. */
const ASK_AGAIN_MS = 5_000;
/** How long sessions of somebody who is put out have to end with their own reason before the connection goes. */
const HANG_UP_MS = 1_000;
const KEY_GONE =
  'The SSH key that you logged in with was renewed or deleted: log in with one that is registered.';

const tooManyConnections = (max: number): string =>
  `You have ${max} connections to this gateway at once, and nobody gets more.`;

/** The SSH side of the gateway: who came in, and whether to the menu or straight through. */
export class SshDoor {
  private readonly connections = new Set<ClientConnection>();
  /** Of TCP connections; the ways within them have their own. */
  private readonly places: PersonPlaces;
  private listener: SshListener | null = null;
  private hostKeys: HostKeyRing | null = null;
  private readonly ticker: NodeJS.Timeout;
  /** Ended users who are being looked up. */
  private readonly asked = new Set<string>();

  constructor(private readonly parts: SshDoorParts) {
    this.places = new PersonPlaces(parts.config.perPerson);
    parts.bus.on('user.changed', ({ userId }) => void this.recheck(userId));
    // what was told meanwhile was missed
    parts.bus.onResync(() => void this.recheckAll());
    this.ticker = setInterval(() => {
      this.recheckEnded();
    }, EXPIRY_TICK_MS);
    this.ticker.unref();
  }

  /** Listens. Gives the port and the host keys. @throws StartFailure */
  async open(): Promise<{ port: number; hostKeys: HostKeyRing }> {
    const { config, banner, logger, reachable, direct, turns } = this.parts;
    await banner.read();
    const hostKeys = await HostKeyRing.open(config.dataDir, logger);
    this.hostKeys = hostKeys;
    const jump = new JumpHost({
      hostKeys,
      reachable,
      direct,
      logger,
      graceMs: config.loginGraceMs,
      perPerson: config.perPerson,
      turns,
      onConnection: (client, socket, address, login) => {
        this.adopt(client, socket, address, { jump: null, login, hostKeys });
      },
    });
    this.listener = new SshListener({
      host: config.sshHost,
      port: config.sshPort,
      hostKeys,
      banner: () => banner.now,
      logger,
      graceMs: config.loginGraceMs,
      onConnection: (client, socket, address, loggedIn) => {
        this.adopt(client, socket, address, { jump, login: null, hostKeys, loggedIn });
      },
    });
    return { port: await this.listener.listen(), hostKeys };
  }

  /** Takes nobody in any more. */
  stopListening(): void {
    this.listener?.stopListening();
  }

  /** Ends all connections. */
  close(): void {
    clearInterval(this.ticker);
    this.hostKeys?.close();
    for (const connection of this.connections) connection.hangUp();
    this.listener?.closeAll();
  }

  private adopt(
    client: Connection,
    socket: Transport,
    address: string,
    {
      jump,
      login,
      hostKeys,
      loggedIn,
    }: Pick<ConnectionParts, 'jump' | 'login' | 'hostKeys'> & { loggedIn?: () => void },
  ): void {
    const { authenticator, codes, logger, config, targets, direct, opener, listeners } = this.parts;
    const connection = new ClientConnection(client, socket, address, {
      authenticator,
      codes,
      logger,
      publicUrl: config.publicUrl,
      makePool: (direct) => new UpstreamPool(targets, direct ? MULTIPLEXING_LINGER_MS : 0),
      onLoggedIn: () => {
        loggedIn?.();
        this.connections.add(connection);
        if (!login) this.givePlace(connection, client);
        // the key may have gone between its check and now: whoever told of it found no connection
        if (connection.user && connection.keyId) void this.recheck(connection.user.id);
      },
      use: (downstream, channel, context) => {
        this.use(downstream, channel, context);
      },
      forwards: { direct, opener, listeners, logger },
      jump,
      login,
      hostKeys,
    });
    client.once('close', () => this.connections.delete(connection));
  }

  /** Or turns it away, in words. */
  private givePlace(connection: ClientConnection, client: Connection): void {
    const { user } = connection;
    if (!user) return;
    const leave = this.places.take(user.id);
    if (leave) client.once('close', leave);
    else {
      const { max } = this.places;
      this.parts.logger.info({ username: user.username, max }, 'too many SSH connections of one person');
      this.putOut(connection, tooManyConnections(max));
    }
  }

  /** Its sessions end before it goes: for what is told, or by themselves. */
  private putOut(connection: ClientConnection, told: string | null): void {
    if (told !== null) connection.putOut(told);
    setTimeout(() => {
      connection.hangUp();
    }, HANG_UP_MS);
  }

  private use(downstream: ChannelDownstream, channel: ServerChannel, context: ChannelContext): void {
    const { target } = context.loginName;
    if (target) void this.goStraight(downstream, context, target);
    else if (downstream.kind === 'sftp') this.openRoot(downstream, context);
    else if (downstream.command === null) this.openMenu(downstream, channel, context);
    else {
      downstream.notice(sessionWords(context.user.language, context.request.environment).nameHost);
      downstream.finish({ status: 1 });
    }
  }

  private openMenu(downstream: ChannelDownstream, channel: ServerChannel, context: ChannelContext): void {
    const { publicUrl, idleTimeoutMs } = this.parts.config;
    const hostKey = this.hostKeys?.now().current.publicKey ?? '';
    const parts = { ...this.parts, publicUrl, hostKey, idleTimeoutMs };
    new MenuChannel(downstream, channel, context, parts).start();
  }

  private openRoot(downstream: ChannelDownstream, context: ChannelContext): void {
    const { user, byPassword, pool } = context;
    if (user.mustChangePassword && byPassword) {
      downstream.notice(this.mustChangePassword(context));
      downstream.finish({ status: 1 });
    } else new SftpRoot(downstream, user, pool, this.parts).start();
  }

  private mustChangePassword({ user, request }: ChannelContext): string {
    const texts = MENU_TEXTS[chooseLanguage(user.language, request.environment)];
    return texts.mustChangePassword(this.parts.config.publicUrl);
  }

  private async goStraight(
    downstream: ChannelDownstream,
    context: ChannelContext,
    target: DirectTarget,
  ): Promise<void> {
    const { direct, opener, logger } = this.parts;
    const needs = needsOf(downstream);
    const { user, byPassword, pool, request } = context;
    const words = sessionWords(user.language, request.environment);
    let refusal = words.noRule;
    if (user.mustChangePassword && byPassword) {
      refusal = this.mustChangePassword(context);
    } else {
      try {
        const wish = await direct.resolve(user.id, target, needs.action);
        if (wish) {
          await opener.open({ ...wish, ...needs, language: user.language }, downstream, pool);
          return;
        }
        const named = target.systemUsername !== null;
        const may = named ? [] : await direct.accounts(user.id, target.asset, needs.action);
        if (may.length > 0) refusal = words.nameSystemUser(may.map(({ username }) => username));
      } catch (error) {
        logger.error({ err: error }, 'direct login');
        refusal = words.cannotCheck;
      }
    }
    downstream.notice(refusal);
    downstream.finish({ status: 1 });
  }

  /** Whoever's account has ended meanwhile. */
  private recheckEnded(): void {
    const now = new Date();
    const users = [...this.connections].flatMap(({ user }) => user ?? []);
    const due = users.filter((user) => !countsAt(user, now)).map(({ id }) => id);
    for (const userId of new Set(due)) {
      if (this.asked.has(userId)) continue;
      this.asked.add(userId);
      // a database that is away is not asked more often than this
      void this.recheck(userId).finally(() => {
        setTimeout(() => this.asked.delete(userId), ASK_AGAIN_MS).unref();
      });
    }
  }

  /** One user after the other: it may be thousands. */
  private async recheckAll(): Promise<void> {
    const ids = new Set([...this.connections].flatMap(({ user }) => user?.id ?? []));
    for (const id of ids) await this.recheck(id);
  }

  /**
   * A user who was disabled or deleted or whose account has ended is put out, also from the menu; so is whoever logged in
   * with a key that was renewed or deleted (FEATURES U8).
   */
  private async recheck(userId: string): Promise<void> {
    const theirs = [...this.connections].filter((connection) => connection.user?.id === userId);
    const id = theirs[0]?.user?.id;
    if (id === undefined) return;
    const { authenticator, logger } = this.parts;
    try {
      const keyIds = theirs.flatMap(({ keyId }) => keyId ?? []);
      const [active, keys] = await Promise.all([
        authenticator.activeUser(id),
        authenticator.liveKeys(keyIds),
      ]);
      const goes = theirs.filter(({ keyId }) => !active || (keyId !== null && !keys.has(keyId)));
      if (active) for (const connection of theirs) connection.user = active;
      for (const connection of goes) this.putOut(connection, active ? KEY_GONE : null);
    } catch (error) {
      logger.debug({ err: error, userId }, 'a user could not be looked up');
      setTimeout(() => void this.recheck(userId), ASK_AGAIN_MS).unref();
    }
  }
}

/** What the rules must allow for what the client asked for. */
function needsOf({
  kind,
  command,
}: ChannelDownstream): Pick<SessionWish, 'action' | 'orAction' | 'andAction'> {
  if (kind === 'sftp') {
    const [action, orAction] = CHANNEL_KINDS['subsystem:sftp'].needs;
    return { action, orAction };
  }
  if (command === null) return { action: CHANNEL_KINDS.shell.needs[0] };
  const [action, andAction] = actionsOf(readTransferCommand(command));
  return { action, andAction };
}
