import { WebSocketGateway, type OnGatewayConnection, type OnGatewayInit } from '@nestjs/websockets';
import { Inject, type OnApplicationShutdown } from '@nestjs/common';
import type { Namespace, Socket } from 'socket.io';
import {
  roleHas,
  SOCKET_PATH,
  TERMINAL_NAMESPACE,
  type TerminalClientEvents,
  type TerminalReply,
} from '#libs/contracts';
import { ControlBus, type User } from '#libs/database';
import { countsAt, isOurOrigin, LoginRegistry, readSessionCookie, TokenReader } from '#libs/identity';
import { CONFIG, LOGGER, type Config, type LoginId, type Logger } from '#libs/kernel';
import { TERMINAL_EVENTS, terminalSchemas } from './socket-events.js';
import { TerminalDesk, type DeskAnswer } from './terminal-desk.js';
import type { WebTerminal } from './web-terminal.js';

/** Largest message of a terminal socket. */
const MAX_MESSAGE = 256 * 1024;
/**
 * A console notices a cut after the sum of both at the latest. Pings wait behind output, so on a slow line
 * the second must last as long as a window of output takes.
 */
const PING_EVERY_MS = 5_000;
const PONG_WITHIN_MS = 10_000;

/** How often a socket's login is looked at, and whether its user's account has ended. */
const LOGIN_CHECK_MS = 60_000;
const EXPIRY_TICK_MS = 1_000;

/** A socket whose login was checked. */
interface LoggedInSocket {
  user: User;
  loginId: LoginId;
  sourceAddress: string;
}

