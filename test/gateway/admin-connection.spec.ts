import { beforeAll, describe, expect, it } from 'vitest';
import { AdminConnection, type AdminConnectionTerms } from '../../apps/gateway/src/jobs/admin-connection.js';
import type { AdminTarget } from '../../apps/gateway/src/jobs/admin-directory.js';
import { ExecFailure } from '../../apps/gateway/src/jobs/bounded-exec.js';
import { ConnectFailure } from '../../apps/gateway/src/session/connect-failure.js';
import { requires, startHost, startMisbehavingHost, type Host, type Misbehaviour } from '../hosts/index.js';
import { KeyRing } from './key-ring.js';

const secret = 'admin account 4711';

interface Reached {
  address: string;
  port: number;
  hostKey: string;
}

function targetOn({ address, port, hostKey }: Reached, login: Partial<AdminTarget>): AdminTarget {
  const [type = '', blob = ''] = hostKey.split(' ');
  const account = { username: 'root', password: null, privateKey: null };
  return {
    assetName: 'web-01',
    active: true,
    address,
    port,
    hostKeys: [{ type, blob }],
    ...account,
    ...login,
  };
}

async function connected<T>(
  target: AdminTarget,
  work: (connection: AdminConnection) => Promise<T>,
  terms: AdminConnectionTerms = {},
): Promise<T> {
  const connection = await AdminConnection.open(target, terms);
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}

const failureOf = async (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => 'it went well',
    (error: unknown) => error,
  );

describe('an admin connection to a host that misbehaves', () => {
  const reach = async (misbehaviour: Misbehaviour, terms: AdminConnectionTerms = {}): Promise<unknown> => {
    const host = await startMisbehavingHost(misbehaviour);
    try {
      return await failureOf(AdminConnection.open(targetOn(host, { password: secret }), terms));
    } finally {
      await host.stop();
    }
  };

  it.concurrent.each<[Misbehaviour, string]>([
    ['silent', 'connect'],
    ['endless-greeting', 'connect'],
    ['never-answers-login', 'connect'],
    ['drops-after-login', 'privilege'],
    ['never-opens-channel', 'privilege'],
    ['refuses-channel', 'privilege'],
    ['endless-output', 'privilege'],
    ['endless-rekeying', 'privilege'],
    ['none', 'privilege'],
  ])('%s fails at %s', async (misbehaviour, step) => {
    const failure = await reach(misbehaviour);
    expect(failure).toBeInstanceOf(ConnectFailure);
    expect(failure).toMatchObject({ step });
  });

  it('is given up at once', async () => {
    const stop = new AbortController();
    const attempt = reach('silent', { giveUp: stop.signal });
    stop.abort();
    expect(await attempt).toMatchObject({ step: 'connect', message: 'Stopped.' });
  });
});

