import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import type { Connection, Session as SshSession } from 'ssh2';
import { describe, expect, it } from 'vitest';
import type { Authenticator, CodeChecker } from '#libs/identity';
import { makeLogger } from '#libs/kernel';
import { CHANNEL_KINDS } from './channel-kinds.js';
import { ClientConnection } from './connection.js';
import { PROVE } from './host-key-proof.js';
import type { JumpHost } from './jump-host.js';
import type { ForwardParts } from './port-forwards.js';
import { hearSession } from './session-requests.js';

/** What ssh2 emits for each kind; without a listener it refuses by itself. */
const CONNECTION_EVENTS = { 'direct-tcpip': 'tcpip', 'direct-streamlocal': 'openssh.streamlocal' } as const;
const SESSION_EVENTS = { shell: 'shell', exec: 'exec', x11: 'x11', 'auth-agent': 'auth-agent' } as const;

const isRefused = (kind: keyof typeof CHANNEL_KINDS): boolean => 'refused' in CHANNEL_KINDS[kind];

describe('kinds of channels', () => {
  const answers: string[] = [];
  const unheard = (): void => undefined;
  const protocol = {
    _handlers: {
      CHANNEL_REQUEST: unheard,
      CHANNEL_DATA: unheard,
      CHANNEL_EXTENDED_DATA: unheard,
    } as Record<string, (...request: unknown[]) => void>,
    requestSuccess: () => answers.push('accepted'),
    requestFailure: () => answers.push('refused'),
  };
  const inside = { _protocol: protocol, _chanMgr: new Map(), authenticated: false };
  const client = Object.assign(new EventEmitter(), inside);
  new ClientConnection(client as unknown as Connection, new Socket(), '192.0.2.1', {
    authenticator: {} as Authenticator,
    codes: {} as CodeChecker,
    logger: makeLogger('test', 'fatal'),
    publicUrl: null,
    makePool: () => {
      throw new Error('nobody logs in here');
    },
    onLoggedIn: () => undefined,
    use: () => undefined,
    jump: {} as JumpHost,
    hostKeys: {
      now: () => {
        throw new Error('nobody proves anything here');
      },
    },
    forwards: {} as ForwardParts,
    login: null,
  });
  const session = new EventEmitter();
  hearSession(session as unknown as SshSession, true, {
    started: () => undefined,
    resized: () => undefined,
    signalled: () => undefined,
    closed: () => undefined,
  });

  it.each(Object.entries(CONNECTION_EVENTS))('%s is heard only when the table allows it', (kind, event) => {
    expect(client.listenerCount(event) === 0).toBe(isRefused(kind as keyof typeof CONNECTION_EVENTS));
  });

  it.each(Object.entries(SESSION_EVENTS))('%s is heard only when the table allows it', (kind, event) => {
    expect(session.listenerCount(event) === 0).toBe(isRefused(kind as keyof typeof SESSION_EVENTS));
  });

  it('global requests: without a login that leads to an asset, each is refused', async () => {
    const asked = async (name: string, data: unknown): Promise<string | undefined> => {
      protocol._handlers['GLOBAL_REQUEST']?.(protocol, name, true, data);
      await expect.poll(() => answers.length).toBe(1);
      return answers.pop();
    };
    for (const isLoggedIn of [false, true]) {
      client.authenticated = isLoggedIn;
      for (const name of ['tcpip-forward', 'cancel-tcpip-forward', 'streamlocal-forward@openssh.com', 'x'])
        expect(await asked(name, { bindAddr: 'localhost', bindPort: 0 })).toBe('refused');
      expect(await asked(PROVE, Buffer.alloc(0))).toBe('refused');
      const promised = await asked('no-more-sessions@openssh.com', null);
      expect(promised).toBe(isLoggedIn ? 'accepted' : 'refused');
    }
    expect(isRefused('streamlocal-forward')).toBe(true);
    expect(isRefused('tcpip-forward')).toBe(false);
  });

  it('nothing is heard that has no line here', () => {
    const known = [
      'pty',
      'env',
      'window-change',
      'signal',
      'close',
      'subsystem',
      'shell',
      'exec',
      'auth-agent',
    ];
    expect(session.eventNames().filter((name) => !known.includes(String(name)))).toEqual([]);
    const own = ['authentication', 'session', 'tcpip', 'ready', 'handshake', 'error', 'close'];
    expect(client.eventNames().filter((name) => !own.includes(String(name)))).toEqual([]);
  });
});
