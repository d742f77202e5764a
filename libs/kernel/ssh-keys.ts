import { createHash, createPrivateKey } from 'node:crypto';
import sshpk from 'sshpk';
import { faultWith, ValidationFailed, type Fault } from './errors.js';

/** A public key as the product stores and compares it. */
export interface SshPublicKey {
  /** Key type of RFC 4253 section 6.6: `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`… */
  type: string;
  /** Public key blob, base64. */
  blob: string;
  /** `SHA256:…` without padding, as OpenSSH prints it. */
  fingerprint: string;
  comment: string;
}

/** A private key without its passphrase, with its public half. Only ever sealed or used, never logged. */
export interface SshPrivateKey {
  /** OpenSSH PEM. */
  privateKey: string;
  /** OpenSSH line `type blob`. */
  publicKey: string;
}

const ACCEPTED_TYPES = new Set([
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
]);
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 16384;
const MAX_LINE = 12_000;

/** Why a text is no usable public key, checked in this order, before anything is parsed. */
const refusals: { fault: Fault; applies: (text: string) => boolean }[] = [
  {
    fault: faultWith(
      'private_key',
      'This is a private key. Keep it to yourself and paste the public one (the file that ends in .pub).',
    ),
    applies: (text) => /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----|PuTTY-User-Key-File/.test(text),
  },
  {
    fault: faultWith('too_long', `Use at most ${MAX_LINE} characters.`, { max: MAX_LINE }),
    applies: (text) => text.length > MAX_LINE,
  },
  {
    fault: faultWith('several_lines', 'Paste one public key, in one line.'),
    applies: (text) => /[\r\n\0]/.test(text),
  },
  {
    fault: faultWith('certificate', 'This is a certificate. Paste the public key that it certifies.'),
    applies: (text) => /^\S+-cert-v\d\d@openssh\.com\s/.test(text),
  },
  {
    fault: faultWith(
      'security_key',
      'Keys held on security keys (sk-…) are not supported yet. Use ed25519, ecdsa or rsa.',
    ),
    applies: (text) => text.startsWith('sk-'),
  },
  {
    fault: faultWith('weak_key', 'DSA keys are broken. Make an ed25519 key: ssh-keygen -t ed25519.'),
    applies: (text) => /^ssh-dss\s/.test(text),
  },
];

/**
 * Reads one OpenSSH public key line (`type base64 [comment]`).
 * @throws ValidationFailed at `field`: a private key, a certificate, a DSA or short RSA key, no key at all.
 */
export function parsePublicKey(line: string, field = 'publicKey'): SshPublicKey {
  const text = line.trim();
  const refusal = refusals.find((candidate) => candidate.applies(text));
  if (refusal) throw ValidationFailed.at(field, refusal.fault);
  const [type = '', blob = '', ...comment] = text.split(/[ \t]+/);
  if (!ACCEPTED_TYPES.has(type)) throw noPublicKey(field);
  const key = readPublicKey(type, blob);
  if (!key) throw noPublicKey(field);
  if (type === 'ssh-rsa' && (key.size < MIN_RSA_BITS || key.size > MAX_RSA_BITS)) {
    const message = `RSA keys need ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits, this one has ${key.size}. Better: ssh-keygen -t ed25519.`;
    throw ValidationFailed.field(field, 'weak_key', message);
  }
  // control characters in a comment could reach a terminal or a log
  const printable = comment.join(' ').replace(/\p{C}/gu, '').slice(0, 200);
  return { type, blob, fingerprint: fingerprintOf(Buffer.from(blob, 'base64')), comment: printable };
}

/** `SHA256:…` of a public key blob. */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** The key, when the blob is canonical base64 and encodes exactly the named type. */
function readPublicKey(type: string, blob: string): sshpk.Key | null {
  const bytes = Buffer.from(blob, 'base64');
  if (bytes.toString('base64') !== blob) return null;
  const nameLength = bytes.length > 4 ? bytes.readUInt32BE(0) : 0;
  if (bytes.subarray(4, 4 + nameLength).toString('latin1') !== type) return null;
  try {
    const key = sshpk.parseKey(`${type} ${blob}`, 'ssh');
    return key.toBuffer('rfc4253').equals(bytes) ? key : null;
  } catch {
    return null; // any parse error means the same: not a key
  }
}

