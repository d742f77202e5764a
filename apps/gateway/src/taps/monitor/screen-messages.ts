import type { RecordingPlace } from '#libs/session-audit';

/** Something that a watched terminal did. */
export type ScreenEvent =
  { kind: 'output'; bytes: Uint8Array } | { kind: 'resized'; columns: number; rows: number };

/** A screen at a place of a recording. */
export interface KnownScreen {
  columns: number;
  rows: number;
  data: Uint8Array;
}

/** Where the screen of a session is found: what it was at a place, and the recording from there to its present end. */
export interface ScreenSource {
  path: string;
  from: RecordingPlace;
  /** Bytes of the file. */
  to: number;
  /** null: the recording begins at `from`. */
  known: KnownScreen | null;
  /** The terminal at the end. */
  columns: number;
  rows: number;
  /** Comes behind the recording. */
  held: Uint8Array;
}

/** What the gateway asks of the thread that keeps screens; each is answered once. */
export interface ScreenRequest {
  /** Of the screen. */
  key: string;
  /** First read it from here. */
  source?: ScreenSource;
  /** Then this happened. */
  events: ScreenEvent[];
  /** Then say how it looks. */
  wantsScreen: boolean;
  /** Then forget it. */
  isLast: boolean;
}

/** The answer to one request. */
export interface ScreenAnswer {
  key: string;
  screen: KnownScreen | null;
  /** What went wrong; the screen is forgotten then. */
  failure: string | null;
}
