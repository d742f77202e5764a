import { join } from 'node:path';
import pg from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires } from '../hosts/index.js';
import { Harness, type Way } from './harness.js';
import type { SshClient } from './ssh.js';

const keys = z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) });
/** Longer than the gateway takes, far shorter than any other reason to end. */
const ENDS_MS = 10_000;

requires('hosts', 'ssh', 'terminal').describe('connections whose key is gone', () => {
  let harness: Harness;
  let way: Way;

  beforeAll(async () => {
    harness = await Harness.start();
    const systemKey = await harness.keys.make('system');
    const host = await harness.startHost({
      name: 'web-01',
      accounts: [{ username: 'dev', publicKey: systemKey.public }],
    });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    return () => harness.stop();
  }, 120_000);

  /** Registers another key of hers; gives its id and what logs in with it. */
  async function another(name: string): Promise<{ id: string; at: (login: string) => Promise<SshClient> }> {
    const key = await harness.keys.make(name);
    const before = new Set((await keysOf()).map(({ id }) => id));
    await harness.addPublicKey(way.person.id, key.public);
    const id = (await keysOf()).find((one) => !before.has(one.id))?.id ?? '';
    return { id, at: async (login) => (await harness.ssh(way.person, login)).as({ key }) };
  }
  const keysOf = async (): Promise<z.infer<typeof keys>['items']> =>
    (await harness.admin.call('GET', `/users/${way.person.id}/public-keys`, keys)).items;

  /** Changes rows without a word to anybody, and cuts the wires on which gateways would have heard of it. */
  async function unheard(sql: string, id: string): Promise<void> {
    const client = new pg.Client({ connectionString: harness.product.databaseUrl });
    await client.connect();
    await client.query(sql, [id]);
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gatehouse-bus'`,
    );
    await client.end();
  }

  it('end when it is deleted: terminal, menu, and what a ControlMaster would open on them', async () => {
    const { id, at } = await another('laptop');
    const direct = await at('alice@dev@web-01');
    const control = ['-o', `ControlPath=${join(harness.keys.folder, 'gone')}`];
    const terminal = direct.terminal(undefined, ['-o', 'ControlMaster=yes', ...control]);
    await terminal.waitFor('$ ');
    const onMaster = await direct.exec('hostname', ['-o', 'ControlMaster=no', ...control]);
    expect(onMaster.text).toBe('web-01\n');
    const menu = (await at('alice')).terminal();
    await menu.waitFor('Gatehouse> ');
    const byOtherKey = (await harness.ssh(way.person)).terminal();
    await byOtherKey.waitFor('Gatehouse> ');
    const [online] = await harness.sessions('&state=online');

    await harness.admin.do('DELETE', `/users/${way.person.id}/public-keys/${id}`);
    await terminal.waitFor('The SSH key that you logged in with was renewed or deleted');
    const refused = await direct.exec('hostname', ['-o', 'ControlMaster=no', ...control]);
    expect(refused.status).not.toBe(0);
    expect(refused.text).toBe('');
    await terminal.untilEnded(ENDS_MS);
    await menu.untilEnded(ENDS_MS);
    const ended = async () => (await harness.sessions()).find((row) => row.id === online?.id)?.endReason;
    await expect.poll(ended, { timeout: ENDS_MS }).toBe('access_revoked');
    byOtherKey.line('/nothing-like-this');
    await byOtherKey.waitFor('Gatehouse> ');
    byOtherKey.line('q');
    await byOtherKey.untilEnded(ENDS_MS);
  });

  it('end when it is renewed', async () => {
    const { id, at } = await another('tablet');
    const menu = (await at('alice')).terminal();
    await menu.waitFor('Gatehouse> ');
    await harness.admin.do('POST', `/users/${way.person.id}/public-keys/${id}/renew`, {});
    await menu.untilEnded(ENDS_MS);
    expect((await (await at('alice@dev@web-01')).exec('true')).stderr).toContain('Permission denied');
  });

  it('a session that was ended while the gateway heard nothing ends as soon as it hears again', async () => {
    const terminal = (await harness.ssh(way.person, 'alice@dev@web-01')).terminal();
    await terminal.waitFor('$ ');
    const [row] = await harness.sessions('&state=online');
    await unheard('SELECT $1::text', '');
    await harness.admin.do('POST', `/sessions/${row?.id ?? ''}/terminate`);
    await terminal.untilEnded(ENDS_MS);
    expect(terminal.shown).toMatch(/Your session was ended by/);
  });

  it('end when the gateway did not hear of it, as soon as it hears again; so do menus of who was disabled', async () => {
    const { id, at } = await another('phone');
    const gone = (await at('alice')).terminal();
    await gone.waitFor('Gatehouse> ');
    const menu = (await harness.ssh(way.person)).terminal();
    await menu.waitFor('Gatehouse> ');
    await unheard('DELETE FROM public_keys WHERE id = $1', id);
    await gone.untilEnded(ENDS_MS);
    menu.line('/nothing-like-this');
    await menu.waitFor('Gatehouse> ');
    await unheard('UPDATE users SET active = false WHERE id = $1', way.person.id);
    await menu.untilEnded(ENDS_MS);
  });
});
