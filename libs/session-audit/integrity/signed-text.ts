import { createHash, type KeyObject } from 'node:crypto';
import type { Checkpoint } from './seal.js';

/** Public keys in a text. */
export const PEM_BLOCK = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/** What a signature is for: one can't stand for the other. */
export type SignedText = 'checkpoint' | 'export' | 'succession' | 'check';

/** The bytes that are signed. */
export const signedBytes = (what: SignedText, text: string): Buffer =>
  Buffer.from(`gatehouse audit ${what} 1\n${text}`);

/** What is signed of a checkpoint. */
export const checkpointText = ({ seq, at, chain }: Pick<Checkpoint, 'seq' | 'at' | 'chain'>): string =>
  JSON.stringify([seq, at, chain]);

/** By what checkpoints name the key that signed them. */
export function idOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
}
