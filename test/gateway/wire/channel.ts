import { boolean, byte, MESSAGE, Reader, string, uint32 } from './encoding.js';
import type { RawSsh } from './raw-ssh.js';

const WINDOW = 1024 * 1024;
const PACKET = 32 * 1024;

/** The largest window that there is. */
export const NO_LIMIT = 0xffff_ffff;

/** RFC 4254 section 5.1. Gives the server's channel number, or undefined when it refuses. */
export async function openChannel(
  client: RawSsh,
  kind = 'session',
  extra: Buffer = Buffer.alloc(0),
  window = WINDOW,
): Promise<number | undefined> {
  client.send(
    Buffer.concat([
      byte(MESSAGE.channelOpen),
      string(kind),
      uint32(0),
      uint32(window),
      uint32(PACKET),
      extra,
    ]),
  );
  const payload = await client.receive(MESSAGE.channelOpenConfirmation, MESSAGE.channelOpenFailure);
  if (payload[0] === MESSAGE.channelOpenFailure) return undefined;
  const reader = new Reader(payload.subarray(5));
  return reader.uint32();
}

/** The target of a direct-tcpip channel, RFC 4254 section 7.2. */
export function forwardTo(address: string, port: number): Buffer {
  return Buffer.concat([string(address), uint32(port), string('127.0.0.1'), uint32(1024)]);
}

/** RFC 4254 section 5.4: a request on a channel, and whether the server grants it. */
export async function requestOn(
  client: RawSsh,
  channel: number,
  kind: string,
  extra: Buffer = Buffer.alloc(0),
): Promise<boolean> {
  client.send(
    Buffer.concat([byte(MESSAGE.channelRequest), uint32(channel), string(kind), boolean(true), extra]),
  );
  const payload = await client.receive(MESSAGE.channelSuccess, MESSAGE.channelFailure);
  return payload[0] === MESSAGE.channelSuccess;
}

/** RFC 4254 section 4: a global request, and whether the server grants it. */
export async function requestGlobally(
  client: RawSsh,
  kind: string,
  extra: Buffer = Buffer.alloc(0),
): Promise<boolean> {
  client.send(Buffer.concat([byte(MESSAGE.globalRequest), string(kind), boolean(true), extra]));
  const payload = await client.receive(MESSAGE.requestSuccess, MESSAGE.requestFailure);
  return payload[0] === MESSAGE.requestSuccess;
}

/** RFC 4254 section 5.2: data on a channel, whether the server has room for it or not. */
export function sendData(client: RawSsh, channel: number, data: Buffer | string): void {
  client.send(Buffer.concat([byte(MESSAGE.channelData), uint32(channel), string(data)]));
}
