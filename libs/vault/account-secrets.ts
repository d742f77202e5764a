import type { SqlSource } from '#libs/database';
import { generateKey, parsePrivateKey, ValidationFailed, type SshPrivateKey } from '#libs/kernel';
import type { SecretSealer } from './secret-sealer.js';
import type { SecretPlace } from './suite.js';

/** Secrets of an account as a person gives them. Absent or blank: stays as it is. null: taken away. */
export interface GivenSecrets {
  password?: string | null | undefined;
  /** OpenSSH or PEM text. */
  privateKey?: string | null | undefined;
  /** Of the private key; taken off before it is sealed. */
  passphrase?: string | null | undefined;
  /** Makes a new ed25519 pair; nobody sees its private half. */
  generateKey?: boolean | undefined;
}

/** The columns of an account's row that hold its secrets. */
export interface SealedSecrets {
  sealedPassword: string | null;
  sealedPrivateKey: string | null;
  publicKey: string | null;
}

/** An account without secrets: what a new one starts from. */
export const noSecrets: SealedSecrets = { sealedPassword: null, sealedPrivateKey: null, publicKey: null };

/**
 * The columns after the change: what is given is sealed for the row, the rest stays.
 * @param source the transaction that writes them
 * @throws ValidationFailed at the field: no key, wrong passphrase, two keys at once, nothing left to log in with.
 */
export async function sealSecrets(
  sealer: SecretSealer,
  source: SqlSource,
  row: Pick<SecretPlace, 'table' | 'rowId'>,
  current: SealedSecrets,
  given: GivenSecrets,
): Promise<SealedSecrets> {
  const key = givenKey(given);
  const password = given.password === '' ? undefined : given.password;
  const keepsPassword = password === undefined ? current.sealedPassword !== null : password !== null;
  const keepsKey = key === undefined ? current.sealedPrivateKey !== null : key !== null;
  if (!keepsPassword && !keepsKey) {
    const message = 'Give a password or a private key: without either nobody can log in with it.';
    throw ValidationFailed.field('password', 'secret_needed', message);
  }
  const seal = (column: SecretPlace['column'], secret: string | null): Promise<string> | null =>
    secret === null ? null : sealer.seal(source, { ...row, column }, secret);
  return {
    sealedPassword: password === undefined ? current.sealedPassword : await seal('password', password),
    sealedPrivateKey:
      key === undefined ? current.sealedPrivateKey : await seal('private_key', key?.privateKey ?? null),
    publicKey: key === undefined ? current.publicKey : (key?.publicKey ?? null),
  };
}

/** The new key; null: the old one goes; undefined: it stays. */
function givenKey({
  privateKey,
  passphrase,
  generateKey: isNew,
}: GivenSecrets): SshPrivateKey | null | undefined {
  if (isNew && privateKey) {
    const message = 'Either paste a private key or have one generated, not both.';
    throw ValidationFailed.field('generateKey', 'conflicting', message);
  }
  if (isNew) return generateKey();
  if (privateKey) return parsePrivateKey(privateKey, passphrase || undefined);
  if (passphrase) {
    const message = 'A passphrase is only needed with a private key; paste the key too.';
    throw ValidationFailed.field('passphrase', 'private_key_needed', message);
  }
  return privateKey === null ? null : undefined;
}
