import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { boolean, byte, MESSAGE, Reader, string, uint32 } from './encoding.js';
import type { RawSsh } from './raw-ssh.js';

/** An ed25519 user key held as raw parts, so that tests can put them together wrongly. */
export interface RawKey {
  readonly blob: Buffer;
  /** OpenSSH public key line. */
  readonly line: string;
  readonly privateKey: KeyObject;
}

export function makeRawKey(): RawKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const blob = Buffer.concat([string('ssh-ed25519'), string(point)]);
  return { blob, line: `ssh-ed25519 ${blob.toString('base64')}`, privateKey };
}

export interface PublicKeyLogin {
  username: string;
  key: RawKey;
  /** Named algorithm; default ssh-ed25519. */
  algorithm?: string;
  /** Named blob; default the key's own. */
  blob?: Buffer;
  /** What the signature covers instead of this connection's session id. */
  sessionId?: Buffer;
  /** The user name in the signed data, where it differs from the request's. */
  signedUsername?: string;
  /** Algorithm name inside the signature; default the named one. */
  signatureFormat?: string;
}

function publicKeyRequest(login: PublicKeyLogin, username: string, signed: boolean): Buffer {
  return Buffer.concat([
    byte(MESSAGE.userauthRequest),
    ...[username, 'ssh-connection', 'publickey'].map(string),
    boolean(signed),
    string(login.algorithm ?? 'ssh-ed25519'),
    string(login.blob ?? login.key.blob),
  ]);
}

/** RFC 4252 section 7: asks whether the key would do. Not a login. */
export function offerKey(client: RawSsh, login: PublicKeyLogin): Promise<number> {
  client.send(publicKeyRequest(login, login.username, false));
  return answer(client);
}

/** RFC 4252 section 7: the login itself, with a signature. */
export function signIn(client: RawSsh, login: PublicKeyLogin): Promise<number> {
  sendSigned(client, login);
  return answer(client);
}

/** The same without waiting for the answer. */
export function sendSigned(client: RawSsh, login: PublicKeyLogin): void {
  const covered = publicKeyRequest(login, login.signedUsername ?? login.username, true);
  const data = Buffer.concat([string(login.sessionId ?? client.sessionId), covered]);
  const format = login.signatureFormat ?? login.algorithm ?? 'ssh-ed25519';
  const signature = Buffer.concat([string(format), string(sign(null, data, login.key.privateKey))]);
  client.send(Buffer.concat([publicKeyRequest(login, login.username, true), string(signature)]));
}

/** RFC 4252 section 8. */
export function tryPassword(client: RawSsh, username: string, password: string): Promise<number> {
  const request = [username, 'ssh-connection', 'password'].map(string);
  client.send(Buffer.concat([byte(MESSAGE.userauthRequest), ...request, boolean(false), string(password)]));
  return answer(client);
}

/** RFC 4252 section 5.2: method `none`. Gives the methods that may go on, or `success`. */
export async function askMethods(client: RawSsh, username: string): Promise<string[]> {
  const request = [username, 'ssh-connection', 'none'].map(string);
  client.send(Buffer.concat([byte(MESSAGE.userauthRequest), ...request]));
  const payload = await client.receive(MESSAGE.userauthSuccess, MESSAGE.userauthFailure);
  if (payload[0] === MESSAGE.userauthSuccess) return ['success'];
  return new Reader(payload.subarray(1)).string().toString().split(',');
}

/** What the server says to one step of a login. */
export interface Reply {
  message: number;
  /** Methods that may go on, when it refuses. */
  methods: string[];
  /** Partial success (RFC 4252 section 5.1): the proof was good and another one must follow. */
  isPartial: boolean;
  /** Of a dialogue (RFC 4256 section 3.2). */
  instruction: string;
  prompts: string[];
}

/** The server's whole answer, for logins of several steps. */
export async function readReply(client: RawSsh): Promise<Reply> {
  const { userauthSuccess, userauthFailure, infoRequest } = MESSAGE;
  const payload = await client.receive(userauthSuccess, userauthFailure, infoRequest);
  const reader = new Reader(payload.subarray(1));
  const reply: Reply = {
    message: payload[0] ?? 0,
    methods: [],
    isPartial: false,
    instruction: '',
    prompts: [],
  };
  if (reply.message === userauthFailure) {
    reply.methods = reader.string().toString().split(',');
    reply.isPartial = reader.byte() === 1;
  }
  if (reply.message === infoRequest) {
    reader.string();
    reply.instruction = reader.string().toString();
    reader.string();
    reply.prompts = Array.from({ length: reader.uint32() }, () => {
      const prompt = reader.string().toString();
      reader.byte();
      return prompt;
    });
  }
  return reply;
}

/** RFC 4256 section 3.1: begins a dialogue. */
export function beginDialogue(client: RawSsh, username: string): Promise<Reply> {
  const request = [username, 'ssh-connection', 'keyboard-interactive', '', ''].map(string);
  client.send(Buffer.concat([byte(MESSAGE.userauthRequest), ...request]));
  return readReply(client);
}

/** RFC 4256 section 3.4: the answers to the prompts shown last, or to none. */
export function sendAnswers(client: RawSsh, ...answers: string[]): void {
  client.send(Buffer.concat([byte(MESSAGE.infoResponse), uint32(answers.length), ...answers.map(string)]));
}

/** The number of the server's answer to a login attempt: success, failure or "this key would do". */
async function answer(client: RawSsh): Promise<number> {
  const answers = [MESSAGE.userauthSuccess, MESSAGE.userauthFailure, MESSAGE.publicKeyOk, MESSAGE.disconnect];
  return (await client.receive(...answers))[0] ?? 0;
}
