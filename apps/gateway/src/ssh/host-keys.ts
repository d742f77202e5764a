import { join } from 'node:path';
import { fingerprintOf, generateKey, parsePrivateKey } from '#libs/kernel';
import { readOrMakeKeyFile } from '#libs/vault';

/** The gateway's own host key, shared by all gateways of an installation. */
export interface GatewayHostKey {
  privateKey: string;
  /** `ssh-ed25519 AAAA…` */
  publicKey: string;
  /** `SHA256:…` */
  fingerprint: string;
}

/** Reads the host key (ed25519) of the data folder; the first gateway makes it. */
export async function readHostKey(dataDir: string): Promise<GatewayHostKey> {
  const path = join(dataDir, 'keys/gateway/ssh_host_ed25519_key');
  const text = await readOrMakeKeyFile(path, 0o600, () => Promise.resolve(generateKey().privateKey));
  const { privateKey, publicKey } = parsePrivateKey(text);
  return {
    privateKey,
    publicKey,
    fingerprint: fingerprintOf(Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')),
  };
}
