import type { Socket } from 'socket.io-client';
import { expect } from 'vitest';
import type {
  OpenTerminal,
  ResumeTerminal,
  TerminalClientEvents,
  TerminalEnded,
  TerminalReply,
  TerminalServerEvents,
} from '#libs/contracts';

/** The socket of one web terminal, as the console has it. */
export type TerminalSocket = Socket<TerminalServerEvents, TerminalClientEvents>;

const answered = (ask: (answer: (reply: TerminalReply) => void) => void): Promise<TerminalReply> =>
  new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('no answer in time')), 20_000);
    ask((reply) => {
      clearTimeout(late);
      resolve(reply);
    });
  });

/** Asks for a shell on an asset. */
export const askToOpen = (socket: TerminalSocket, request: OpenTerminal): Promise<TerminalReply> =>
  answered((answer) => socket.emit('open', request, answer));

/** Asks for a terminal that lost its socket. */
export const askToResume = (socket: TerminalSocket, request: ResumeTerminal): Promise<TerminalReply> =>
  answered((answer) => socket.emit('resume', request, answer));

/** What a console shows of a terminal: bytes in order, none twice. */
export class TerminalScreen {
  text = '';
  bytes = 0;
  ended = 0;
  /** What it was told at its end. */
  farewell: TerminalEnded | null = null;
  private readonly decoder = new TextDecoder();

  constructor(socket: TerminalSocket) {
    this.follow(socket);
  }

  follow(socket: TerminalSocket): void {
    socket.on('output', (offset, data) => {
      expect(offset).toBe(this.bytes);
      this.text += this.decoder.decode(data, { stream: true });
      this.bytes += data.byteLength;
    });
    socket.on('ended', (ended) => {
      this.ended++;
      this.farewell = ended;
    });
  }
}
