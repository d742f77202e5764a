import { Inject, Injectable } from '@nestjs/common';
import type { Namespace, Socket } from 'socket.io';
import { roleHas, type Permission } from '#libs/contracts';
import { ControlBus, type User } from '#libs/database';
import {
  countsAt,
  isOurOrigin,
  LoginRegistry,
  readSessionCookie,
  TokenReader,
  type LiveLogin,
} from '#libs/identity';
import { CONFIG, LOGGER, type Config, type LoginId, type Logger } from '#libs/kernel';

/** How often a socket's login is looked at, and whether its user's account has ended. */
const LOGIN_CHECK_MS = 60_000;
/** How long after a failure an ended one is looked at again. */
const ASK_AGAIN_MS = 5_000;
const EXPIRY_TICK_MS = 1_000;

type SocketRefusal = 'unauthenticated' | 'forbidden' | 'too_many_sockets';

/** A socket whose login was checked. */
export interface LoggedInSocket {
  user: User;
  readonly loginId: LoginId;
  readonly sourceAddress: string;
}

/** Who is at the sockets of consoles: lets in whoever has a login that counts, and closes them when it no longer does. */
@Injectable()
export class ConsoleSockets {
  private readonly loggedIn = new WeakMap<Socket, LoggedInSocket>();
  private readonly guarded: { namespace: Namespace; needs: Permission }[] = [];
  private readonly checks: NodeJS.Timeout[];
  /** Sockets that are being looked up, or were a moment ago while the database was away. */
  private readonly asked = new WeakSet<Socket>();
  private isTold = false;

  constructor(
    private readonly tokens: TokenReader,
    private readonly logins: LoginRegistry,
    bus: ControlBus,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    bus.on('user.changed', ({ userId }) => {
      this.recheck((who) => who.user.id === userId);
    });
    bus.on('logins.changed', () => {
      this.recheck(() => true);
    });
    bus.onResync(() => {
      this.recheck(() => true);
    });
    this.checks = [
      setInterval(() => {
        this.recheck(() => true);
      }, LOGIN_CHECK_MS),
      setInterval(() => {
        const now = new Date();
        this.recheck((who, socket) => !this.asked.has(socket) && !countsAt(who.user, now));
      }, EXPIRY_TICK_MS),
    ];
  }

  /** The gateway stops: closes all of its own, whose ends may leave records. */
  close(): void {
    this.checks.forEach(clearInterval);
    for (const { namespace } of this.guarded)
      for (const socket of namespace.sockets.values()) socket.disconnect(true);
  }

  /** Lets nobody into a namespace, or stay there, whose login doesn't count or whose role lacks the permission. */
  guard(namespace: Namespace, needs: Permission): void {
    this.guarded.push({ namespace, needs });
    // socket.io always has this one too: nothing listens there, so nobody gets in
    namespace.server.of('/').use((_socket, next) => {
      next(new Error('Invalid namespace'));
    });
    namespace.use((socket, next) => {
      this.admit(socket, needs).then(
        (refusal) => {
          next(refusal === null ? undefined : new Error(refusal));
        },
        (error: unknown) => {
          this.logger.error({ err: error }, 'a socket could not be checked');
          next(new Error('unavailable'));
        },
      );
    });
  }

  /** Who is at an admitted socket. */
  whoIs(socket: Socket): LoggedInSocket | null {
    return this.loggedIn.get(socket) ?? null;
  }

  /** Why it isn't let in; null: it is. */
  private async admit(socket: Socket, needs: Permission): Promise<SocketRefusal | null> {
    const { headers } = socket.handshake;
    if (!headers.origin || !isOurOrigin(headers.origin, headers.host, this.config.publicUrl)) {
      return 'unauthenticated';
    }
    const token = readSessionCookie(headers.cookie);
    const claims = token === null ? null : await this.tokens.verify(token);
    const live = claims && (await this.logins.check(claims.loginId));
    if (!live || !mayWork(live)) return 'unauthenticated';
    if (!roleHas(live.user.role, needs)) return 'forbidden';
    if (this.countOf(live.user) >= this.config.perPerson) return 'too_many_sockets';
    const sourceAddress = forwardedAddress(headers['x-forwarded-for']) ?? socket.handshake.address;
    this.loggedIn.set(socket, { user: live.user, loginId: live.login.id, sourceAddress });
    return null;
  }

  private countOf({ id }: User): number {
    const sockets = this.guarded.flatMap(({ namespace }) => [...namespace.sockets.values()]);
    return sockets.filter((socket) => this.loggedIn.get(socket)?.user.id === id).length;
  }

  /** Closes the sockets of logins that no longer count; whoever works at one keeps theirs from ending idle. */
  private recheck(concerns: (who: LoggedInSocket, socket: Socket) => boolean): void {
    for (const { namespace, needs } of this.guarded) {
      for (const socket of namespace.sockets.values()) {
        const who = this.loggedIn.get(socket);
        if (!who || !concerns(who, socket)) continue;
        this.asked.add(socket);
        this.logins.check(who.loginId).then(
          (live) => {
            this.isTold = false;
            this.asked.delete(socket);
            if (live && mayWork(live) && roleHas(live.user.role, needs)) who.user = live.user;
            else socket.disconnect(true);
          },
          (error: unknown) => {
            if (!this.isTold)
              this.logger.warn({ err: error }, 'sockets can not be checked; they are looked at again');
            this.isTold = true;
            setTimeout(() => this.asked.delete(socket), ASK_AGAIN_MS).unref();
          },
        );
      }
    }
  }
}

/** Whoever must first change their password or get a second factor does that, and nothing else. */
function mayWork({ user, mustEnrol }: LiveLogin): boolean {
  return !user.mustChangePassword && !mustEnrol;
}

/** Only the api reaches this port; it puts the client's real address last. */
function forwardedAddress(header: string | string[] | undefined): string | null {
  const text = Array.isArray(header) ? header.at(-1) : header;
  return text?.split(',').at(-1)?.trim() || null;
}
