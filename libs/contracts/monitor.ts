import type { EndReason } from './sessions.js';
import type { TerminalSize } from './terminal.js';

/**
 * Live monitor protocol between the console and the gateway that has the session: socket.io, namespace
 * {@link MONITOR_NAMESPACE}, on the same engine path as web terminals, one socket for each watched session. Nothing
 * that a watcher sends reaches the session. Explained in docs/PROTOCOL.monitor.md.
 */

/** socket.io namespace of the live monitor. */
export const MONITOR_NAMESPACE = '/monitor';

/** Bytes that may be under way to a watcher; one with more gets no output until it has shown some, then a fresh screen. */
export const MONITOR_WINDOW_BYTES = 256 * 1024;

/** Client → gateway `watch`. */
export interface WatchSession {
  sessionId: string;
}

/** Acknowledgement of `watch`. `code` is stable, `message` is for the person. */
export type WatchReply = { ok: true } | { ok: false; code: string; message: string };

/**
 * The whole screen: for an empty terminal of this size. What was shown before is to be cleared. `data` holds
 * control sequences of a terminal (ECMA-48, xterm).
 */
export interface MonitorScreen extends TerminalSize {
  data: Uint8Array;
}

/** How the watched session ended. */
export interface MonitorEnded {
  reason: EndReason;
  /** In words, for example by whom it was terminated. */
  detail: string | null;
}

/** Events that the console sends. */
export interface MonitorClientEvents {
  watch: (request: WatchSession, reply: (answer: WatchReply) => void) => void;
  /** Total bytes of `screen` and `output` shown so far. Sent at least every 64 KiB, and after each `screen`. */
  received: (total: number) => void;
}

/** Events that the gateway sends. */
export interface MonitorServerEvents {
  screen: (screen: MonitorScreen) => void;
  output: (data: Uint8Array) => void;
  resized: (size: TerminalSize) => void;
  /** Names of all who watch this session, each once, the first to come first. */
  watchers: (usernames: string[]) => void;
  ended: (ended: MonitorEnded) => void;
}
