import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires, type Host } from '../hosts/index.js';
import { Harness } from './harness.js';
import { PushDesk, type PushResult } from './push-desk.js';

const anyPage = z.object({ items: z.array(z.unknown()) });
const SUDOERS = '/etc/sudoers.d/gatehouse-';

requires('hosts', 'ssh', 'sudo').describe('a push', () => {
  let harness: Harness;
  let desk: PushDesk;
  let host: Host;
  let asset: string;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    desk = await PushDesk.open(harness);
    const accounts = [{ username: 'ops', password: 'ops 4711', sudo: 'nopasswd' as const }];
    host = await harness.startHost({ name: 'web-01', accounts, setup: desk.rootSetup });
    asset = await desk.addAsset(host);
  });

  const on = async (command: string): Promise<string> => {
    const { text, stderr, status } = await host.exec(command);
    return status === 0 ? text.trim() : `status ${status}: ${stderr.trim()}`;
  };
  const stepsOf = ({ steps }: PushResult): string[] => steps.map(({ step, ok }) => (ok ? step : `!${step}`));
  /** All that a push may touch. */
  const traces = (name: string): Promise<string> =>
    on(`getent passwd ${name}; grep '^${name}:' /etc/shadow; id ${name}; ls -la --time-style=full-iso ~${name} ~${name}/.ssh;
        cat ~${name}/.ssh/authorized_keys; ls -la --time-style=full-iso /etc/sudoers.d; cat ${SUDOERS}${name} 2>/dev/null || true`);

  it('by key makes the account, the key and the sudoers file, and proves them', async () => {
    const alias = await desk.addAlias('NET', ['/usr/bin/id', '/bin/cat /etc/hosts a,b']);
    await on('groupadd -f deployers');
    const dev = await desk.addSystemUser('dev', {
      generateKey: true,
      shell: '/bin/sh',
      comment: 'Developers: all, of them\nsecond line',
      groups: ['deployers'],
      sudoAliasIds: [alias],
    });
    const result = await desk.push(dev, asset);
    expect(result).toMatchObject({ state: 'succeeded', reason: '' });
    expect(stepsOf(result)).toEqual([
      ...['resolve', 'connect', 'host-key', 'login', 'privilege', 'account', 'home', 'key'],
      ...['sudo-check', 'sudo-install', 'proof'],
    ]);
    expect(await on('getent passwd dev | cut -d: -f5-7')).toBe(
      'Developers all of them second line:/home/dev:/bin/sh',
    );
    expect(await on('id -nG dev')).toBe('dev deployers');
    expect(await on('stat -c "%a %U" ~dev/.ssh ~dev/.ssh/authorized_keys')).toBe('700 dev\n600 dev');
    expect(await on(`stat -c "%a %U:%G" ${SUDOERS}dev; visudo -c >/dev/null && echo sound`)).toBe(
      '440 root:root\nsound',
    );
    expect(await on('sudo -n -l -U dev')).toContain(
      '(root) NOPASSWD: /usr/bin/id, /bin/cat /etc/hosts a\\,b',
    );
    expect(await on('su dev -c "sudo -n /usr/bin/id -un"')).toBe('root');
    expect(await on('su dev -c "sudo -n /usr/bin/whoami"')).toMatch(/^status 1/);
    expect(await desk.record(dev, asset)).toEqual({
      state: 'pushed',
      succeeded: true,
      failure: null,
      failureTold: null,
      engine: 'agentless',
      mode: 'key',
      accountExisted: false,
      pushedBy: 'admin',
    });

    const before = await traces('dev');
    expect(await desk.push(dev, asset)).toMatchObject({ state: 'succeeded' });
    expect(await traces('dev')).toBe(before);
  });

  it('by password lets it log in with it; made twice it leaves the hash alone', async () => {
    const user = await desk.addSystemUser('dba', { password: 'pass:word, $(id) "4711"' });
    expect(await desk.push(user, asset, 'password')).toMatchObject({ state: 'succeeded' });
    const before = await traces('dba');
    expect(await desk.push(user, asset, 'password')).toMatchObject({ state: 'succeeded' });
    expect(await traces('dba')).toBe(before);
    await harness.change(`/system-users/${user}`, { generatePassword: true });
    expect(await desk.record(user, asset)).toMatchObject({ state: 'outdated' });
    expect(await desk.push(user, asset, 'password')).toMatchObject({ state: 'succeeded' });
    expect(await traces('dba')).not.toBe(before);
  });

  it('works over an account that uses sudo', async () => {
    const adminAccountId = await desk.addAdminAccount('ops', { password: 'ops 4711' });
    const bySudo = await desk.addAsset({ ...host, name: 'by-sudo' }, { adminAccountId });
    const user = await desk.addSystemUser('viasudo', { generateKey: true, generatePassword: true });
    expect(await desk.push(user, bySudo, 'both')).toMatchObject({ state: 'succeeded' });
  });

  it('after unlinking takes the sudoers file away', async () => {
    const alias = await desk.addAlias('GONE', ['ALL']);
    const user = await desk.addSystemUser('sa', { generateKey: true, sudoAliasIds: [alias] });
    expect(await desk.push(user, asset)).toMatchObject({ state: 'succeeded' });
    expect(await on('su sa -c "sudo -n whoami"')).toBe('root');
    await harness.change(`/system-users/${user}`, { sudoAliasIds: [] });
    expect(await desk.record(user, asset)).toMatchObject({ state: 'outdated' });
    expect(await desk.push(user, asset)).toMatchObject({ state: 'succeeded' });
    expect(await on(`ls ${SUDOERS}sa`)).toMatch(/No such file/);
  });

  it('whose sudoers file does not fit what is there changes nothing that sudo reads', async () => {
    const alias = await desk.addAlias('TWICE', ['/usr/bin/id']);
    const user = await desk.addSystemUser('twice', { generateKey: true, sudoAliasIds: [alias] });
    expect(await desk.push(user, asset)).toMatchObject({ state: 'succeeded' });
    // somebody else defines our alias too: the whole is unsound with ours in it
    const name = /Cmnd_Alias (\S+)/.exec(await on(`cat ${SUDOERS}twice`))?.[1];
    await on(
      `rm ${SUDOERS}twice; echo 'Cmnd_Alias ${name} = /bin/true' >/etc/sudoers.d/other; chmod 440 /etc/sudoers.d/other`,
    );
    const before = await on('cd /etc/sudoers.d; ls -A; cat *');
    const result = await desk.push(user, asset);
    expect(result).toMatchObject({ state: 'failed', step: 'sudo-check' });
    expect(result.reason).toMatch(/visudo refuses/);
    expect(await on('cd /etc/sudoers.d; ls -A; cat *')).toBe(before);
    expect(await desk.record(user, asset)).toMatchObject({
      state: 'failed',
      succeeded: true,
      failure: result.reason,
    });
    await on('rm /etc/sudoers.d/other');
  });

  it('keeps what else stands in authorized_keys and replaces only its own line', async () => {
    const user = await desk.addSystemUser('keeper');
    expect(await desk.push(user, asset)).toMatchObject({ state: 'succeeded' });
    const ours = await on('cat ~keeper/.ssh/authorized_keys');
    await on(
      `printf '# mine\\nssh-ed25519 AAAA other@host' >~keeper/.ssh/authorized_keys; echo >>~keeper/.ssh/authorized_keys; echo '${ours}' >>~keeper/.ssh/authorized_keys`,
    );
    await harness.change(`/system-users/${user}`, { generateKey: true });
    const result = await desk.push(user, asset);
    expect(stepsOf(result)).toContain('old-key');
    const lines = (await on('cat ~keeper/.ssh/authorized_keys')).split('\n');
    expect(lines.slice(0, 2)).toEqual(['# mine', 'ssh-ed25519 AAAA other@host']);
    expect(lines).toHaveLength(3);
    expect(lines[2]).not.toBe(ours);
  });

  it('fails with the step and the reason', async () => {
    const user = await desk.addSystemUser('reasons', { generateKey: true, groups: ['nosuchgroup'] });
    const away = await desk.addAsset({ ...host, name: 'away', port: 1 });
    const unpinned = await desk.addAsset({ ...host, name: 'unpinned' }, { hostKeys: [] });
    const wrong = await desk.addAdminAccount('ops', { password: 'wrong' });
    const refused = await desk.addAsset({ ...host, name: 'refused' }, { adminAccountId: wrong });
    const inactive = await desk.addAsset({ ...host, name: 'inactive' }, { active: false });
    const cases: [string, string, RegExp][] = [
      [away, 'connect', /refused/],
      [unpinned, 'host-key', /pin it/],
      [refused, 'login', /correct its password/],
      [inactive, 'resolve', /make it active/],
      [asset, 'account', /There is no group nosuchgroup/],
    ];
    for (const [id, step, reason] of cases) {
      const result = await desk.push(user, id);
      expect([result.assetName, result.state, result.step]).toEqual([result.assetName, 'failed', step]);
      expect(result.reason).toMatch(reason);
      const [last] = result.steps.slice(-1);
      expect(last).toMatchObject({ step, ok: false, message: result.reason });
      expect(last?.code).toBeDefined();
      expect(await desk.record(user, id)).toMatchObject({
        state: 'failed',
        succeeded: false,
        failureTold: { code: last?.code, message: result.reason },
      });
    }
    const { items } = await harness.admin.call(
      'GET',
      `/push-records?systemUserId=${user}&state=failed`,
      anyPage,
    );
    expect(items).toHaveLength(cases.length);
  });

  it('pins the host key at first contact when it is asked to, and says so', async () => {
    const user = await desk.addSystemUser('pinner');
    const fresh = await desk.addAsset({ ...host, name: 'fresh' }, { hostKeys: [] });
    const result = await desk.push(user, fresh, 'key', { pinHostKey: true });
    expect(result).toMatchObject({ state: 'succeeded' });
    expect(result.steps.find(({ step }) => step === 'host-key')?.message).toMatch(
      /^Pinned at first contact.*SHA256:/,
    );
    const pins = await harness.admin.send('GET', `/assets/${fresh}/host-keys`);
    expect(await pins.text()).toContain(host.hostKey);
    expect(await harness.operations('admin')).toContain('asset.pin-host-keys system');
  });
});