/** Terminal sockets of consoles: who they are, and what they may send. docs/PROTOCOL.terminal.md. */
@WebSocketGateway({
  namespace: TERMINAL_NAMESPACE,
  path: SOCKET_PATH,
  transports: ['websocket'],
  maxHttpBufferSize: MAX_MESSAGE,
  pingInterval: PING_EVERY_MS,
  pingTimeout: PONG_WITHIN_MS,
  serveClient: false,
})
export class TerminalGateway
  implements OnGatewayInit<Namespace>, OnGatewayConnection<Socket>, OnApplicationShutdown
{
  private readonly loggedIn = new WeakMap<Socket, LoggedInSocket>();
  private namespace: Namespace | null = null;
  private readonly checks: NodeJS.Timeout[];

  constructor(
    private readonly desk: TerminalDesk,
    private readonly tokens: TokenReader,
    private readonly logins: LoginRegistry,
    bus: ControlBus,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    bus.on('user.changed', ({ userId }) => {
      this.recheck((who) => who.user.id === userId);
    });
    this.checks = [
      setInterval(() => {
        this.recheck(() => true);
      }, LOGIN_CHECK_MS),
      setInterval(() => {
        const now = new Date();
        this.recheck((who) => !countsAt(who.user, now));
      }, EXPIRY_TICK_MS),
    ];
  }

  onApplicationShutdown(): void {
    this.checks.forEach(clearInterval);
  }

  afterInit(namespace: Namespace): void {
    this.namespace = namespace;
    // socket.io always has this one too: nothing listens there, so nobody gets in
    namespace.server.of('/').use((_socket, next) => {
      next(new Error('Invalid namespace'));
    });
    namespace.use((socket, next) => {
      this.admit(socket).then(
        (admitted) => {
          next(admitted ? undefined : new Error('unauthenticated'));
        },
        (error: unknown) => {
          this.logger.error({ err: error }, 'terminal socket could not be checked');
          next(new Error('unavailable'));
        },
      );
    });
  }

  handleConnection(socket: Socket): void {
    const who = this.loggedIn.get(socket);
    if (!who) {
      socket.disconnect(true);
      return;
    }
    let terminal: WebTerminal | null = null;
    let asked = false;
    const take = ({ reply, terminal: opened }: DeskAnswer): TerminalReply => {
      terminal = opened;
      // it closed while the session was being opened
      if (opened && socket.disconnected) opened.detach(socket);
      return reply;
    };
    const user = { userId: who.user.id, sourceAddress: who.sourceAddress };
    this.ask(socket, who, 'open', async (request: unknown) => {
      const parsed = terminalSchemas.open.safeParse(request);
      if (!parsed.success || asked) return badRequest;
      asked = true;
      return take(await this.desk.open(user, parsed.data, socket));
    });
    this.ask(socket, who, 'resume', async (request: unknown) => {
      const parsed = terminalSchemas.resume.safeParse(request);
      if (!parsed.success || asked) return badRequest;
      asked = true;
      return take(this.desk.resume(user, parsed.data, socket));
    });
    this.hear(socket, who, 'input', terminalSchemas.input, (data) => terminal?.type(data));
    this.hear(socket, who, 'resize', terminalSchemas.resize, (size) => terminal?.resize(size));
    this.hear(socket, who, 'received', terminalSchemas.received, (total) => terminal?.shown(total));
    socket.on('close' satisfies keyof TerminalClientEvents, () => terminal?.close());
    socket.on('disconnect', () => terminal?.detach(socket));
  }

  private async admit(socket: Socket): Promise<boolean> {
    const { headers } = socket.handshake;
    if (!headers.origin || !isOurOrigin(headers.origin, headers.host, this.config.publicUrl)) return false;
    const token = readSessionCookie(headers.cookie);
    const claims = token === null ? null : await this.tokens.verify(token);
    const live = claims && (await this.logins.check(claims.loginId));
    if (!live || live.user.mustChangePassword || live.mustEnrol) return false;
    const sourceAddress = forwardedAddress(headers['x-forwarded-for']) ?? socket.handshake.address;
    this.loggedIn.set(socket, { user: live.user, loginId: live.login.id, sourceAddress });
    return true;
  }

  /** An event with an answer. */
  private ask(
    socket: Socket,
    who: LoggedInSocket,
    event: 'open' | 'resume',
    handler: (request: unknown) => Promise<TerminalReply>,
  ): void {
    socket.on(event, (request: unknown, reply: unknown) => {
      if (!isReply(reply) || !roleHas(who.user.role, TERMINAL_EVENTS[event])) return;
      handler(request).then(reply, (error: unknown) => {
        this.logger.error({ err: error }, 'terminal event failed');
        reply({
          ok: false,
          code: 'unavailable',
          message: 'The gateway could not do that now. Try again soon.',
        });
      });
    });
  }

  /** An event without an answer; one that isn't of its form is dropped. */
  private hear<T>(
    socket: Socket,
    who: LoggedInSocket,
    event: 'input' | 'resize' | 'received',
    schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
    handler: (value: T) => void,
  ): void {
    if (!roleHas(who.user.role, TERMINAL_EVENTS[event])) return;
    socket.on(event, (value: unknown) => {
      const parsed = schema.safeParse(value);
      if (parsed.success) handler(parsed.data);
    });
  }

  /**
   * Closes the sockets of logins that no longer count; whoever works in a terminal keeps theirs from ending idle.
   * The sessions behind them end by themselves when access is gone.
   */
  private recheck(concerns: (who: LoggedInSocket) => boolean): void {
    for (const socket of this.namespace?.sockets.values() ?? []) {
      const who = this.loggedIn.get(socket);
      if (!who || !concerns(who)) continue;
      this.logins.check(who.loginId).then(
        (live) => {
          if (live) who.user = live.user;
          else socket.disconnect(true);
        },
        (error: unknown) => {
          this.logger.warn({ err: error }, 'a terminal socket could not be checked; it is looked at again');
        },
      );
    }
  }
}

/** Whether the console asked for an acknowledgement. */
function isReply(value: unknown): value is (answer: TerminalReply) => void {
  return typeof value === 'function';
}

const badRequest: TerminalReply = { ok: false, code: 'bad_request', message: 'This request is not valid.' };

/** Only the api reaches this port; it puts the client's real address last. */
function forwardedAddress(header: string | string[] | undefined): string | null {
  const text = Array.isArray(header) ? header.at(-1) : header;
  return text?.split(',').at(-1)?.trim() || null;
}
