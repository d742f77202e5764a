import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MENU_KEYS } from '../../apps/gateway/src/menu/keys.js';
import { MONITOR_EVENTS } from '../../apps/gateway/src/monitor/monitor.gateway.js';
import { CHANNEL_KINDS } from '../../apps/gateway/src/ssh/channel-kinds.js';
import { TERMINAL_EVENTS } from '../../apps/gateway/src/web-terminal/socket-events.js';
import { root, sourceFiles } from './checkout.js';

/**
 * Ways to change something that are no route of the API (those are in api/operations.spec.ts). Each leaves an operation,
 * with the test that looks for it and the words by which it does, or says where else it stands. A new one is a decision:
 * it gets a line here after somebody thought about it.
 */
type Way = { operation: string; test: string; looksFor?: string } | { instead: string };

const SESSIONS: Way = { instead: 'stands in the sessions, with what was done in them' };
const TRANSFERS: Way = { instead: 'stands in the file transfers' };
const NOTHING: Way = { instead: 'changes nothing' };

/** What can be asked for at a door: events of sockets, SSH, lines of the menu, commands of the machine. */
const ASKED: Readonly<Record<string, Way>> = {
  'terminal socket: open': SESSIONS,
  'terminal socket: resume': SESSIONS,
  'terminal socket: input': SESSIONS,
  'terminal socket: resize': SESSIONS,
  'terminal socket: received': NOTHING,
  'terminal socket: close': SESSIONS,
  'monitor socket: watch': { operation: 'session.watch', test: 'gateway/monitor.spec.ts' },
  'monitor socket: received': NOTHING,
  'SSH: shell': SESSIONS,
  'SSH: exec': SESSIONS,
  'SSH: subsystem:sftp': TRANSFERS,
  'SSH: direct-tcpip': SESSIONS,
  'SSH: tcpip-forward': SESSIONS,
  'SSH: auth-agent': SESSIONS,
  'menu: list': NOTHING,
  'menu: row': SESSIONS,
  'menu: search': NOTHING,
  'menu: groups': NOTHING,
  'menu: group': NOTHING,
  'menu: favourites': NOTHING,
  'menu: recent': { operation: 'user.update', test: 'gateway/menu.spec.ts' },
  'menu: next': NOTHING,
  'menu: before': NOTHING,
  'menu: batch': { operation: 'batch-execution.begin', test: 'gateway/batch.spec.ts' },
  'menu: upload': TRANSFERS,
  'menu: download': TRANSFERS,
  'menu: help': NOTHING,
  'menu: quit': NOTHING,
  'menu: find': SESSIONS,
  'gatehouse audit export': NOTHING,
  'gatehouse audit verify': NOTHING,
  'gatehouse backup': { operation: 'backup.create', test: 'gateway/backup.spec.ts' },
  'gatehouse restore': { operation: 'backup.restore', test: 'gateway/backup.spec.ts' },
  'gatehouse health': NOTHING,
  'gatehouse keys rotate': { operation: 'vault.rotate-key', test: 'gateway/key-rotation.spec.ts' },
  'gatehouse keys rotate signing': { operation: 'audit.rotate-key', test: 'api/signing-key.spec.ts' },
  'gatehouse keys rotate login': { operation: 'login.rotate-key', test: 'gateway/host-key-rotation.spec.ts' },
  'gatehouse keys rotate host': {
    ...{ operation: 'gateway.announce-key', test: 'gateway/host-key-rotation.spec.ts' },
    looksFor: "of ['announce', 'rotate', 'retire']",
  },
  'gatehouse user create-admin': { operation: 'user.create', test: 'api/user-command.spec.ts' },
  'gatehouse user reset-password': { operation: 'user.reset-password', test: 'api/user-command.spec.ts' },
  'gatehouse user reset-second-factor': {
    ...{ operation: 'user.reset-second-factor', test: 'api/user-command.spec.ts' },
  },
  'gatehouse user unlock': { operation: 'user.unlock', test: 'api/user-command.spec.ts' },
};

