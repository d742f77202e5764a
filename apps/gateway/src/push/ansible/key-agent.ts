import { createServer, type Server } from 'node:net';
import ssh2, { type ParsedKey } from 'ssh2';

/** Messages and flags of draft-miller-ssh-agent. */
const FAILURE = 5;
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;
const RSA_SHA2_256 = 2;
const RSA_SHA2_512 = 4;
const MAX_MESSAGE = 256 * 1024;

/**
 * An SSH agent that signs with one private key, so that `ssh` can log in by a key that lies in no file. Listens on a
 * socket that only this user reaches. (ssh2's own fails at the first extension that OpenSSH asks for.)
 */
export async function startKeyAgent(path: string, privateKey: string): Promise<Server> {
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  const server = createServer((socket) => {
    let held = Buffer.alloc(0);
    // who asked may be gone before it is answered
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      while (held.length >= 4) {
        const length = held.readUInt32BE();
        if (length > MAX_MESSAGE) socket.destroy();
        if (length > MAX_MESSAGE || held.length < 4 + length) return;
        socket.write(string(answer(key, held.subarray(4, 4 + length))));
        held = held.subarray(4 + length);
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return server;
}

function answer(key: ParsedKey, message: Buffer): Buffer {
  const blob = key.getPublicSSH();
  if (message[0] === REQUEST_IDENTITIES) {
    return Buffer.concat([Buffer.of(IDENTITIES_ANSWER), number(1), string(blob), string(Buffer.alloc(0))]);
  }
  const [asked, data, flags = 0] = message[0] === SIGN_REQUEST ? signRequest(message) : [];
  if (!asked?.equals(blob) || !data) return Buffer.of(FAILURE);
  const { format, hash } = signatureOf(key.type, flags);
  const signature: unknown = key.sign(data, hash);
  if (!Buffer.isBuffer(signature)) return Buffer.of(FAILURE);
  const told = key.type.startsWith('ecdsa-') ? sshPair(signature) : signature;
  return Buffer.concat([
    Buffer.of(SIGN_RESPONSE),
    string(Buffer.concat([string(Buffer.from(format)), string(told)])),
  ]);
}

/** Key blob, data, flags; nothing when it is cut off. */
function signRequest(message: Buffer): [Buffer?, Buffer?, number?] {
  const parts: Buffer[] = [];
  let at = 1;
  for (let count = 0; count < 2; count++) {
    if (message.length < at + 4) return [];
    const length = message.readUInt32BE(at);
    parts.push(message.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return message.length < at + 4 ? [] : [parts[0], parts[1], message.readUInt32BE(at)];
}

/** RFC 8332 for RSA; the others have one format. */
function signatureOf(type: string, flags: number): { format: string; hash?: string } {
  if (type !== 'ssh-rsa') return { format: type };
  if (flags & RSA_SHA2_512) return { format: 'rsa-sha2-512', hash: 'sha512' };
  if (flags & RSA_SHA2_256) return { format: 'rsa-sha2-256', hash: 'sha256' };
  return { format: type };
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const string = (bytes: Buffer): Buffer => Buffer.concat([number(bytes.length), bytes]);

/** An ECDSA signature of two ASN.1 integers as two mpints (RFC 5656 section 3.1.2): their bytes are the same. */
function sshPair(der: Buffer): Buffer {
  let at = (der[1] ?? 0) & 0x80 ? 3 : 2;
  const parts: Buffer[] = [];
  for (let count = 0; count < 2; count++) {
    const length = der[at + 1] ?? 0;
    parts.push(string(der.subarray(at + 2, at + 2 + length)));
    at += 2 + length;
  }
  return Buffer.concat(parts);
}
