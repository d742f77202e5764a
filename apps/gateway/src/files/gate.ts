import type { Exit } from '../session/downstream.js';

/**
 * Stands on the way of a session's bytes: only what it gives passes on. A session that carries files has one;
 * it makes the records of the files, and may answer the user's side in the asset's place.
 */
export interface Gate {
  /** How it reaches both sides with words of its own. Called once, before the first byte. */
  connect(answer: (bytes: Buffer) => void, tellAsset: (bytes: Buffer) => void): void;
  /** From the user: what goes on to the asset. */
  input(chunk: Buffer): readonly Buffer[];
  /** From the asset: what goes on to the user. */
  output(chunk: Buffer): readonly Buffer[];
  /** The session is over: what is still under way was cut off. */
  closed(exit: Exit): void;
}