function noPublicKey(field: string): ValidationFailed {
  const message = 'This is no OpenSSH public key. It looks like: ssh-ed25519 AAAAC3Nza… name@host';
  return ValidationFailed.field(field, 'not_a_public_key', message);
}

/**
 * Reads a private key in OpenSSH, PKCS#1, SEC1 or PKCS#8 form and takes its passphrase off.
 * @throws ValidationFailed at `privateKey` or `passphrase`; never repeats a part of the key.
 */
export function parsePrivateKey(text: string, passphrase?: string): SshPrivateKey {
  let key: sshpk.PrivateKey;
  try {
    key = readPrivateKey(text.trim() + '\n', passphrase);
  } catch (error) {
    throw privateKeyFailure(error, passphrase);
  }
  const publicKey = key.toPublic();
  const blob = publicKey.toBuffer('rfc4253');
  const type = blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1');
  const { type: checkedType, blob: checkedBlob } = parsePublicKey(
    `${type} ${blob.toString('base64')}`,
    'privateKey',
  );
  key.comment = 'gatehouse';
  return { privateKey: key.toString('openssh'), publicKey: `${checkedType} ${checkedBlob}` };
}

/** PEM goes through Node first: sshpk throws from an event, outside our reach, when a PEM passphrase is wrong. */
function readPrivateKey(text: string, passphrase: string | undefined): sshpk.PrivateKey {
  if (text.includes('-----BEGIN OPENSSH PRIVATE KEY-----')) {
    return sshpk.parsePrivateKey(text, 'openssh', passphrase ? { passphrase } : {});
  }
  if (text.startsWith('PuTTY-User-Key-File')) throw new PuttyKey();
  if (/^(?:ssh-|ecdsa-|sk-)\S+ AAAA|-----BEGIN [A-Z0-9 ]*PUBLIC KEY-----/.test(text)) throw new PublicHalf();
  const pem = createPrivateKey(passphrase ? { key: text, passphrase } : text).export({
    type: 'pkcs8',
    format: 'pem',
  });
  return sshpk.parsePrivateKey(pem, 'pkcs8');
}

class PuttyKey extends Error {}
class PublicHalf extends Error {}

function privateKeyFailure(error: unknown, passphrase: string | undefined): ValidationFailed {
  if (error instanceof PuttyKey) {
    const message = 'This is a PuTTY key. Export it with PuTTYgen: Conversions, Export OpenSSH key.';
    return ValidationFailed.field('privateKey', 'putty_key', message);
  }
  if (error instanceof PublicHalf) {
    const message = 'This is the public key. Paste the private one: the file of the same name without .pub.';
    return ValidationFailed.field('privateKey', 'public_key', message);
  }
  // sshpk: KeyEncryptedError; OpenSSL: a missing or an empty password
  const told = error instanceof Error ? `${error.name} ${error.message}` : '';
  if (!passphrase && /encrypted|passphrase|interrupted or cancelled|password/i.test(told)) {
    return ValidationFailed.field(
      'passphrase',
      'passphrase_needed',
      'This key has a passphrase; enter it too.',
    );
  }
  if (passphrase) {
    const message = 'The key can not be opened with this passphrase.';
    return ValidationFailed.field('passphrase', 'wrong_passphrase', message);
  }
  const message = 'This is no private key in OpenSSH or PEM form.';
  return ValidationFailed.field('privateKey', 'not_a_private_key', message);
}

/**
 * A new ed25519 key pair.
 * @param options.passphrase encrypts the private half (aes256-ctr, bcrypt); absent or empty: it is not encrypted
 */
export function generateKey(options: { comment?: string; passphrase?: string | null } = {}): SshPrivateKey {
  const key = sshpk.generatePrivateKey('ed25519');
  key.comment = options.comment ?? 'gatehouse';
  const blob = key.toPublic().toBuffer('rfc4253');
  const locked: sshpk.Format.WriteOptions = options.passphrase
    ? { passphrase: options.passphrase, cipher: 'aes256-ctr' }
    : {};
  return { privateKey: key.toString('openssh', locked), publicKey: `ssh-ed25519 ${blob.toString('base64')}` };
}
