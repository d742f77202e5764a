/**
 * Web terminal protocol between the console and a gateway: socket.io, namespace {@link TERMINAL_NAMESPACE},
 * engine path {@link SOCKET_PATH}, websocket transport only, one socket per terminal.
 * Explained in docs/PROTOCOL.terminal.md.
 */

/** socket.io namespace of web terminals. */
export const TERMINAL_NAMESPACE = '/terminal';

/** Engine path on the public address; the api passes it on to a gateway. */
export const SOCKET_PATH = '/socket';

/** Query parameter of the socket's address: the gateway to be led to. */
export const GATEWAY_PARAMETER = 'gateway';

/** Query parameter of the socket's address: the session to whose gateway it is to be led. */
export const SESSION_PARAMETER = 'session';

/**
 * Output bytes the gateway sends ahead of the console's `received` reports before it pauses the asset. All that is under
 * way, and as much again from the asset, is still shown after a Ctrl-C: some 3 MiB/s on a slow screen.
 */
export const TERMINAL_WINDOW_BYTES = 128 * 1024;

/** How long a terminal without a socket is kept, in milliseconds, before its session ends. */
export const TERMINAL_DETACHED_MS = 120_000;

/** Size of a terminal in character cells, each 1 to 1000. */
export interface TerminalSize {
  columns: number;
  rows: number;
}

/** Client → gateway `open`: start a session on an asset. */
export interface OpenTerminal extends TerminalSize {
  assetId: string;
  systemUserId: string;
}

/** Client → gateway `resume`: take a terminal up again on a new socket. `received`: output bytes already shown. */
export interface ResumeTerminal extends TerminalSize {
  terminalId: string;
  resumeToken: string;
  received: number;
}

/**
 * Acknowledgement of `open` and `resume`. `code` is stable, `message` is for the person. A socket that comes back
 * must name `gatewayId` as its query parameter {@link GATEWAY_PARAMETER}: only that gateway has the terminal.
 */
export type TerminalReply =
  | {
      ok: true;
      terminalId: string;
      resumeToken: string;
      sessionId: string;
      gatewayId: string;
      recorded: boolean;
    }
  | { ok: false; code: string; message: string };

/** Why a terminal is over. `message` is for the person. */
export interface TerminalEnded {
  reason: string;
  message: string;
}

/** Events that the console sends. */
export interface TerminalClientEvents {
  open: (request: OpenTerminal, reply: (answer: TerminalReply) => void) => void;
  resume: (request: ResumeTerminal, reply: (answer: TerminalReply) => void) => void;
  /** Keys and pastes, raw bytes, at most 64 KiB each. */
  input: (data: Uint8Array) => void;
  resize: (size: TerminalSize) => void;
  /** Total output bytes shown so far: flow control. Sent at least every 128 KiB. */
  received: (total: number) => void;
  /** The person closed the terminal: end the session now. */
  close: () => void;
}

/** Events that the gateway sends. */
export interface TerminalServerEvents {
  /** `offset`: count of output bytes before this chunk, since the terminal was opened. */
  output: (offset: number, data: Uint8Array) => void;
  ended: (ended: TerminalEnded) => void;
}
