import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires } from '../hosts/index.js';
import { Harness } from './harness.js';
import { PushDesk } from './push-desk.js';
import { PushedHosts } from './pushed-hosts.js';

const withId = z.object({ id: z.uuid() });
const idPage = z.object({ items: z.array(withId) });
const statePage = z.object({ items: z.array(z.object({ state: z.string() })) });
const SUDOERS = '/etc/sudoers.d/gatehouse-';

requires('hosts', 'ssh', 'sudo').describe('a new key or password', () => {
  let harness: Harness;
  let desk: PushDesk;
  let hosts: PushedHosts;
  let assets: string[];

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    desk = await PushDesk.open(harness);
    hosts = await PushedHosts.start(harness, desk, ['app-01', 'app-02']);
    ({ assets } = hosts);
  });

  const at = (index: number) => hosts.at(index);
  const on = (command: string, index = 0) => hosts.on(command, index);
  /** sshd reads its configuration anew: it says a second time that it listens. */
  const reload = async (index: number): Promise<void> => {
    const { host } = at(index);
    const times = (): number => host.log().split('Server listening').length;
    const before = times();
    await on('kill -HUP 1', index);
    await expect.poll(times, { timeout: 20_000 }).toBeGreaterThan(before);
  };

  it('is used with the old secret until the new one is pushed, asset by asset', async () => {
    const user = await desk.addSystemUser('rot', { generateKey: true });
    await desk.end(await desk.start(user, assets, 'key'));
    const person = await harness.addPerson('alice');
    await harness.addRule([person.id], assets, [user]);
    const logsIn = async (index: number): Promise<boolean> => {
      const ssh = await harness.ssh(person, `alice@rot@${at(index).host.name}`);
      return (await ssh.exec('id -un')).text.trim() === 'rot';
    };
    expect([await logsIn(0), await logsIn(1)]).toEqual([true, true]);

    await harness.change(`/system-users/${user}`, { generateKey: true });
    expect([await logsIn(0), await logsIn(1)]).toEqual([true, true]);
    const keys = await on('cat ~rot/.ssh/authorized_keys', 1);

    // half-way: the second asset refuses the new key at the proof
    await on(
      "echo 'Match User rot' >>/etc/gatehouse-host/sshd_config; echo 'AuthorizedKeysFile /srv/rot.keys' >>/etc/gatehouse-host/sshd_config; cp ~rot/.ssh/authorized_keys /srv/rot.keys; chmod 644 /srv/rot.keys",
      1,
    );
    await reload(1);
    const { state, results } = await desk.end(await desk.start(user, assets, 'key'));
    expect(state).toBe('partial');
    expect(results.map(({ step }) => step)).toEqual(['old-key', 'proof']);
    expect(await desk.record(user, at(0).asset)).toMatchObject({ state: 'pushed' });
    expect(await desk.record(user, at(1).asset)).toMatchObject({ state: 'failed', succeeded: true });
    expect(await on('cat ~rot/.ssh/authorized_keys', 1)).toContain(keys);
    expect([await logsIn(0), await logsIn(1)]).toEqual([true, true]);

    await on("sed -i '/^Match User rot/,$d' /etc/gatehouse-host/sshd_config", 1);
    await reload(1);
    const id = (await harness.admin.call('GET', `/pushes?systemUserId=${user}`, idPage)).items[0]?.id ?? '';
    const again = await harness.admin.call('POST', `/pushes/${id}/again`, withId, {});
    expect((await desk.end(again.id)).results).toMatchObject([{ assetName: 'app-02', state: 'succeeded' }]);
    expect(await desk.record(user, at(1).asset)).toMatchObject({ state: 'pushed', failure: null });
    expect(await on('grep -c . ~rot/.ssh/authorized_keys', 1)).toBe('1');
    expect([await logsIn(0), await logsIn(1)]).toEqual([true, true]);
    const history = `/push-history?systemUserId=${user}&assetId=${at(1).asset}`;
    const { items } = await harness.admin.call('GET', history, statePage);
    expect(items.map((item) => item.state)).toEqual(['succeeded', 'failed', 'succeeded']);
  });

  it.each(['key', 'password'])(
    'by %s is used as before where an asset dies in the middle of the new one, and has it after one more push',
    async (mode) => {
      const config = '/etc/gatehouse-host/sshd_config';
      const alias = await desk.addAlias(`DIES_${mode}`, ['/usr/bin/id']);
      const fresh = mode === 'key' ? { generateKey: true } : { generatePassword: true };
      const user = await desk.addSystemUser(`by${mode}`, { ...fresh, sudoAliasIds: [alias] });
      expect(await desk.end(await desk.start(user, assets, mode))).toMatchObject({ state: 'succeeded' });
      const person = await harness.addPerson(`dora${mode}`);
      await harness.addRule([person.id], assets, [user]);
      const logsIn = async (index: number): Promise<string> => {
        const ssh = await harness.ssh(person, `${person.username}@by${mode}@${at(index).host.name}`);
        return (await ssh.exec('id -un')).text.trim();
      };
      await harness.change(`/sudo-aliases/${alias}`, { commands: ['/usr/bin/id', '/usr/bin/uptime'] });
      await harness.change(`/system-users/${user}`, fresh);
      const before = await on(`cat ${SUDOERS}by${mode}`, 1);

      // the new secret is there, the sudoers file is about to be checked: then the second asset is gone
      await on(
        `mv /usr/sbin/visudo /usr/sbin/visudo.real; printf '#!/bin/sh\nsed -i "s/^Port .*/Port 2/" ${config}; kill -HUP 1; pkill -KILL -f "^sshd: root"; kill -KILL $PPID\n' >/usr/sbin/visudo; chmod 755 /usr/sbin/visudo`,
        1,
      );
      const id = await desk.start(user, assets, mode);
      const { state, results } = await desk.end(id);
      expect(state).toBe('partial');
      expect(results[1]).toMatchObject({ assetName: 'app-02', state: 'failed' });
      expect(results[1]?.steps.at(-1)).toMatchObject({ ok: false, code: 'connection-lost' });
      expect(await desk.record(user, at(0).asset)).toMatchObject({ state: 'pushed', failure: null });
      expect(await desk.record(user, at(1).asset)).toMatchObject({
        state: 'failed',
        succeeded: true,
        failureTold: { code: 'connection-lost' },
      });

      await on(`sed -i "s/^Port .*/Port 22/" ${config}; mv /usr/sbin/visudo.real /usr/sbin/visudo`, 1);
      await reload(1);
      expect([await logsIn(0), await logsIn(1)]).toEqual([`by${mode}`, `by${mode}`]);
      expect(await on(`cat ${SUDOERS}by${mode}`, 1)).toBe(before);
      const again = await harness.admin.call('POST', `/pushes/${id}/again`, withId, {});
      expect((await desk.end(again.id)).results).toMatchObject([{ assetName: 'app-02', state: 'succeeded' }]);
      expect(await desk.record(user, at(1).asset)).toMatchObject({ state: 'pushed', failureTold: null });
      expect(await on(`cat ${SUDOERS}by${mode}`, 1)).toContain('/usr/bin/uptime');
      if (mode === 'key') expect(await on('grep -c . ~bykey/.ssh/authorized_keys', 1)).toBe('1');
      expect([await logsIn(0), await logsIn(1)]).toEqual([`by${mode}`, `by${mode}`]);
    },
  );

  it('gets its old password back when the new one does not work', async () => {
    const { asset } = at(1);
    const user = await desk.addSystemUser('pw', { password: 'the first 4711' });
    expect(await desk.push(user, asset, 'password')).toMatchObject({ state: 'succeeded' });
    const person = await harness.addPerson('bob');
    await harness.addRule([person.id], [asset], [user]);
    const logsIn = async (): Promise<string> =>
      (await (await harness.ssh(person, 'bob@pw@app-02')).exec('id -un')).text.trim();
    expect(await logsIn()).toBe('pw');
    // sshd refuses whoever has the group, which comes with the same push
    await on('groupadd shut; echo "DenyGroups shut" >>/etc/gatehouse-host/sshd_config', 1);
    await reload(1);
    await harness.change(`/system-users/${user}`, { password: 'the second 4711', groups: ['shut'] });
    expect(await desk.push(user, asset, 'password')).toMatchObject({ state: 'failed', step: 'proof' });
    await on('gpasswd -d pw shut; sed -i /DenyGroups/d /etc/gatehouse-host/sshd_config', 1);
    await reload(1);
    await expect.poll(logsIn, { timeout: 20_000 }).toBe('pw');
    await harness.change(`/system-users/${user}`, { groups: [] });
    expect(await desk.push(user, asset, 'password')).toMatchObject({ state: 'succeeded' });
    expect(await logsIn()).toBe('pw');
  });
});
