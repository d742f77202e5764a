import type { Session as SshSession } from 'ssh2';
import type { Pty } from '../session/downstream.js';
import type { ChannelRequest } from './channel-downstream.js';
import type { ServerChannel } from 'ssh2';

const MAX_VARIABLES = 64;
const MAX_VALUE = 4_096;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const MAX_SIZE = 1_000;

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
  session.on('pty', (accept, _reject, info) => {
    const term = /^[\w.+-]{1,64}$/.test(info.term) ? info.term : 'dumb';
    request.pty = { term, ...sizeOf(info), modes: { ...info.modes } };
    answer(accept);
  });
  session.on('env', (accept, reject, { key, val }) => {
    const count = Object.keys(request.environment).length;
    const taken = VARIABLE_NAME.test(key) && val.length <= MAX_VALUE && count < MAX_VARIABLES;
    if (taken) request.environment[key] = val;
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
    events.signalled(name);
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
