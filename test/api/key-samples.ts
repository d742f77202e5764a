import { generateKeyPairSync } from 'node:crypto';
import sshpk from 'sshpk';
import { generateKey } from '#libs/kernel';

/** A new public key as an OpenSSH line. */
export const hostKeyLine = (): string => generateKey().publicKey;

/** An RSA public key line that is too short to be accepted. */
export function weakKeyLine(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  return sshpk.parsePrivateKey(pem, 'pem').toPublic().toString('ssh');
}

/** A DSA key line: its type alone is enough to refuse it. */
export const dsaKeyLine =
  'ssh-dss AAAAB3NzaC1kc3MAAACBAP1/U4EddRIpUt9KnC7s5Of2EbdSPO9EAMMeP4C2USZpRV1AIlH7WT';

/** A private key in PKCS#8 PEM form, locked by the passphrase. */
export function lockedKey(passphrase: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString();
}
