import type { PublicKeyAuthContext } from 'ssh2';
import ssh2 from 'ssh2';

/**
 * Whether the client proved that it has the private key of this public key. ssh2 leaves the check to us, and
 * its `verify` can answer with an Error, which is truthy: only `true` counts. The algorithm must be one
 * of the key's own type; `ssh-rsa` (SHA-1) is none. An offer without a signature proves nothing.
 */
export function provesKey(context: PublicKeyAuthContext): boolean {
  const { key, signature, blob, hashAlgo } = context;
  if (!signature || !blob || !fitsKeyType(key.algo, hashAlgo, key.data)) return false;
  const parsed = ssh2.utils.parseKey(`${key.algo} ${key.data.toString('base64')}`);
  if (parsed instanceof Error) return false;
  return parsed.verify(blob, signature, hashAlgo) === true;
}

/** Whether algorithm and hash, as ssh2 reports them, belong to the key inside the blob. */
export function fitsKeyType(algorithm: string, hash: string | undefined, keyBlob: Buffer): boolean {
  if (keyBlob.length < 4) return false;
  const length = keyBlob.readUInt32BE(0);
  if (keyBlob.subarray(4, 4 + length).toString('latin1') !== algorithm) return false;
  if (algorithm === 'ssh-rsa') return hash === 'sha256' || hash === 'sha512';
  return hash === undefined && /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521))$/.test(algorithm);
}
