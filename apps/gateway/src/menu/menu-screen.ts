import type { Doorway } from '#libs/contracts';
import type { User } from '#libs/database';
import type { Actor } from '#libs/kernel';
import type { Downstream, Exit } from '../session/downstream.js';
import type { UpstreamPool } from '../session/upstream-pool.js';
import type { MenuTexts } from './menu-texts.js';
import type { MenuLanguage } from './texts.js';

/** The user's terminal, as what a key does sees it. Line ends and the prompt are the menu's own business. */
export interface MenuScreen {
  readonly user: User;
  /** Who changes something by a key, for its record. */
  readonly actor: Actor;
  readonly doorway: Doorway;
  /** Connections to assets that this login keeps open. */
  readonly pool: UpstreamPool;
  readonly language: MenuLanguage;
  readonly texts: MenuTexts;
  /** From where the user came in, without a port. */
  readonly address: string;
  /** Columns and rows as they are now: a window may be resized at any time. */
  readonly width: number;
  readonly height: number;
  /** Without one, what is read is a program's: its input is no person's keys. */
  readonly hasTerminal: boolean;
  /** What was shown is being read: more may come. */
  readonly keepsUp: boolean;
  /** Shows lines. Text of others must be made {@link plain} first. */
  say(text: string): void;
  /** Shows lines by the screenful, and asks before each further one. */
  page(lines: readonly string[]): Promise<void>;
  /** Asks for a line; null: Ctrl-C, Ctrl-D or the user is gone. Nothing else of the menu is heard meanwhile. */
  ask(prompt: string): Promise<string | null>;
  /** Work that Ctrl-C stops, as does a user who goes away. Other keys typed meanwhile are kept for the menu. */
  interruptible<T>(work: (stop: AbortSignal) => Promise<T>): Promise<T>;
  /** Hands the terminal to something else, raw, and takes it back. `finished`: `finish` was called on it, with this. */
  lend<T>(use: (downstream: Downstream, finished: Promise<Exit>) => Promise<T>): Promise<T>;
  /** Undoes what a program may have left: alternate screen, hidden cursor, mouse and paste modes, colours. */
  putRight(): void;
  /** Ends the menu, and tells the client this of it; status 0 unless given. */
  quit(exit?: Exit): void;
}
