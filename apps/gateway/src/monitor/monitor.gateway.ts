import { Inject } from '@nestjs/common';
import { WebSocketGateway, type OnGatewayConnection, type OnGatewayInit } from '@nestjs/websockets';
import type { Namespace, Socket } from 'socket.io';
import { z } from 'zod';
import {
  MONITOR_NAMESPACE,
  roleHas,
  type MonitorClientEvents,
  type Permission,
  type WatchReply,
} from '#libs/contracts';
import { LOGGER, type Actor, type Logger } from '#libs/kernel';
import { ConsoleSockets, type LoggedInSocket } from '../console-sockets/console-sockets.js';
import { ENGINE } from '../console-sockets/engine.js';
import { MonitorDesk, type Watching } from '../taps/monitor/monitor-desk.js';

/** What each event of a monitor socket needs. What isn't here is not listened to. */
export const MONITOR_EVENTS: Readonly<Record<keyof MonitorClientEvents, Permission>> = {
  watch: 'audit.read',
  received: 'audit.read',
};

const schemas = {
  watch: z.strictObject({ sessionId: z.uuid() }),
  received: z.number().int().min(0),
};

/** Sockets of auditors who watch sessions. docs/PROTOCOL.monitor.md. */
@WebSocketGateway({ namespace: MONITOR_NAMESPACE, ...ENGINE })
export class MonitorGateway implements OnGatewayInit<Namespace>, OnGatewayConnection<Socket> {
  constructor(
    private readonly desk: MonitorDesk,
    private readonly sockets: ConsoleSockets,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  afterInit(namespace: Namespace): void {
    this.sockets.guard(namespace, MONITOR_EVENTS.watch);
  }

  handleConnection(socket: Socket): void {
    const who = this.sockets.whoIs(socket);
    if (!who) {
      socket.disconnect(true);
      return;
    }
    let watching: Watching | null = null;
    let asked = false;
    const watch = async (request: unknown): Promise<WatchReply> => {
      const parsed = schemas.watch.safeParse(request);
      if (!parsed.success || asked) return BAD_REQUEST;
      asked = true;
      const answer = await this.desk.watch(actorOf(who), parsed.data.sessionId, socket);
      if ('code' in answer) return { ok: false, ...answer };
      watching = answer;
      // it closed meanwhile
      if (socket.disconnected) answer.leave();
      return { ok: true };
    };
    socket.on('watch' satisfies keyof MonitorClientEvents, (request: unknown, reply: unknown) => {
      if (!isReply(reply) || !roleHas(who.user.role, MONITOR_EVENTS.watch)) return;
      watch(request).then(reply, (error: unknown) => {
        this.logger.error({ err: error }, 'a session could not be watched');
        reply(UNAVAILABLE);
      });
    });
    socket.on('received' satisfies keyof MonitorClientEvents, (value: unknown) => {
      const total = schemas.received.safeParse(value);
      if (total.success) watching?.received(total.data);
    });
    socket.on('disconnect', () => watching?.leave());
  }
}

/** Whether the console asked for an acknowledgement. */
function isReply(value: unknown): value is (answer: WatchReply) => void {
  return typeof value === 'function';
}

function actorOf({ user, sourceAddress }: LoggedInSocket): Actor {
  return {
    userId: user.id,
    username: user.username,
    role: user.role,
    address: sourceAddress,
    way: 'console',
  };
}

const BAD_REQUEST: WatchReply = { ok: false, code: 'bad_request', message: 'This request is not valid.' };
const UNAVAILABLE: WatchReply = {
  ok: false,
  code: 'unavailable',
  message: 'The gateway could not do that now. Try again soon.',
};