/** Calls that do something for somebody, of the programs beside the api. */
const DONE: Readonly<Record<string, Way>> = {
  'gateway/src/jobs/facts-collector.ts keep': { instead: 'stands in the change records of assets' },
  'gateway/src/menu/asset-lists.ts update': { operation: 'user.update', test: 'gateway/menu.spec.ts' },
  'gateway/src/menu/batch-menu.ts begin': {
    ...{ operation: 'batch-execution.begin', test: 'gateway/batch.spec.ts' },
  },
  'gateway/src/menu/batch-menu.ts stop': {
    ...{ operation: 'batch-execution.stop', test: 'gateway/batch.spec.ts' },
  },
  'gateway/src/monitor/monitor.gateway.ts watch': {
    ...{ operation: 'session.watch', test: 'gateway/monitor.spec.ts' },
  },
  'gateway/src/push/asset-door.ts pinFirstHostKeys': {
    ...{ operation: 'asset.pin-host-keys', test: 'gateway/push.spec.ts' },
  },
  'gateway/src/session/record-keeping.ts note': {
    ...{ operation: 'session.recording-gap', test: 'gateway/disk-full.spec.ts' },
  },
  'gateway/src/taps/monitor/monitor-desk.ts noteWatch': {
    ...{ operation: 'session.watch', test: 'gateway/monitor.spec.ts' },
  },
  'gateway/src/taps/monitor/monitor-desk.ts noteWatchEnd': {
    ...{ operation: 'session.unwatch', test: 'gateway/monitor.spec.ts' },
  },
  'standalone/src/backup/backup-command.ts loadRows': {
    ...{ operation: 'backup.restore', test: 'gateway/backup.spec.ts' },
  },
  'standalone/src/backup/backup-command.ts run': {
    ...{ operation: 'backup.create', test: 'gateway/backup.spec.ts' },
  },
  'standalone/src/command-line/user-command.ts create': {
    ...{ operation: 'user.create', test: 'api/user-command.spec.ts' },
  },
  'standalone/src/command-line/user-command.ts resetPassword': {
    ...{ operation: 'user.reset-password', test: 'api/user-command.spec.ts' },
  },
  'standalone/src/command-line/user-command.ts reset': {
    ...{ operation: 'user.reset-second-factor', test: 'api/user-command.spec.ts' },
  },
  'standalone/src/command-line/user-command.ts unlock': {
    ...{ operation: 'user.unlock', test: 'api/user-command.spec.ts' },
  },
  'standalone/src/keys/host-key-command.ts run': {
    ...{ operation: 'gateway.rotate-key', test: 'gateway/host-key-rotation.spec.ts' },
    looksFor: "of ['announce', 'rotate', 'retire']",
  },
  'standalone/src/keys/key-changer.ts note': {
    ...{ operation: 'vault.rotate-key', test: 'gateway/key-rotation.spec.ts' },
  },
  'standalone/src/keys/key-changer.ts run': {
    ...{ operation: 'vault.rotate-key', test: 'gateway/key-rotation.spec.ts' },
  },
  'standalone/src/keys/keys-command.ts complete': {
    ...{ operation: 'vault.rotate-key', test: 'gateway/key-rotation.spec.ts' },
  },
  'standalone/src/keys/keys-command.ts rotate': {
    ...{ operation: 'audit.rotate-key', test: 'api/signing-key.spec.ts' },
  },
  'standalone/src/keys/login-key-command.ts rotate': {
    ...{ operation: 'login.rotate-key', test: 'gateway/host-key-rotation.spec.ts' },
  },
};

/** Files of the programs themselves that write rows. Others have it done by the modules. */
const WRITTEN: Readonly<Record<string, Way>> = {
  'gateway/src/mail/mail-clerk.ts': {
    instead: 'the outbox: what is mailed was recorded when it was asked for',
  },
  'standalone/src/backup/backup-restorer.ts': {
    ...{ operation: 'backup.restore', test: 'gateway/backup.spec.ts' },
  },
  'standalone/src/backup/table-rows.ts': { operation: 'backup.restore', test: 'gateway/backup.spec.ts' },
};

const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');
const programs = sourceFiles('apps/gateway/src/**/*.ts', 'apps/standalone/src/**/*.ts').filter(
  (file) => !file.endsWith('.spec.ts') && !file.includes('/demo/'),
);

function asked(): string[] {
  const events = (door: string, table: object): string[] =>
    Object.keys(table).map((event) => `${door} socket: ${event}`);
  const channels = Object.entries(CHANNEL_KINDS).flatMap(([kind, rule]) =>
    'refused' in rule ? [] : [`SSH: ${kind}`],
  );
  const usages = programs.flatMap((file) => [
    ...textOf(file).matchAll(/(?:Usage: | {7})(gatehouse(?: [a-z][a-z-]+)+)/g),
  ]);
  return [
    ...events('terminal', TERMINAL_EVENTS),
    ...events('monitor', MONITOR_EVENTS),
    ...channels,
    ...MENU_KEYS.map(({ help }) => `menu: ${help}`),
    ...usages.map(([, command = '']) => command),
  ];
}

/** Calls whose first thing is an actor, or that get one made. */
const DOES =
  /\b([a-z]\w*)\(\s*(?:[\w.]*\bactor\b(?![:.])|systemActor\b|actorOf\(|onBehalfOf\(|[^(){}]*\bmachineActor\(\))/g;

function done(): string[] {
  return programs.flatMap((file) =>
    [...textOf(file).matchAll(DOES)].map(([, name = '']) => `${file.slice('apps/'.length)} ${name}`),
  );
}

const WRITES =
  /\bINSERT INTO\b|\bUPDATE \S+ SET\b|\bDELETE FROM\b|\bTRUNCATE\b|\bmails\.(?:insert|update|delete)\(/;

function written(): string[] {
  return programs.filter((file) => WRITES.test(textOf(file))).map((file) => file.slice('apps/'.length));
}

describe('what changes something beside the API', () => {
  it.each([
    ['what is asked for at a door', asked(), ASKED],
    ['what a program does for somebody', done(), DONE],
    ['a program that writes rows itself', written(), WRITTEN],
  ])('%s has an operation, or a reason why not', (_what, found, table) => {
    expect([...new Set(found)].sort()).toEqual(Object.keys(table).sort());
  });

  it('has a test that looks for its operation', () => {
    const known = new Set(
      sourceFiles('apps/**/*.ts', 'libs/**/*.ts').flatMap((file) =>
        [...textOf(file).matchAll(/'([a-z-]+\.[a-z-]+)'/g)].map(([, action]) => action),
      ),
    );
    const ways = [ASKED, DONE, WRITTEN].flatMap((table) => Object.entries(table));
    for (const [name, way] of ways) {
      if ('instead' in way) continue;
      expect(known, name).toContain(way.operation);
      const text = textOf(`test/${way.test}`);
      expect(text, name).toContain(way.looksFor ?? way.operation);
    }
  });
});
