import type { DetectedCommand } from './command-gatherer.js';

/** Something that passed in a session, in its order; the detector's thread gets it in parcels. */
export type TapEvent =
  /** So many of the parcel's bytes. */
  | { kind: 'output' | 'input'; at: number; length: number }
  | { kind: 'resized'; at: number; columns: number; rows: number }
  /** Output is left out here, or keys too. */
  | { kind: 'gap'; at: number; keys: boolean };

/** What happened in one session since the last parcel. */
export interface SessionParcel {
  session: string;
  columns: number;
  rows: number;
  events: TapEvent[];
  /** Of all outputs and inputs, in their order. */
  bytes: Uint8Array;
  isOver: boolean;
}

/** From the detector's thread. */
export type DetectorAnswer =
  | { kind: 'found'; session: string; command: DetectedCommand }
  | { kind: 'failed'; session: string; message: string }
  /** The parcel is worked off: the next may come. */
  | { kind: 'done'; over: string[] };
