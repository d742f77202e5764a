import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomBytes,
} from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { byte, MESSAGE, mpint, Reader, string, uint32 } from './encoding.js';

const VERSION = 'SSH-2.0-GatehouseTest';
const KEY_LENGTH = 32;
const TAG_LENGTH = 16;
/** SubjectPublicKeyInfo of an X25519 key without the 32 bytes of the key itself (RFC 8410). */
const X25519_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

/**
 * An SSH client for tests that says exactly what it is told, whether a real client would say it or not. It knows one
 * suite (curve25519-sha256, aes256-gcm@openssh.com) and does not check the host key.
 */
export class RawSsh {
  sessionId: Buffer = Buffer.alloc(0);
  /** Whether the server has closed the connection. */
  isClosed = false;
  private incoming = Buffer.alloc(0);
  private waiting: (() => void)[] = [];
  private seal: GcmStream | undefined;
  private open: GcmStream | undefined;
  private serverVersion = '';

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.incoming = Buffer.concat([this.incoming, chunk]);
      this.wake();
    });
    // A reset is one of the answers that tests look for.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
      this.wake();
    });
  }

  /** Opens the TCP connection and nothing more. */
  static async connect(address: string, port: number): Promise<RawSsh> {
    const socket = connect({ host: address, port, noDelay: true });
    const client = new RawSsh(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  /** A connection with its first key exchange done and the ssh-userauth service accepted. */
  static async atLogin(address: string, port: number): Promise<RawSsh> {
    const client = await RawSsh.connect(address, port);
    await client.exchangeVersions();
    await client.exchangeKeys();
    client.send(Buffer.concat([byte(MESSAGE.serviceRequest), string('ssh-userauth')]));
    await client.receive(MESSAGE.serviceAccept);
    return client;
  }

  async exchangeVersions(): Promise<string> {
    this.socket.write(`${VERSION}\r\n`);
    for (;;) {
      const end = this.incoming.indexOf('\n');
      if (end < 0) {
        await this.more();
        continue;
      }
      const line = this.incoming.subarray(0, end).toString().replace(/\r$/, '');
      this.incoming = this.incoming.subarray(end + 1);
      if (line.startsWith('SSH-')) return (this.serverVersion = line);
    }
  }

  async exchangeKeys(): Promise<void> {
    const own = kexInit();
    this.send(own);
    const theirs = await this.receive(MESSAGE.kexInit);
    const pair = generateKeyPairSync('x25519');
    const ownPoint = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-KEY_LENGTH);
    this.send(Buffer.concat([byte(MESSAGE.ecdhInit), string(ownPoint)]));
    const reply = new Reader((await this.receive(MESSAGE.ecdhReply)).subarray(1));
    const hostKey = reply.string();
    const theirPoint = reply.string();
    const publicKey = createPublicKey({
      key: Buffer.concat([X25519_PREFIX, theirPoint]),
      type: 'spki',
      format: 'der',
    });
    const secret = mpint(diffieHellman({ privateKey: pair.privateKey, publicKey }));
    const said = [VERSION, this.serverVersion, own, theirs, hostKey, ownPoint, theirPoint].map(string);
    const hash = sha256(Buffer.concat([...said, secret]));
    if (this.sessionId.length === 0) this.sessionId = hash;
    this.send(byte(MESSAGE.newKeys));
    await this.receive(MESSAGE.newKeys);
    // RFC 4253 section 7.2: one letter for each of the four secrets; a key of 32 bytes fits one SHA-256.
    const derive = (letter: string) =>
      sha256(Buffer.concat([secret, hash, Buffer.from(letter), this.sessionId]));
    this.seal = new GcmStream(derive('C'), derive('A').subarray(0, 12));
    this.open = new GcmStream(derive('D'), derive('B').subarray(0, 12));
  }

  /** RFC 4253 section 7.1: begins to exchange keys anew, and leaves it at that. */
  beginKeyExchange(): void {
    this.send(kexInit());
  }

  /** Sends one message, sealed once keys are there. */
  send(payload: Buffer): void {
    const block = this.seal ? 16 : 8;
    const counted = this.seal ? 1 : 5;
    let padding = block - ((counted + payload.length) % block);
    if (padding < 4) padding += block;
    const body = Buffer.concat([byte(padding), payload, randomBytes(padding)]);
    const length = uint32(body.length);
    this.socket.write(this.seal ? this.seal.encrypt(length, body) : Buffer.concat([length, body]));
  }

  /** The next message that is one of `types` (any, when none is named); others are passed over. Fails at the end. */
  async receive(...types: number[]): Promise<Buffer> {
    for (;;) {
      const payload = await this.next();
      if (types.length === 0 || types.includes(payload[0] ?? 0)) return payload;
      if (payload[0] === MESSAGE.disconnect)
        throw new Error(`The server disconnected: ${payload.toString('latin1')}`);
    }
  }

  /** Whether the server closes the connection within so many milliseconds. What it says until then is dropped. */
  async closesWithin(patience: number): Promise<boolean> {
    if (this.isClosed) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(this.isClosed), patience);
      this.socket.once('close', () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  end(): void {
    this.socket.destroy();
  }

  private async next(): Promise<Buffer> {
    while (this.incoming.length < 4) await this.more();
    const length = this.incoming.readUInt32BE();
    const whole = 4 + length + (this.open ? TAG_LENGTH : 0);
    while (this.incoming.length < whole) await this.more();
    const packet = this.incoming.subarray(0, whole);
    this.incoming = this.incoming.subarray(whole);
    const body = this.open ? this.open.decrypt(packet) : packet.subarray(4);
    return body.subarray(1, body.length - (body[0] ?? 0));
  }

  private more(): Promise<void> {
    if (this.isClosed) throw new Error('The server closed the connection');
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private wake(): void {
    for (const resume of this.waiting.splice(0)) resume();
  }
}

/** AES-256-GCM as RFC 5647 uses it: the length in the clear but authenticated, an IV that counts up. */
class GcmStream {
  constructor(
    private readonly key: Buffer,
    private readonly iv: Buffer,
  ) {}

  encrypt(length: Buffer, body: Buffer): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.key, this.step()).setAAD(length);
    return Buffer.concat([length, cipher.update(body), cipher.final(), cipher.getAuthTag()]);
  }

  decrypt(packet: Buffer): Buffer {
    const decipher = createDecipheriv('aes-256-gcm', this.key, this.step()).setAAD(packet.subarray(0, 4));
    decipher.setAuthTag(packet.subarray(-TAG_LENGTH));
    return Buffer.concat([decipher.update(packet.subarray(4, -TAG_LENGTH)), decipher.final()]);
  }

  private step(): Buffer {
    const iv = Buffer.from(this.iv);
    this.iv.writeBigUInt64BE(this.iv.readBigUInt64BE(4) + 1n, 4);
    return iv;
  }
}

function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

function kexInit(): Buffer {
  const cipher = 'aes256-gcm@openssh.com';
  const lists = [
    'curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com',
    'ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-256',
    ...[cipher, cipher, 'hmac-sha2-256', 'hmac-sha2-256', 'none', 'none', '', ''],
  ];
  return Buffer.concat([byte(MESSAGE.kexInit), randomBytes(16), ...lists.map(string), byte(0), uint32(0)]);
}
