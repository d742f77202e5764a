import { createHash, randomBytes } from 'node:crypto';

/** Below the data folder: api and gateways read it, nobody else. */
export const FACTOR_KEY_FILE = 'keys/shared/second-factor.key';

const KEY_BYTES = 32;

/** The keys of the file: one that seals, and during a rotation another one that opens. */
export interface FactorKeys {
  current: Buffer;
  next?: Buffer;
  former?: Buffer;
}

/** A file with one key: base64, as one line. */
export const makeFactorKeyText = (): string => randomBytes(KEY_BYTES).toString('base64');

/** Lines after the first are `next …` or `former …`. null: it is no such file. */
export function parseFactorKeys(text: string): FactorKeys | null {
  const [first = '', ...others] = text.trim().split('\n');
  const keys: FactorKeys = { current: Buffer.from(first, 'base64') };
  for (const line of others) {
    const [role, value = ''] = line.split(' ');
    if (role !== 'next' && role !== 'former') return null;
    keys[role] = Buffer.from(value, 'base64');
  }
  return keysOf(keys).every(({ length }) => length === KEY_BYTES) ? keys : null;
}

/** The reverse of {@link parseFactorKeys}. */
export function factorKeysText({ current, next, former }: FactorKeys): string {
  const line = (role: string, key: Buffer | undefined): string[] =>
    key ? [`${role} ${key.toString('base64')}`] : [];
  return [current.toString('base64'), ...line('next', next), ...line('former', former)].join('\n');
}

/** All keys that open. */
export const keysOf = ({ current, next, former }: FactorKeys): Buffer[] =>
  [current, next, former].filter((key) => key !== undefined);

/** Tells keys apart and nothing about them. */
export function factorKeyId(key: Buffer): string {
  return createHash('sha256').update('gatehouse second factor').update(key).digest('hex').slice(0, 8);
}
