import { readdirSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { requires, type Host } from '../hosts/index.js';
import { Harness } from './harness.js';
import { PushDesk, type PushResult } from './push-desk.js';

const SUDOERS = '/etc/sudoers.d/gatehouse-';
const LONG = 180_000;

const operations = z.object({
  items: z.array(z.object({ action: z.string(), subjectName: z.string().nullable() })),
});

const historyPage = z.object({ items: z.array(z.object({ mode: z.string(), engine: z.string() })) });
const setting = z.object({ engine: z.string(), ansibleLimitSeconds: z.number() });

const stepsOf = ({ steps }: PushResult): string[] => steps.map(({ step, ok }) => (ok ? step : `!${step}`));
/** Folders of playbooks, of whichever gateway. */
const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('gatehouse-ansible-'));

requires('hosts', 'ssh', 'sudo', 'ansible').describe('a push by Ansible', () => {
  let harness: Harness;
  let desk: PushDesk;
  let host: Host;
  let asset: string;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, LONG);
  beforeAll(async () => {
    desk = await PushDesk.open(harness);
    const accounts = [{ username: 'ops', password: 'ops "4711" \\', sudo: 'nopasswd' as const }];
    host = await harness.startHost({ name: 'web-01', accounts, setup: desk.rootSetup });
    asset = await desk.addAsset(host);
    await harness.admin.do('PUT', '/settings/push-engine', { engine: 'ansible' });
  });
  beforeEach(async () => {
    await expect.poll(folders, { timeout: 10_000 }).toEqual([]);
  });

  const on = async (command: string): Promise<string> => {
    const { text, stderr, status } = await host.exec(command);
    return status === 0 ? text.trim() : `status ${status}: ${stderr.trim()}`;
  };
  /** All that a push may touch. */
  const traces = (name: string): Promise<string> =>
    on(`getent passwd ${name}; grep '^${name}:' /etc/shadow; id ${name}; ls -la --time-style=full-iso ~${name}/.ssh;
        cat ~${name}/.ssh/authorized_keys; ls -la --time-style=full-iso ${SUDOERS}${name}; cat ${SUDOERS}${name}`);

  it(
    'does all that the agentless engine does, to the same end, takes it back, and leaves nothing',
    async () => {
      const alias = await desk.addAlias('NET', ['/usr/bin/id', '/bin/cat /etc/hosts a,b {{7*7}} $(id)']);
      const wish = { sudoAliasIds: [alias], shell: '/bin/sh', password: 'pass:{{7*7}} $(id) "4711\'' };
      const comment = `{{7*7}} {% raw %} it's {{ lookup('pipe', 'id') }}\nsecond line`;
      const user = await desk.addSystemUser('dev', { ...wish, generateKey: true, comment });
      const result = await desk.push(user, asset, 'both');
      expect(result).toMatchObject({ state: 'succeeded', reason: '' });
      expect(stepsOf(result)).toEqual([
        ...[
          'resolve',
          'connect',
          'host-key',
          'login',
          'privilege',
          'ansible',
          'account',
          'home',
          'key',
          'password',
        ],
        ...['sudo-check', 'sudo-install', 'proof'],
      ]);
      expect(await on('getent passwd dev | cut -d: -f5')).toBe(
        `{{7*7}} {% raw %} it's {{ lookup('pipe' 'id') }} second line`,
      );
      expect(await on('sudo -n -l -U dev')).toContain('/bin/cat /etc/hosts a\\,b {{7*7}} $(id)');
      expect(await desk.record(user, asset)).toMatchObject({
        engine: 'ansible',
        state: 'pushed',
        mode: 'both',
      });

      const before = await traces('dev');
      await harness.admin.do('PUT', '/settings/push-engine', { engine: 'agentless' });
      expect(await desk.push(user, asset, 'both')).toMatchObject({ state: 'succeeded' });
      expect(await traces('dev')).toBe(before);
      expect(await desk.record(user, asset)).toMatchObject({ engine: 'agentless' });
      await harness.admin.do('PUT', '/settings/push-engine', { engine: 'ansible' });

      // unlinked, and a new key and password
      await harness.change(`/system-users/${user}`, {
        sudoAliasIds: [],
        generateKey: true,
        generatePassword: true,
      });
      const again = await desk.push(user, asset, 'both');
      expect(again).toMatchObject({ state: 'succeeded', reason: '' });
      expect(stepsOf(again)).toContain('old-key');
      expect(await on(`ls ${SUDOERS}dev`)).toMatch(/No such file/);
      expect(await on('wc -l <~dev/.ssh/authorized_keys')).toBe('1');

      const recycled = await desk.push(user, asset, 'recycle');
      expect(recycled).toMatchObject({ state: 'succeeded', reason: '' });
      expect(stepsOf(recycled).slice(-4)).toEqual(['ansible', 'sudo-remove', 'key-remove', 'account-remove']);
      const { items } = await harness.admin.call('GET', `/push-history?systemUserId=${user}`, historyPage);
      expect(items.map(({ mode, engine }) => `${mode} ${engine}`)).toEqual([
        'recycle ansible',
        'both ansible',
        'both agentless',
        'both ansible',
      ]);
      expect(await on('getent passwd dev || echo gone')).toBe('gone');
      expect(await desk.record(user, asset)).toBeNull();
      expect(
        await on('find /tmp /root/.ansible /home/ops -newer /etc/hosts -type f 2>/dev/null | head -5'),
      ).toBe('');
    },
    LONG,
  );

  it(
    'works over an account with a password that uses sudo, and sees what it must not see nowhere',
    async () => {
      const adminAccountId = await desk.addAdminAccount('ops', { password: 'ops "4711" \\' });
      const bySudo = await desk.addAsset({ ...host, name: 'by-sudo' }, { adminAccountId });
      const user = await desk.addSystemUser('viasudo');
      const id = await desk.start(user, [bySudo], 'key');
      const seen = await watched(desk, id);
      const { results } = await desk.end(id);
      expect(results[0]).toMatchObject({ state: 'succeeded', reason: '' });
      expect(seen.environment).toMatch(/^HOME=\S*gatehouse-ansible-/m);
      expect(seen.environment).not.toMatch(/GATEHOUSE_/);
      expect(seen.files).toContain('ssh_config');
      expect(seen.files + seen.commands).not.toMatch(/4711|PRIVATE KEY/);
      expect(await on('cat /var/log/syslog /var/log/auth.log 2>/dev/null; true')).not.toContain('4711');
    },
    LONG,
  );

  it(
    'writes nothing outside the account, nor what visudo refuses, and says why',
    async () => {
      await on(
        `useradd -m -p '*' linked; mkdir -p /srv/target; rm -rf ~linked/.ssh; ln -s /srv/target ~linked/.ssh; chown -h linked ~linked/.ssh; chmod 777 /srv/target`,
      );
      const linked = await desk.addSystemUser('linked', { generateKey: true, shell: '/bin/sh' });
      const bad = await desk.push(linked, asset);
      expect(bad).toMatchObject({ state: 'failed', step: 'key' });
      expect(bad.reason).toMatch(/\.ssh.*symbolic link/);
      expect(await on('ls -A /srv/target')).toBe('');

      await on(`echo 'User_Alias BROKEN' >/etc/sudoers.d/other; chmod 440 /etc/sudoers.d/other`);
      const alias = await desk.addAlias('SAFE', ['/usr/bin/id']);
      const user = await desk.addSystemUser('refused', { generateKey: true, sudoAliasIds: [alias] });
      const result = await desk.push(user, asset);
      expect(result).toMatchObject({ state: 'failed', step: 'sudo-check' });
      expect(result.reason).toMatch(/visudo refuses/);
      expect(await on('ls -A /etc/sudoers.d')).not.toMatch(/refused/);
      expect(await desk.record(user, asset)).toMatchObject({ engine: 'ansible', failure: result.reason });
      await on('rm /etc/sudoers.d/other');
    },
    LONG,
  );

  it(
    'fails with the step and the reason, and ends when it is stopped',
    async () => {
      const tiny = await harness.startHost({
        name: 'no-python',
        setup: `${desk.rootSetup}chmod 0 /usr/bin/python3*\n`,
      });
      const wrong = await desk.addAdminAccount('ops', { password: 'wrong' });
      const user = await desk.addSystemUser('reasons', { generateKey: true, groups: ['nosuchgroup'] });
      const cases: [string, string, RegExp][] = [
        [await desk.addAsset({ ...host, name: 'away', port: 1 }), 'connect', /refused/],
        [
          await desk.addAsset({ ...host, name: 'wrong' }, { adminAccountId: wrong }),
          'login',
          /correct its password/,
        ],
        [
          await desk.addAsset({ ...host, name: 'other-key', hostKey: tiny.hostKey }),
          'host-key',
          /not the pinned one/,
        ],
        [await desk.addAsset(tiny), 'ansible', /no Python 3 on no-python/],
        [asset, 'account', /There is no group nosuchgroup/],
      ];
      const { results } = await desk.end(
        await desk.start(
          user,
          cases.map(([id]) => id),
          'key',
        ),
      );
      for (const [id, step, reason] of cases) {
        const result = results.find(({ assetId }) => assetId === id);
        expect(result).toMatchObject({ state: 'failed', step });
        expect(result?.reason).toMatch(reason);
        expect(await desk.record(user, id)).toMatchObject({ engine: 'ansible', failure: result?.reason });
      }
      await on(
        'mv /usr/sbin/useradd /usr/sbin/useradd.real; printf "#!/bin/sh\\nsleep 1000\\n" >/usr/sbin/useradd; chmod 755 /usr/sbin/useradd',
      );
      await harness.change(`/system-users/${user}`, { groups: [] });
      const id = await desk.start(user, [asset], 'key');
      await expect
        .poll(() => on('pgrep -f "[s]leep 1000" >/dev/null && echo hangs || true'), { timeout: 20_000 })
        .toBe('hangs');
      await harness.admin.do('POST', `/pushes/${id}/stop`);
      expect((await desk.end(id)).state).toBe('stopped');
      await on('pkill -f "[s]leep 1000"; mv /usr/sbin/useradd.real /usr/sbin/useradd');
    },
    LONG,
  );

  it(
    'is ended at the time limit, says so, and leaves neither a process nor a folder behind',
    async () => {
      const wish = { engine: 'ansible', ansibleLimitSeconds: 10 };
      expect(await harness.admin.call('PUT', '/settings/push-engine', setting, wish)).toEqual(wish);
      await on(
        'mv /usr/sbin/useradd /usr/sbin/useradd.real; printf "#!/bin/sh\\nsleep 1000\\n" >/usr/sbin/useradd; chmod 755 /usr/sbin/useradd',
      );
      const user = await desk.addSystemUser('slow', { generateKey: true });
      const id = await desk.start(user, [asset], 'key');
      await expect
        .poll(() => on('pgrep -f "[s]leep 1000" >/dev/null && echo hangs || true'), { timeout: 20_000 })
        .toBe('hangs');
      const gateway = harness.product.gateways[0]?.pid;
      expect(await processesOf(gateway)).not.toEqual([]);
      const { results } = await desk.end(id);
      const told = {
        code: 'too-late',
        message: 'web-01 was not done within 10 s. Look at its load, then try again.',
      };
      expect(results[0]).toMatchObject({ state: 'failed', step: 'ansible', reason: told.message });
      expect(results[0]?.steps.at(-1)).toMatchObject({ ok: false, ...told });
      await expect.poll(() => processesOf(gateway), { timeout: 10_000 }).toEqual([]);
      await expect.poll(folders, { timeout: 10_000 }).toEqual([]);
      await expect
        .poll(() => desk.record(user, asset), { timeout: 10_000 })
        .toMatchObject({ state: 'failed', engine: 'ansible', failureTold: told });

      await on('pkill -f "[s]leep 1000"; mv /usr/sbin/useradd.real /usr/sbin/useradd');
      // what is not said stays
      await harness.admin.do('PUT', '/settings/push-engine', { engine: 'ansible' });
      expect(await harness.admin.call('GET', '/settings/push-engine', setting)).toEqual(wish);
      await harness.admin.do('PUT', '/settings/push-engine', { engine: 'ansible', ansibleLimitSeconds: 600 });
      expect(await desk.push(user, asset)).toMatchObject({ state: 'succeeded' });
      const short = harness.admin.send('PUT', '/settings/push-engine', {
        engine: 'ansible',
        ansibleLimitSeconds: 9,
      });
      await expect(short).rejects.toThrow(/from 10 to 3600/);
    },
    LONG,
  );

  it('is chosen by an admin, which is on record', async () => {
    const page = await harness.admin.call('GET', '/operations?q=push-engine', operations);
    expect(page.items).toContainEqual({ action: 'settings.update', subjectName: 'push-engine' });
    const nonsense = harness.admin.send('PUT', '/settings/push-engine', { engine: 'puppet' });
    await expect(nonsense).rejects.toThrow(/engine/);
  });
});

