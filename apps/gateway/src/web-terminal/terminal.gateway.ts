import { WebSocketGateway, type OnGatewayConnection, type OnGatewayInit } from '@nestjs/websockets';
import { Inject } from '@nestjs/common';
import type { Namespace, Socket } from 'socket.io';
import { roleHas, TERMINAL_NAMESPACE, type TerminalClientEvents, type TerminalReply } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/kernel';
import { ConsoleSockets, type LoggedInSocket } from '../console-sockets/console-sockets.js';
import { ENGINE } from '../console-sockets/engine.js';
import { chooseLanguage } from '../menu/texts.js';
import { TERMINAL_EVENTS, terminalSchemas } from './socket-events.js';
import { TerminalDesk, type DeskAnswer } from './terminal-desk.js';
import type { WebTerminal } from './web-terminal.js';

/** What a console is answered, and what begins once it was. */
interface Taken {
  reply: TerminalReply;
  begin?: () => void;
}

/** Terminal sockets of consoles: what they may send. docs/PROTOCOL.terminal.md. */
@WebSocketGateway({ namespace: TERMINAL_NAMESPACE, ...ENGINE })
export class TerminalGateway implements OnGatewayInit<Namespace>, OnGatewayConnection<Socket> {
  constructor(
    private readonly desk: TerminalDesk,
    private readonly sockets: ConsoleSockets,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The sessions behind sockets that are closed end by themselves when access is gone. */
  afterInit(namespace: Namespace): void {
    this.sockets.guard(namespace, TERMINAL_EVENTS.open);
  }

  handleConnection(socket: Socket): void {
    const who = this.sockets.whoIs(socket);
    if (!who) {
      socket.disconnect(true);
      return;
    }
    let terminal: WebTerminal | null = null;
    let asked = false;
    const take = ({ reply, terminal: opened }: DeskAnswer, received: number): Taken => ({
      reply,
      begin: () => {
        terminal = opened;
        opened?.attach(socket, received);
        // it closed while the session was being opened
        if (socket.disconnected) opened?.detach(socket);
      },
    });
    const { id: userId } = who.user;
    // as the console does: whose profile names no language is spoken to in the browser's
    const wished = socket.handshake.headers['accept-language'] ?? '';
    const language = chooseLanguage(who.user.language, { LANG: wished });
    const user = { userId, language, sourceAddress: who.sourceAddress };
    this.ask(socket, who, 'open', async (request: unknown) => {
      const parsed = terminalSchemas.open.safeParse(request);
      if (!parsed.success || asked) return badRequest;
      asked = true;
      return take(await this.desk.open(user, parsed.data), 0);
    });
    this.ask(socket, who, 'resume', async (request: unknown) => {
      const parsed = terminalSchemas.resume.safeParse(request);
      if (!parsed.success || asked) return badRequest;
      asked = true;
      return take(this.desk.resume(user, parsed.data), parsed.data.received);
    });
    this.hear(socket, who, 'input', terminalSchemas.input, (data) => terminal?.type(data));
    this.hear(socket, who, 'resize', terminalSchemas.resize, (size) => terminal?.resize(size));
    this.hear(socket, who, 'received', terminalSchemas.received, (total) => terminal?.shown(total));
    socket.on('close' satisfies keyof TerminalClientEvents, () => terminal?.close());
    socket.on('disconnect', () => terminal?.detach(socket));
  }

  /** An event with an answer, which stands before all output: a console takes no keys for a terminal before it. */
  private ask(
    socket: Socket,
    who: LoggedInSocket,
    event: 'open' | 'resume',
    handler: (request: unknown) => Promise<Taken>,
  ): void {
    socket.on(event, (request: unknown, reply: unknown) => {
      if (!isReply(reply) || !roleHas(who.user.role, TERMINAL_EVENTS[event])) return;
      const answered = handler(request).catch((error: unknown): Taken => {
        this.logger.error({ err: error }, 'terminal event failed');
        return failed;
      });
      void answered.then((taken) => {
        reply(taken.reply);
        taken.begin?.();
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
}

/** Whether the console asked for an acknowledgement. */
function isReply(value: unknown): value is (answer: TerminalReply) => void {
  return typeof value === 'function';
}

const badRequest: Taken = {
  reply: { ok: false, code: 'bad_request', message: 'This request is not valid.' },
};
const failed: Taken = {
  reply: { ok: false, code: 'unavailable', message: 'The gateway could not do that now. Try again soon.' },
};
