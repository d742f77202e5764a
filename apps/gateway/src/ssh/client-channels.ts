import type { Connection, ServerChannel } from 'ssh2';
import { bounded } from './bounded-channel.js';
import { callInside, insideOf } from './inside-ssh2.js';

/** As ssh2's own channels (RFC 4254 section 5.2). */
const WINDOW = 2 * 1024 * 1024;
const PACKET_SIZE = 32 * 1024;

/** Opens a channel to the client's SSH agent; ssh2's servers know the packet but have no way to send it. */
export function openAgentChannel(client: Connection): Promise<ServerChannel> {
  return new Promise((resolve, reject) => {
    const opened = (error: Error | undefined, channel: ServerChannel): void => {
      if (error) reject(error);
      else resolve(bounded(channel));
    };
    const number: unknown = callInside(
      insideOf(client, '_chanMgr'),
      'add',
      Object.assign(opened, { type: 'auth-agent@openssh.com' }),
    );
    if (typeof number !== 'number' || number < 0) reject(new Error('no channel is free'));
    else callInside(insideOf(client, '_protocol'), 'openssh_authAgent', number, WINDOW, PACKET_SIZE);
  });
}

/** Opens a channel for a connection that came in at a port on the asset (RFC 4254 section 7.2). */
export function openForwardedChannel(
  client: Connection,
  { address, port }: { address: string; port: number },
  { sourceAddress, sourcePort }: { sourceAddress: string; sourcePort: number },
): Promise<ServerChannel> {
  return new Promise((resolve, reject) => {
    client.forwardOut(address, port, sourceAddress, sourcePort, (error, channel) => {
      if (error) reject(error);
      else resolve(channel);
    });
  });
}

/** Refuses a channel with words that the client shows (RFC 4254 section 5.1); ssh2 itself sends none. */
export function refuseChannel(client: Connection, reject: () => void, words: string): void {
  const protocol: unknown = Reflect.get(client, '_protocol');
  const fail: unknown = protocol instanceof Object ? Reflect.get(protocol, 'channelOpenFail') : null;
  if (!(protocol instanceof Object) || !(fail instanceof Function)) {
    reject();
    return;
  }
  const failInWords = (recipient: number, reason: number): unknown =>
    Reflect.apply(fail, protocol, [recipient, reason, words]);
  Reflect.set(protocol, 'channelOpenFail', failInWords);
  try {
    reject();
  } finally {
    Reflect.deleteProperty(protocol, 'channelOpenFail');
  }
}