/** Processes that work in the folders of a gateway's playbooks, or name one on their command line. */
async function processesOf(gateway: number | undefined): Promise<string[]> {
  const mark = `gatehouse-ansible-${gateway}-`;
  const seen = (await readdir('/proc'))
    .filter((name) => /^\d+$/.test(name))
    .map(async (pid) => {
      const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return `${folder} ${command.replaceAll('\0', ' ')}`;
    });
  return (await Promise.all(seen)).filter((one) => one.includes(mark));
}

/** What the playbook's processes show of themselves while they run: environments, command lines, files of their folder. */
async function watched(
  desk: PushDesk,
  id: string,
): Promise<Record<'environment' | 'commands' | 'files', string>> {
  const seen = { environment: '', commands: '', files: '' };
  for (;;) {
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (!command.includes('gatehouse-ansible-') && !command.includes('ansible-playbook')) continue;
      seen.commands += `${command.replaceAll('\0', ' ')}\n`;
      seen.environment += (await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).replaceAll(
        '\0',
        '\n',
      );
    }
    for (const folder of folders()) {
      for (const name of await readdir(`${tmpdir()}/${folder}`).catch(() => [])) {
        seen.files += `${name}\n${await readFile(`${tmpdir()}/${folder}/${name}`, 'utf8').catch(() => '')}`;
      }
    }
    if ((await desk.get(id)).finishedAt !== null) return seen;
  }
}
