import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';

const DAY_MS = 86_400_000;

/** Longest life that every client takes (Apple's platforms refuse more). */
const LIFE_MS = 825 * DAY_MS;

/** A clock that is a little behind must not refuse a new one. */
const EARLIER_MS = DAY_MS;

// Object identifiers, as DER. RFC 5280 appendix A, RFC 5758 section 3.2
const ECDSA_WITH_SHA256 = '06082a8648ce3d040302';
const COMMON_NAME = '0603550403';
const BASIC_CONSTRAINTS = '0603551d13';
const KEY_USAGE = '0603551d0f';
const EXTENDED_KEY_USAGE = '0603551d25';
const SERVER_AUTH = '06082b06010505070301';
const ALTERNATIVE_NAMES = '0603551d11';
const TRUE = '0101ff';
const EMPTY_SEQUENCE = '3000'; // of basic constraints: no authority
const DIGITAL_SIGNATURE = '03020780';
const VERSION_3 = 'a003020102';

/** A new P-256 key and a certificate for the names and IPv4 addresses that it signs itself (RFC 5280), as one PEM text. */
export function makeSelfSigned(names: readonly string[], now: Date): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(set(sequence(bytes(COMMON_NAME), node(0x0c, Buffer.from('Gatehouse')))));
  const algorithm = sequence(bytes(ECDSA_WITH_SHA256));
  const from = new Date(now.getTime() - EARLIER_MS);
  const body = sequence(
    bytes(VERSION_3),
    node(0x02, serialNumber()),
    algorithm,
    name,
    sequence(time(from), time(new Date(from.getTime() + LIFE_MS))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    node(0xa3, sequence(...extensions(names))),
  );
  const signature = sign('sha256', body, privateKey);
  const whole = sequence(body, algorithm, node(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', key].join('\n');
}

function extensions(names: readonly string[]): Buffer[] {
  const extension = (id: string, value: Buffer, ...critical: Buffer[]): Buffer =>
    sequence(bytes(id), ...critical, node(0x04, value));
  return [
    extension(BASIC_CONSTRAINTS, bytes(EMPTY_SEQUENCE), bytes(TRUE)),
    extension(KEY_USAGE, bytes(DIGITAL_SIGNATURE), bytes(TRUE)),
    extension(EXTENDED_KEY_USAGE, sequence(bytes(SERVER_AUTH))),
    extension(ALTERNATIVE_NAMES, sequence(...names.filter((each) => !isIPv6(each)).map(alternativeName))),
  ];
}

function alternativeName(name: string): Buffer {
  return isIPv4(name) ? node(0x87, Buffer.from(name.split('.').map(Number))) : node(0x82, Buffer.from(name));
}

/** Positive, and at most 20 octets (RFC 5280 section 4.1.2.2). */
function serialNumber(): Buffer {
  const random = randomBytes(16);
  random[0] = ((random[0] ?? 0) & 0x3f) | 0x40;
  return random;
}

/** UTCTime until 2049, GeneralizedTime after (RFC 5280 section 4.1.2.5). */
function time(at: Date): Buffer {
  const digits = `${at.toISOString().replace(/\D/g, '').slice(0, 14)}Z`;
  return at.getUTCFullYear() < 2050
    ? node(0x17, Buffer.from(digits.slice(2)))
    : node(0x18, Buffer.from(digits));
}

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const sequence = (...parts: Buffer[]): Buffer => node(0x30, ...parts);
const set = (...parts: Buffer[]): Buffer => node(0x31, ...parts);

/** Tag, length, content (X.690 section 8.1). */
function node(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const short = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...short]), content]);
}