requires('hosts', 'busybox-hosts', 'ssh', 'sudo').describe('scripts over an admin connection', () => {
  let debian: Host;
  let busybox: Host;
  let keys: KeyRing;
  const ways: Record<string, () => AdminTarget> = {};

  beforeAll(async () => {
    keys = await KeyRing.open();
    const key = await keys.make('root');
    const root = { username: 'root', publicKey: key.public };
    debian = await startHost({
      name: 'web-01',
      accounts: [
        root,
        { username: 'ops', password: secret, sudo: 'nopasswd' },
        { username: 'plain', password: secret, sudo: 'password' },
        { username: 'chatty', password: secret, sudo: 'nopasswd' },
      ],
      setup: `printf 'echo Welcome, friend\\n' | tee /home/chatty/.bashrc >/home/chatty/.profile\n`,
    });
    const setup = `mkdir -p /root/.ssh\necho '${key.public}' >/root/.ssh/authorized_keys\nchmod -R go= /root\n`;
    busybox = await startHost({
      name: 'small',
      family: 'busybox',
      accounts: [{ username: 'dev', password: secret }],
      setup,
    });
    ways['root by key'] = () => targetOn(debian, { privateKey: key.private });
    ways['sudo, after a password'] = () => targetOn(debian, { username: 'ops', password: secret });
    ways['a shell that greets'] = () => targetOn(debian, { username: 'chatty', password: secret });
    ways['BusyBox and dropbear'] = () => targetOn(busybox, { privateKey: key.private });
    return async () => {
      await Promise.all([debian.stop(), busybox.stop(), keys.discard()]);
    };
  });
  const way = (name: string): AdminTarget => {
    const target = ways[name];
    if (!target) throw new Error(`There is no way ${name}`);
    return target();
  };

  describe.each(['root by key', 'sudo, after a password', 'a shell that greets', 'BusyBox and dropbear'])(
    '%s',
    (name) => {
      it('run as root, with their own input, output and status', async () => {
        const steps: string[] = [];
        const script = 'id -u; cat; echo trouble >&2; exit 3';
        const input = 'one\n\t$two `three` \\n \'"\n\n';
        const outcome = await connected(way(name), (connection) => connection.run(script, { input }), {
          onStep: (step) => steps.push(step),
        });
        expect(outcome).toEqual({ status: 3, stdout: `0\n${input}`, stderr: 'trouble\n' });
        expect(steps).toEqual(['resolve', 'connect', 'host-key', 'login', 'privilege']);
      });

      it('run one after the other, and stand on no command line', async () => {
        const outcomes = await connected(way(name), async (connection) => [
          await connection.run('word=pl-a-nted; cat /proc/[0-9]*/cmdline | tr "\\0" " "; cat >/dev/null', {
            input: 'sec-r-et\n',
          }),
          await connection.run('exit 0', { input: 'nobody reads this\n' }),
          await connection.run('cat', { input: `${'a'.repeat(200_000)}\n` }),
          await connection.run('printf "no newline"; printf trouble >&2'),
        ]);
        expect(outcomes[0]?.stdout).toMatch(/sshd|dropbear/);
        expect(outcomes[0]?.stdout).not.toMatch(/pl-a-nted|sec-r-et/);
        expect(outcomes[1]).toEqual({ status: 0, stdout: '', stderr: '' });
        expect(outcomes[2]?.stdout.length).toBe(200_001);
        expect(outcomes[3]).toEqual({ status: 0, stdout: 'no newline', stderr: 'trouble' });
      });

      it('are cut off when they write or last too long', async () => {
        const flood = (connection: AdminConnection): Promise<unknown> =>
          connection.run('while :; do echo all work and no play; done', { maxBytes: 100_000 });
        const sleepy = (connection: AdminConnection): Promise<unknown> =>
          connection.run('sleep 60', { timeoutMs: 300 });
        expect(await failureOf(connected(way(name), flood))).toMatchObject({ reason: 'too-much-output' });
        expect(await failureOf(connected(way(name), sleepy))).toMatchObject({ reason: 'timeout' });
      });
    },
  );

  it('write nothing that a terminal or a page would obey', async () => {
    const script = String.raw`printf 'a\033[2Jb\0c\r\nd\tе\n'; printf '\377\342\200\256' >&2`;
    const outcome = await connected(way('root by key'), (connection) => connection.run(script));
    expect(outcome.stdout).toBe('a\ufffd[2Jb\ufffdc\nd\tе\n');
    expect(outcome.stderr).toBe('\ufffd\ufffd');
  });

  it('end when the connection is given up', async () => {
    const stop = new AbortController();
    const run = connected(
      way('root by key'),
      (connection) => {
        const running = connection.run('echo begun; sleep 60');
        setTimeout(() => {
          stop.abort();
        }, 100);
        return running;
      },
      { giveUp: stop.signal },
    );
    const failure = await failureOf(run);
    expect(failure).toBeInstanceOf(ExecFailure);
    expect(failure).toMatchObject({ reason: 'lost' });
  });

  it('need rights that the account has', async () => {
    const messageFor = async (target: AdminTarget): Promise<string> => {
      const failure = await failureOf(AdminConnection.open(target));
      return failure instanceof ConnectFailure ? `${failure.step}: ${failure.message}` : String(failure);
    };
    const plain = await messageFor(targetOn(debian, { username: 'plain', password: secret }));
    expect(plain).toMatch(/^privilege: .*NOPASSWD/);
    const dev = await messageFor(targetOn(busybox, { username: 'dev', password: secret }));
    expect(dev).toMatch(/^privilege: .*there is no sudo/);
  });
});
