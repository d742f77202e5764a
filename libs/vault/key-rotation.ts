/**
 * How far a key's rotation is, as its file says: `prepared`, the new key is there to open; `switched`, it seals, and the
 * former one still opens.
 */
export type RotationStage = 'steady' | 'prepared' | 'switched';

/** What one pass over all sealed texts did. */
export interface ResealPass {
  resealed: number;
  /** Texts that none of the keys opens, by their place. They stay as they are. */
  stuck: string[];
}

/** A key file that is replaced while the product runs. Each step may be interrupted, and is done once only. */
export interface RotatingKey {
  readonly stage: RotationStage;
  /** Of the key that seals. */
  readonly id: string;
  /** Adds the new key: whoever meets its id finds it from now on. */
  prepare(): Promise<void>;
  /** Makes the new key the one that seals. */
  switch(): Promise<void>;
  /** Seals anew what another key sealed. */
  reseal(): Promise<ResealPass>;
  /** Takes the former key out of the file. */
  retire(): void;
}

/** The values of two passes together. */
export const addPass = (one: ResealPass, other: ResealPass): ResealPass => ({
  resealed: one.resealed + other.resealed,
  stuck: [...one.stuck, ...other.stuck],
});
