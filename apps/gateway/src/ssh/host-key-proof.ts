import ssh2, { type Connection } from 'ssh2';
import type { GatewayHostKey, GatewayHostKeySet } from '#libs/vault';
import { callInside, insideOf } from './inside-ssh2.js';

/**
 * How OpenSSH's clients learn new host keys and forget those that are no longer told of, of somebody who showed a key
 * that they know (`UpdateHostKeys`): PROTOCOL of OpenSSH, section 2.5.
 */
const ANNOUNCE = 'hostkeys-00@openssh.com';
export const PROVE = 'hostkeys-prove-00@openssh.com';

/** SSH_MSG_GLOBAL_REQUEST (RFC 4254 section 4). */
const GLOBAL_REQUEST = 80;

/** All keys that clients are to know, the current one first. */
const keysOf = ({ current, next, former }: GatewayHostKeySet): GatewayHostKey[] =>
  [current, next, former].filter((key) => key !== null);

const blobOf = ({ publicKey }: GatewayHostKey): Buffer =>
  Buffer.from(publicKey.split(' ')[1] ?? '', 'base64');

/** Tells a client that has just logged in of all host keys; ssh2's servers send no global requests. */
export function announceHostKeys(client: Connection, keys: GatewayHostKeySet): void {
  const protocol = insideOf(client, '_protocol');
  // in the middle of an exchange of keys other packets wait; this one is not worth it: the next login has it again
  if (Reflect.get(protocol, '_kexinit') !== undefined) return;
  const payload = Buffer.concat([
    Buffer.of(GLOBAL_REQUEST),
    string(Buffer.from(ANNOUNCE)),
    Buffer.of(0), // no reply
    ...keysOf(keys).map((key) => string(blobOf(key))),
  ]);
  const writer = insideOf(insideOf(protocol, '_packetRW'), 'write');
  const packet = callInside(writer, 'alloc', payload.length);
  if (!Buffer.isBuffer(packet)) throw new Error('ssh2 gives no packet');
  packet.set(payload, Number(Reflect.get(writer, 'allocStart')));
  callInside(insideOf(protocol, '_cipher'), 'encrypt', callInside(writer, 'finalize', packet));
}

/**
 * Signatures that prove to a client that the gateway has the private halves of the keys that it asks for.
 * @param asked the request's data: a string for each key
 * @returns the reply's data; null: one of them is none of ours
 */
export function proveHostKeys(client: Connection, keys: GatewayHostKeySet, asked: Buffer): Buffer | null {
  const own = new Map(keysOf(keys).map((key) => [blobOf(key).toString('base64'), key]));
  const sessionId: unknown = Reflect.get(insideOf(insideOf(client, '_protocol'), '_kex'), 'sessionID');
  const blobs = stringsIn(asked);
  if (!Buffer.isBuffer(sessionId) || !blobs || blobs.length === 0 || blobs.length > own.size) return null;
  const signatures: Buffer[] = [];
  for (const blob of blobs) {
    const key = own.get(blob.toString('base64'));
    if (!key) return null;
    const signed = Buffer.concat([string(Buffer.from(PROVE)), string(sessionId), string(blob)]);
    signatures.push(string(signatureOf(key, signed)));
  }
  return Buffer.concat(signatures);
}

/** As RFC 8709 section 6 has it. */
function signatureOf({ privateKey }: GatewayHostKey, data: Buffer): Buffer {
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  const signature: unknown = key.sign(data);
  if (!Buffer.isBuffer(signature)) throw new Error('the host key does not sign');
  return Buffer.concat([string(Buffer.from(key.type)), string(signature)]);
}

/** Strings of RFC 4251 section 5, one after the other; null: cut off. */
function stringsIn(data: Buffer): Buffer[] | null {
  const found: Buffer[] = [];
  for (let at = 0; at < data.length;) {
    if (data.length < at + 4) return null;
    const end = at + 4 + data.readUInt32BE(at);
    if (end > data.length) return null;
    found.push(data.subarray(at + 4, end));
    at = end;
  }
  return found;
}

function string(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
