import { EventEmitter } from 'node:events';
import { Readable, Writable } from 'node:stream';
import type { ClientChannel, ServerChannel } from 'ssh2';
import { insideOf } from './inside-ssh2.js';

/** Bytes that each queue of a channel takes before whoever fills it must wait; ssh2's own 2 MiB stand for each of them. */
const QUEUE_BYTES = 128 * 1024;
/** Bytes that wait for the socket of a connection before its channels do. The system's own buffer is beyond it. */
const UNSENT_BYTES = 256 * 1024;

/**
 * Bounds what a channel keeps for a side that doesn't read, whatever window that side gives: its queues, and what has
 * been written to the connection's socket. Beside it is the window that ssh2 gives the other side, 2 MiB.
 */
export function bounded<C extends ServerChannel | ClientChannel>(channel: C): C {
  for (const stream of [channel, channel.stderr]) {
    for (const name of ['_readableState', '_writableState']) {
      const queue: unknown = Reflect.get(stream, name);
      if (queue instanceof Object) Reflect.set(queue, 'highWaterMark', QUEUE_BYTES);
    }
    if (stream instanceof Readable) keepAlone(stream);
    if (stream instanceof Writable) writeWhenRoom(stream, backlogOf(insideOf(channel, '_client')));
  }
  return channel;
}

/** What waits is copied: it is a part of what was read of the socket, all of which it would keep. */
function keepAlone(stream: Readable): void {
  const push = stream.push.bind(stream);
  stream.push = (chunk: Buffer | null) =>
    push(chunk && stream.readableFlowing !== true ? Buffer.from(chunk) : chunk);
}

function writeWhenRoom(stream: Writable, backlog: Backlog): void {
  const write = stream._write.bind(stream);
  stream._write = (chunk, encoding, done) => {
    backlog.whenRoom(() => {
      write(chunk, encoding, done);
    });
  };
}

const backlogs = new WeakMap<object, Backlog>();

function backlogOf(connection: object): Backlog {
  let backlog = backlogs.get(connection);
  if (!backlog) {
    backlog = new Backlog(connection, insideOf(connection, '_protocol'), insideOf(connection, '_sock'));
    backlogs.set(connection, backlog);
  }
  return backlog;
}

/** What a connection has still to send. Who writes on one of its channels waits here for room. */
class Backlog {
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly connection: object,
    private readonly protocol: object,
    private readonly socket: object,
  ) {}

  /** Calls back when there is room: nearly always at once. */
  whenRoom(write: () => void): void {
    if (this.waiting.length === 0 && this.hasRoom()) write();
    else if (this.waiting.push(write) === 1) this.listen();
  }

  private hasRoom(): boolean {
    return !this.exchangesKeys() && Number(Reflect.get(this.socket, 'writableLength')) < UNSENT_BYTES;
  }

  /** What is sent meanwhile waits inside ssh2, for a client that never goes on (RFC 4253 section 7.1). */
  private exchangesKeys(): boolean {
    return Reflect.get(this.protocol, '_kexinit') !== undefined;
  }

  private listen(): void {
    if (this.exchangesKeys()) once(this.connection, 'handshake', () => setImmediate(this.goOn));
    else once(this.socket, 'drain', this.goOn);
  }

  private readonly goOn = (): void => {
    while (this.hasRoom()) {
      const write = this.waiting.shift();
      if (!write) return;
      write();
    }
    if (this.waiting.length > 0) this.listen();
  };
}

function once(emitter: object, event: string, listener: () => void): void {
  if (!(emitter instanceof EventEmitter)) throw new Error('ssh2 has no events');
  emitter.once(event, listener);
}
