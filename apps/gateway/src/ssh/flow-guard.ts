import type { Duplex } from 'node:stream';
import { callInside, insideOf } from './inside-ssh2.js';

/** What may come beyond a channel's window before the connection ends, as OpenSSH has it: a tenth of the window. */
const GRACE_BYTES = 200 * 1024;
/** Answers to requests that nobody reads: channels themselves wait long before. */
const UNREAD_BYTES = 8 * 1024 * 1024;

const DATA = ['CHANNEL_DATA', 'CHANNEL_EXTENDED_DATA'];

/**
 * Ends a connection whose other side sends more than it was given room for (RFC 4254 section 5.2). ssh2 keeps all of it,
 * so that one client could fill the gateway's memory.
 * @param connection ssh2's, of a client or to an asset
 */
export function endAtOverrun(connection: object, end: () => void): void {
  const channels = insideOf(connection, '_chanMgr');
  const handlers = insideOf(insideOf(connection, '_protocol'), '_handlers');
  for (const name of DATA) {
    const hear = insideOf(handlers, name);
    if (!(hear instanceof Function)) throw new Error(`ssh2 does not hear ${name}`);
    const heed = (...told: unknown[]): void => {
      const [, number, data] = told;
      const room = roomIn(callInside(channels, 'get', number));
      if (room !== null && data instanceof Uint8Array && data.length > room + GRACE_BYTES) end();
      else Reflect.apply(hear, connection, told);
    };
    Reflect.set(handlers, name, heed);
  }
}

/** What the other side may still send on a channel: of a session's, before or after its command began, or of any other. */
function roomIn(channel: unknown): number | null {
  if (!(channel instanceof Object)) return null;
  const info: unknown = Reflect.get(channel, '_chanInfo') ?? channel;
  const incoming: unknown = info instanceof Object ? Reflect.get(info, 'incoming') : null;
  if (!(incoming instanceof Object)) return null;
  return Number(Reflect.get(incoming, GRANTED) ?? Reflect.get(incoming, 'window'));
}

/** Where {@link limitReadAhead} keeps what is left of a window that ssh2 doesn't count itself. */
export const GRANTED = Symbol('granted');

/** Ends a connection whose other side asks and asks, and reads none of the answers. */
export function endUnread(socket: Duplex): void {
  const write = socket.write.bind(socket);
  socket.write = (...args: [never]): boolean => {
    const isTaken = write(...args);
    if (!isTaken && socket.writableLength > UNREAD_BYTES) socket.destroy();
    return isTaken;
  };
}
