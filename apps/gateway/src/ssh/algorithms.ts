import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2';

/**
 * What the gateway offers to clients. AEAD ciphers and encrypt-then-MAC only, no SHA-1, no NIST curves;
 * AES-GCM first, as CPUs have instructions for it; CTR for clients without AEAD (paramiko 2).
 * Strict key exchange (CVE-2023-48795) is added by ssh2 itself.
 */
export const DOWNSTREAM_ALGORITHMS = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
  ],
  serverHostKey: ['ssh-ed25519'],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes256-ctr',
    'aes192-ctr',
    'aes128-ctr',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com'],
  compress: ['none', 'zlib@openssh.com'],
} satisfies Algorithms;

/**
 * The ciphers to offer to a client that knows these. In SSH the client's order decides, and OpenSSH's begins with
 * ChaCha20, which costs the gateway nearly twice the time of AES-GCM: who knows AES-GCM is offered nothing else.
 */
export function ciphersFor(clientCiphers: readonly string[]): readonly string[] {
  const all = DOWNSTREAM_ALGORITHMS.cipher;
  const gcm = all.filter((name) => name.includes('-gcm@'));
  return gcm.some((name) => clientCiphers.includes(name)) ? gcm : all;
}

/** What the gateway accepts from assets: old devices too, but never SHA-1 MACs or CBC. */
export const UPSTREAM_ALGORITHMS = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group-exchange-sha256',
  ],
  cipher: DOWNSTREAM_ALGORITHMS.cipher,
  hmac: [...DOWNSTREAM_ALGORITHMS.hmac, 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
} satisfies Algorithms;

/** Signature algorithms that a host key of this type may sign with. */
export function hostKeyAlgorithmsOf(keyType: string): readonly ServerHostKeyAlgorithm[] {
  return HOST_KEY_ALGORITHMS[keyType] ?? [];
}

const HOST_KEY_ALGORITHMS: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/** Every host key algorithm that a scan asks for, one connection each. */
export const SCANNED_HOST_KEY_TYPES = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
] as const;

/** Traffic after which the keys are exchanged anew, in bytes of both ways, and the time (RFC 4253 section 9). */
export const REKEY_LIMITS = { bytes: 1024 ** 3, ms: 3_600_000 };
