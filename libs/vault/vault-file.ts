import { createHash } from 'node:crypto';
import { z } from 'zod';
import { suite } from './suite.js';

const pair = z.object({ id: z.string(), privateKey: z.base64(), publicKey: z.base64() });

/** A key of the vault, as its file has it. */
export type VaultPair = z.infer<typeof pair>;

const file = pair.extend({
  /** Opens already, seals from the switch on: while a rotation is prepared. */
  next: pair.optional(),
  /** Still opens: while a rotation seals anew. */
  former: pair.optional(),
});

/** The private file: the key that seals, and during a rotation another one that opens. */
export type VaultFile = z.infer<typeof file>;

/** @throws Error when the text is no vault file */
export const parseVaultFile = (text: string): VaultFile => file.parse(JSON.parse(text));

/** All keys that open. */
export const pairsOf = ({ next, former, ...current }: VaultFile): VaultPair[] =>
  [current, next, former].filter((each) => each !== undefined);

/** What the public file says of a key. */
export const publicText = ({ id, publicKey }: VaultPair): string => JSON.stringify({ id, publicKey });

/** A new key; its id is taken from the public half. */
export async function makeVaultPair(): Promise<VaultPair> {
  const made = await suite.GenerateKeyPair(true);
  const publicKey = Buffer.from(await suite.SerializePublicKey(made.publicKey));
  const id = createHash('sha256').update(publicKey).digest('hex').slice(0, 8);
  const privateKey = Buffer.from(await suite.SerializePrivateKey(made.privateKey)).toString('base64');
  return { id, privateKey, publicKey: publicKey.toString('base64') };
}
