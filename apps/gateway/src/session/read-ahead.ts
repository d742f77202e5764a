import type { ClientChannel } from 'ssh2';
import { GRANTED } from '../ssh/flow-guard.js';

/** What ssh2 gives each channel to begin with, and keeps giving (RFC 4254 section 5.2). */
const SSH2_WINDOW = 2 * 1024 * 1024;

const CLOSED = new Set<unknown>(['closing', 'closed']);

/**
 * Lets the asset send at most so many bytes more than have been read from the channel. The 2 MiB of ssh2 are a second
 * of output on a slow screen, in which Ctrl-C seems to do nothing. They are given away when the channel opens: the
 * limit holds once they are used up. Whoever reads the channel by `read(size)` takes at most half of the limit at once.
 */
export function limitReadAhead(channel: ClientChannel, bytes: number): void {
  const incoming = objectOf(channel, 'incoming');
  const protocol = objectOf(objectOf(channel, '_client'), '_protocol');
  const outgoing = objectOf(channel, 'outgoing');
  const granted = (): number => Number(Reflect.get(incoming, GRANTED));
  Reflect.set(incoming, GRANTED, Reflect.get(incoming, 'window'));
  const grant = (): void => {
    const more = bytes - granted() - channel.readableLength - channel.stderr.readableLength;
    if (more <= 0 || (granted() > 0 && more < bytes / 2) || CLOSED.has(Reflect.get(outgoing, 'state')))
      return;
    Reflect.set(incoming, GRANTED, granted() + more);
    call(protocol, 'channelWindowAdjust', [Reflect.get(outgoing, 'id'), more]);
  };
  // ssh2 takes what came from this number, and gives more by itself only where it falls: to ssh2 it never does
  Object.defineProperty(incoming, 'window', {
    get: () => SSH2_WINDOW,
    set: (left: number) => {
      Reflect.set(incoming, GRANTED, granted() - (SSH2_WINDOW - left));
      // when it stands in the stream
      if (granted() < bytes / 2) queueMicrotask(grant);
    },
  });
  for (const stream of [channel, channel.stderr]) {
    // asks for more as soon as half of the limit is being read; once, before that is taken out of the stream
    Reflect.set(objectOf(stream, '_readableState'), 'highWaterMark', bytes / 2);
    stream._read = () => {
      queueMicrotask(grant);
    };
  }
}

function objectOf(target: object, name: string): object {
  const value: unknown = Reflect.get(target, name);
  if (!(value instanceof Object)) throw new Error(`ssh2 has no ${name}`);
  return value;
}

function call(target: object, name: string, values: unknown[]): void {
  const method: unknown = Reflect.get(target, name);
  if (!(method instanceof Function)) throw new Error(`ssh2 has no ${name}`);
  Reflect.apply(method, target, values);
}
