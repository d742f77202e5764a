import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { endProcess, requires, startMisbehavingHost } from '../hosts/index.js';
import { Harness } from './harness.js';
import { PushDesk } from './push-desk.js';
import { PushedHosts } from './pushed-hosts.js';

const withId = z.object({ id: z.uuid() });
const historyPage = z.object({
  items: z.array(
    z.object({ systemUsername: z.string(), mode: z.string(), state: z.string(), engine: z.string() }),
  ),
});
const actionPage = z.object({ items: z.array(z.object({ action: z.string() })) });
const removal = z.object({ pushId: z.uuid().nullable() });
const goneView = z.object({ systemUsername: z.string(), systemUserExists: z.boolean() });
const explained = z.object({ granted: z.boolean(), obstacles: z.array(z.string()) });
const SUDOERS = '/etc/sudoers.d/gatehouse-';

requires('hosts', 'ssh', 'sudo').describe('what was pushed', () => {
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

  it('is taken back: account, sudoers file and record; what runs as it ends; its home stays', async () => {
    const { asset } = at(0);
    const alias = await desk.addAlias('LIFE', ['/usr/bin/id']);
    const user = await desk.addSystemUser('dev', { generateKey: true, sudoAliasIds: [alias] });
    expect(await desk.push(user, asset)).toMatchObject({ state: 'succeeded' });
    await on('su dev -c "sleep 1000 </dev/null >/dev/null 2>&1 & echo left" ');
    const result = await desk.push(user, asset, 'recycle');
    expect(result).toMatchObject({ state: 'succeeded', reason: '' });
    expect(result.steps.map(({ step }) => step).slice(-3)).toEqual([
      'sudo-remove',
      'key-remove',
      'account-remove',
    ]);
    expect(await on('id dev')).toMatch(/no such user/);
    expect(await on(`ls ${SUDOERS}dev`)).toMatch(/No such file/);
    expect(await on('ls -d /home/dev; cat /home/dev/.ssh/authorized_keys')).toBe('/home/dev');
    expect(await on('visudo -c >/dev/null && echo sound')).toBe('sound');
    expect(await desk.record(user, asset)).toBeNull();
    // once more there is nothing to take back
    await expect(desk.start(user, [asset], 'recycle')).rejects.toThrow(/no push record/);
    expect(await desk.push(user, asset)).toMatchObject({ state: 'succeeded', reason: '' });
  });

  it('is taken back from an account that was there before, which stays with all else that it has', async () => {
    const { asset } = at(0);
    await on(
      "useradd -m -s /bin/sh -p '*' old; mkdir ~old/.ssh; echo 'ssh-ed25519 AAAA mine' >~old/.ssh/authorized_keys; chown -R old ~old/.ssh",
    );
    const before = await on('id old; cat ~old/.ssh/authorized_keys; ls -A /etc/sudoers.d');
    const alias = await desk.addAlias('OLD', ['/usr/bin/id']);
    const user = await desk.addSystemUser('old', {
      generateKey: true,
      shell: '/bin/sh',
      sudoAliasIds: [alias],
    });
    expect(await desk.push(user, asset)).toMatchObject({ state: 'succeeded' });
    expect(await desk.record(user, asset)).toMatchObject({ accountExisted: true });
    // a second push finds the account too, and must not take it for its own
    expect(await desk.push(user, asset)).toMatchObject({ state: 'succeeded' });
    expect(await desk.push(user, asset, 'recycle')).toMatchObject({ state: 'succeeded' });
    expect(await on('id old; cat ~old/.ssh/authorized_keys; ls -A /etc/sudoers.d')).toBe(before);
  });

  it('reaches all that is in a group; an asset that joins later lets nobody in before its own push', async () => {
    const group = { name: 'apps', assetIds: [at(0).asset] };
    const { id: assetGroupId } = await harness.admin.call('POST', '/asset-groups', withId, group);
    const user = await desk.addSystemUser('grouped', { generateKey: true, shell: '/bin/sh' });
    const toGroup = (): Promise<string> => desk.start(user, [], 'key', { assetGroupIds: [assetGroupId] });
    const first = await desk.end(await toGroup());
    expect(first.results).toMatchObject([{ assetName: 'app-01', state: 'succeeded' }]);
    const person = await harness.addPerson('gina');
    await harness.admin.do('POST', '/authorization-rules', {
      name: 'apps',
      userIds: [person.id],
      assetGroupIds: [assetGroupId],
      systemUserIds: [user],
    });
    const logsIn = async (index: number): Promise<string> => {
      const ssh = await harness.ssh(person, `gina@grouped@${at(index).host.name}`);
      return (await ssh.exec('id -un')).text.trim();
    };
    expect(await logsIn(0)).toBe('grouped');

    await harness.change(`/asset-groups/${assetGroupId}`, { assetIds: assets });
    expect(await logsIn(1)).not.toBe('grouped');
    const asked = `userId=${person.id}&assetId=${at(1).asset}&systemUserId=${user}`;
    expect(await harness.admin.call('GET', `/authorization/explain?${asked}`, explained)).toEqual({
      granted: false,
      obstacles: ['not_pushed'],
    });
    expect((await desk.end(await toGroup())).results).toHaveLength(2);
    expect([await logsIn(0), await logsIn(1)]).toEqual(['grouped', 'grouped']);
  });

  it('was only recorded: its record goes without a connection, and no engine is named for it', async () => {
    const away = await desk.addAsset({ ...at(0).host, name: 'recorded', port: 1 });
    const user = await desk.addSystemUser('recorded');
    expect(await desk.push(user, away, 'record-only')).toMatchObject({ state: 'succeeded', steps: [] });
    const result = await desk.push(user, away, 'recycle');
    expect(result.steps.map(({ step, code }) => `${step} ${code ?? ''}`)).toEqual([
      'account-remove never-pushed',
    ]);
    expect(await desk.record(user, away)).toBeNull();
    const { items } = await harness.admin.call('GET', `/push-history?systemUserId=${user}`, historyPage);
    expect(items.map(({ mode, engine }) => `${mode} ${engine}`)).toEqual([
      'recycle none',
      'record-only none',
    ]);
  });

  it('stays on record when it can not be taken back: another account has its name now', async () => {
    const { asset } = at(0);
    const user = await desk.addSystemUser('other');
    expect(await desk.push(user, asset)).toMatchObject({ state: 'succeeded' });
    await on("userdel other; useradd -u 4711 -p '*' other");
    const result = await desk.push(user, asset, 'recycle');
    expect(result).toMatchObject({ state: 'failed', step: 'account-remove' });
    expect(result.reason).toMatch(/another one than was pushed/);
    expect(await on('id -u other')).toBe('4711');
    expect(await desk.record(user, asset)).toMatchObject({
      state: 'failed',
      failure: result.reason,
      failureTold: { code: 'other-account' },
    });
  });

  it('stays on record when it can not be taken back: the asset is away', async () => {
    const { host, asset } = at(0);
    const user = await desk.addSystemUser('faraway');
    expect(await desk.push(user, asset)).toMatchObject({ state: 'succeeded' });
    await harness.change(`/assets/${asset}`, { port: 1 });
    expect(await desk.push(user, asset, 'recycle')).toMatchObject({ state: 'failed', step: 'connect' });
    expect(await desk.record(user, asset)).toMatchObject({
      state: 'failed',
      succeeded: true,
      accountExisted: false,
      failure: expect.stringContaining(`nothing answers at ${host.address} port 1 (`) as string,
      failureTold: { code: 'refused-at' },
    });
    expect(await on('id -un faraway')).toBe('faraway');
    await harness.change(`/assets/${asset}`, { port: host.port });
    expect(await desk.push(user, asset, 'recycle')).toMatchObject({ state: 'succeeded' });
    expect(await on('id faraway')).toMatch(/no such user/);
  });

  it('goes with its system user when that is deleted so, and not before it has gone everywhere', async () => {
    const user = await desk.addSystemUser('leaver');
    await desk.end(await desk.start(user, assets, 'key'));
    const rule = await harness.addRule([(await harness.addPerson('lea')).id], assets, [user]);
    const remove = async (): Promise<string> =>
      (await harness.admin.call('DELETE', `/system-users/${user}?recycle=true`, removal)).pushId ?? '';
    await expect(remove()).rejects.toThrow(/in_use/);
    await harness.admin.do('DELETE', `/authorization-rules/${rule}`);

    // the second asset has another account of this name now: that one is left alone, and so is the system user
    await on("userdel leaver; useradd -u 4712 -p '*' leaver", 1);
    const half = await remove();
    const { state, results } = await desk.end(half);
    expect(state).toBe('partial');
    expect(results[1]).toMatchObject({ assetName: 'app-02', step: 'account-remove' });
    expect(results[1]?.reason).toMatch(/another one than was pushed/);
    expect(await on('id leaver')).toMatch(/no such user/);
    expect(await desk.record(user, at(1).asset)).toMatchObject({ state: 'failed' });

    // what is in the way is taken out, and the failed one done again: now the system user goes too
    await on('userdel leaver', 1);
    const { id: again } = await harness.admin.call('POST', `/pushes/${half}/again`, withId, {});
    const last = await desk.end(again);
    expect(last.state).toBe('succeeded');
    expect(last.results[0]?.steps.at(-1)).toMatchObject({ step: 'system-user-remove' });
    await expect(harness.admin.send('GET', `/system-users/${user}`)).rejects.toThrow(/404/);
    const { items } = await harness.admin.call('GET', `/push-history?systemUserId=${user}`, historyPage);
    expect(items.map((item) => `${item.systemUsername} ${item.mode} ${item.state} ${item.engine}`)).toEqual([
      'leaver recycle succeeded agentless',
      'leaver recycle succeeded agentless',
      'leaver recycle failed agentless',
      'leaver key succeeded agentless',
      'leaver key succeeded agentless',
    ]);
    const log = await harness.admin.call('GET', '/operations?q=leaver', actionPage);
    expect(log.items.map(({ action }) => action)).toContain('system-user.delete');
    const nowhere = await desk.addSystemUser('nowhere');
    expect(await harness.admin.call('DELETE', `/system-users/${nowhere}?recycle=true`, removal)).toEqual({
      pushId: null,
    });
  });

  it('leaves its history when the system user is deleted without taking it back', async () => {
    const { asset } = at(0);
    const user = await desk.addSystemUser('left');
    const id = await desk.start(user, [asset], 'key');
    await desk.end(id);
    await harness.admin.do('DELETE', `/system-users/${user}`);
    expect(await on('id -un left')).toBe('left');
    expect(await harness.admin.call('GET', `/pushes/${id}`, goneView)).toEqual({
      systemUsername: 'left',
      systemUserExists: false,
    });
    const { items } = await harness.admin.call('GET', `/push-history?assetId=${asset}`, historyPage);
    expect(items[0]).toMatchObject({ systemUsername: 'left', mode: 'key', state: 'succeeded' });
    await expect(
      harness.admin.call('POST', `/pushes/${id}/again`, withId, { assetIds: [asset] }),
    ).rejects.toThrow(/system user/);
  });

  it('is not pushed twice at once, can be stopped, and outlives its gateway', async () => {
    const silent = await startMisbehavingHost('silent');
    try {
      const { address, port, hostKey } = silent;
      const dead = await Promise.all(
        Array.from({ length: 3 }, (_, index) =>
          desk.addAsset({ name: `dead-${index}`, address, port, hostKey }),
        ),
      );
      const user = await desk.addSystemUser('stopper');
      const id = await desk.start(user, dead, 'key');
      await expect(desk.start(user, [dead[0] ?? ''], 'key')).rejects.toThrow(/under way/);
      await expect.poll(async () => (await desk.get(id)).state).toBe('running');
      await harness.admin.do('POST', `/pushes/${id}/stop`);
      expect(await desk.end(id)).toMatchObject({ state: 'stopped' });

      const next = await desk.start(user, [...dead, ...assets], 'key');
      await expect.poll(async () => (await desk.get(next)).state).toBe('running');
      for (const gateway of harness.product.gateways.splice(0)) await endProcess(gateway, 'SIGKILL');
      await harness.product.startGateway();
      const { state, results } = await desk.end(next);
      expect(state).toBe('partial');
      expect(
        results.filter((result) => result.state === 'succeeded').map(({ assetName }) => assetName),
      ).toEqual(['app-01', 'app-02']);
    } finally {
      await silent.stop();
    }
  }, 90_000);
});
