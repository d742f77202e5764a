import { lookup } from 'node:dns/promises';
import { connect, createServer } from 'node:net';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { CONNECTION_STEPS } from '#libs/contracts';
import { portOf, requires, type Host } from '../hosts/index.js';
import { Harness } from './harness.js';

const withId = z.object({ id: z.uuid() });
const outcome = z.object({
  ok: z.boolean(),
  steps: z.array(z.object({ step: z.enum(CONNECTION_STEPS), ok: z.boolean(), message: z.string() })),
});
const scan = z.object({ ok: z.boolean(), keys: z.array(z.object({ publicKey: z.string() })).optional() });
type Outcome = z.infer<typeof outcome>;

const secret = 'admin account 4711';

requires('hosts', 'ssh').describe('the test of a connection', () => {
  let harness: Harness;
  let host: Host;
  let root: string;
  let plain: string;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const accounts = [
      { username: 'ops', password: secret, sudo: 'nopasswd' as const },
      { username: 'plain', password: secret },
    ];
    host = await harness.startHost({ name: 'web-01', accounts });
    root = await addAdminAccount('ops', 'ops');
    plain = await addAdminAccount('plain', 'plain');
  });

  const addAdminAccount = async (name: string, username: string, password = secret): Promise<string> =>
    (await harness.admin.call('POST', '/admin-accounts', withId, { name, username, password })).id;

  async function test(name: string, asset: Record<string, unknown>): Promise<Outcome> {
    const { address, port } = host;
    const fields = { name, address, port, hostKeys: [host.hostKey], ...asset };
    const { id } = await harness.admin.call('POST', '/assets', withId, fields);
    return harness.admin.call('POST', `/assets/${id}/test-connection`, outcome);
  }
  const failedAt = ({ ok, steps }: Outcome): unknown => (ok ? null : steps.at(-1)?.step);

  it('goes through name, network, host key, login and privilege', async () => {
    const { ok, steps } = await test('good', { adminAccountId: root });
    expect(steps.map(({ step }) => step)).toEqual([...CONNECTION_STEPS]);
    expect(ok).toBe(true);
    const page = z.object({ items: z.array(z.object({ subjectName: z.string(), actorName: z.string() })) });
    const used = await harness.admin.call('GET', '/operations?action=asset.test-connection', page);
    expect(used.items).toMatchObject([{ subjectName: 'good', actorName: 'admin' }]);
  });

  it('names the step that fails, and what to do', async () => {
    const wrong = await addAdminAccount('wrong', 'ops', 'not the password');
    const cases: [string, Record<string, unknown>, string, RegExp][] = [
      [
        'unknown name',
        { address: 'no-such-host.invalid', adminAccountId: root },
        'resolve',
        /no known name|looked up/,
      ],
      ['closed port', { port: 1, adminAccountId: root }, 'connect', /refused/],
      ['no pin', { hostKeys: [], adminAccountId: root }, 'host-key', /pin it/],
      [
        'other key',
        { hostKeys: [harness.hostKeys[0]], adminAccountId: root },
        'host-key',
        /not the pinned one/,
      ],
      ['no account', {}, 'login', /No admin account/],
      ['wrong password', { adminAccountId: wrong }, 'login', /correct its password/],
      ['no sudo', { adminAccountId: plain }, 'privilege', /NOPASSWD/],
    ];
    for (const [name, asset, step, message] of cases) {
      const result = await test(name, asset);
      expect([name, failedAt(result)]).toEqual([name, step]);
      expect(result.steps.at(-1)?.message).toMatch(message);
    }
  });

  it('reaches a name of several addresses by the one that answers, as sessions and scans do', async (context) => {
    const addresses = (await lookup('localhost', { all: true })).map(({ address }) => address);
    const last = addresses.at(-1);
    if (addresses.length < 2) context.skip('localhost has one address here');
    const relay = createServer((socket) => {
      const onward = connect({ host: host.address, port: host.port });
      for (const end of [socket, onward]) end.on('error', () => end.destroy());
      socket.pipe(onward).pipe(socket);
    });
    await new Promise<void>((resolve) => relay.listen(0, last, resolve));
    const port = portOf(relay.address());
    try {
      const { ok, steps } = await test('by name', { address: 'localhost', port, adminAccountId: root });
      expect(ok, JSON.stringify(steps)).toBe(true);
      expect(steps[0]?.message).toBe(`localhost is ${addresses.join(', ')}`);
      expect(steps[1]?.message).toContain(`${last}:${port} answers`);
      const found = await harness.admin.call('POST', '/assets/scan-host-keys', scan, {
        address: 'localhost',
        port,
      });
      expect(found.keys?.map(({ publicKey }) => publicKey)).toContain(host.hostKey);
    } finally {
      relay.close();
    }
    const none = await test('by name, none', { address: 'localhost', port: 1, adminAccountId: root });
    for (const address of addresses) {
      expect(none.steps.at(-1)?.message).toContain(`${address} ECONNREFUSED`);
    }
  });

  it('of many at once, more than a gateway does together, each gets its answer', async () => {
    const slow = createServer((socket) => setTimeout(() => socket.destroy(), 1_000));
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const asset = { address: '127.0.0.1', port: portOf(slow.address()), adminAccountId: root };
    try {
      const results = await Promise.all(
        Array.from({ length: 40 }, (_, number) => test(`slow-${number}`, asset)),
      );
      expect(results.map(failedAt)).toEqual(results.map(() => 'connect'));
    } finally {
      slow.close();
    }
  }, 60_000);

  it('a scan shows the keys that the asset offers now', async () => {
    const { address, port } = host;
    const found = await harness.admin.call('POST', '/assets/scan-host-keys', scan, { address, port });
    expect(found.keys?.map(({ publicKey }) => publicKey)).toContain(host.hostKey);
    const nobody = await harness.admin.call('POST', '/assets/scan-host-keys', scan, { address, port: 1 });
    expect(nobody.ok).toBe(false);
  });
});
