import type { Session as SshSession } from 'ssh2';
import type { Pty } from '../session/downstream.js';
import type { ChannelRequest } from './channel-downstream.js';
import type { ServerChannel } from 'ssh2';

/** As many variables as OpenSSH's sshd takes, and in all as many bytes as Linux gives one of them. */
const MAX_VARIABLES = 128;
const MAX_ENVIRONMENT = 131_072;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const MAX_SIZE = 1_000;
/** RFC 4254 section 6.10; others are no asset's to know, and ssh2 sends none. */
const SIGNALS: ReadonlySet<string> = new Set(
  'ABRT ALRM FPE HUP ILL INT KILL PIPE QUIT SEGV TERM USR1 USR2'.split(' '),
);

/** What one session channel hears from its client. */
export interface SessionRequestEvents {
  /** A shell or SFTP (`command` null) or a command begins; the channel is accepted, its input held back. */
  started(channel: ServerChannel, command: string | null, request: ChannelRequest): void;
  resized(pty: Pty): void;
  signalled(name: string): void;
  closed(): void;
}

/**
 * Hears one session channel (RFC 4254 section 6). Shell, exec and SFTP are accepted in the tick in which they
 * come, as ssh2 loses input otherwise; whether they are allowed is decided later, on the accepted channel.
 * @param mayOfferAgent whether there is an asset that could get the client's agent
 */
export function hearSession(session: SshSession, mayOfferAgent: boolean, events: SessionRequestEvents): void {
  const request: ChannelRequest = { pty: null, environment: {}, sftp: false, agent: false };
  const takeVariable = variablesInto(request.environment);
  session.on('pty', (accept, _reject, info) => {
    const term = /^[\w.+-]{1,64}$/.test(info.term) ? info.term : 'dumb';
    request.pty = { term, ...sizeOf(info), modes: { ...info.modes } };
    answer(accept);
  });
  session.on('env', (accept, reject, { key, val }) => {
    const taken = takeVariable(key, val);
    // the asset's sshd decides by its AcceptEnv what it takes
    if (taken) answer(accept);
    else answer(reject);
  });
  session.on('window-change', (accept, _reject, info) => {
    if (request.pty) {
      request.pty = { ...request.pty, ...sizeOf(info) };
      events.resized(request.pty);
    }
    answer(accept);
  });
  session.on('signal', (accept, _reject, { name }) => {
    if (SIGNALS.has(name)) events.signalled(name);
    answer(accept);
  });
  session.on('shell', (accept) => {
    events.started(accept(), null, request);
  });
  session.on('exec', (accept, _reject, { command }) => {
    events.started(accept(), command, request);
  });
  session.on('subsystem', (accept, reject, { name }) => {
    if (name !== 'sftp') {
      answer(reject);
      return;
    }
    // SFTP has no terminal, whatever was asked for before
    events.started(accept(), null, { ...request, pty: null, sftp: true });
  });
  session.on('close', () => {
    events.closed();
  });
  session.on('auth-agent', (accept, reject) => {
    // whether the asset gets it is the rules' to say, once the session is opened
    request.agent = mayOfferAgent;
    if (mayOfferAgent) answer(accept);
    else answer(reject);
  });
  // x11-req has no listener: ssh2 refuses it, as CHANNEL_KINDS says
}

/** Keeps variables, as long as there is room; says of each whether it was taken. */
function variablesInto(environment: Record<string, string>): (name: string, value: string) => boolean {
  let room = MAX_ENVIRONMENT;
  return (name, value) => {
    const size = Buffer.byteLength(name) + Buffer.byteLength(value);
    const count = Object.keys(environment).length;
    if (!VARIABLE_NAME.test(name) || size > room || count >= MAX_VARIABLES) return false;
    room -= size;
    environment[name] = value;
    return true;
  };
}

/** A request that wants no reply has no way to give one, whatever ssh2's types say. */
function answer(reply: (() => void) | undefined): void {
  reply?.();
}

function sizeOf(info: {
  cols: number;
  rows: number;
  width: number;
  height: number;
}): Omit<Pty, 'term' | 'modes'> {
  return {
    columns: cells(info.cols, 80),
    rows: cells(info.rows, 24),
    widthPixels: Math.min(info.width, 0xffff),
    heightPixels: Math.min(info.height, 0xffff),
  };
}

/** 0 means unknown (RFC 4254 section 6.2). */
function cells(count: number, fallback: number): number {
  return count === 0 ? fallback : Math.min(count, MAX_SIZE);
}
