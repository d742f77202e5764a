import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires, startMisbehavingHost, type Host } from '../hosts/index.js';
import { DriftDesk } from './drift-desk.js';
import { Harness } from './harness.js';
import { PushDesk } from './push-desk.js';

const SUDOERS = '/etc/sudoers.d/gatehouse-dev';
/** All that a scan could have changed. */
const STATE = `find /etc /root/.ssh /home -newer /srv/mark | sort`;

requires('hosts', 'ssh', 'sudo', 'busybox-hosts').describe('a scan for drift', () => {
  let harness: Harness;
  let desk: PushDesk;
  let drift: DriftDesk;
  let host: Host;
  let asset: string;
  let user: string;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    desk = await PushDesk.open(harness);
    drift = new DriftDesk(harness);
    host = await harness.startHost({ name: 'debian', setup: desk.rootSetup });
    asset = await desk.addAsset(host);
    const alias = await desk.addAlias('DRIFT', ['/usr/bin/id']);
    user = await desk.addSystemUser('dev', {
      generateKey: true,
      password: 'its password 4711',
      comment: 'Developers',
      groups: ['staff'],
      sudoAliasIds: [alias],
    });
    expect(await desk.push(user, asset, 'both')).toMatchObject({ state: 'succeeded' });
  });

  const on = async (command: string, at = host): Promise<string> => {
    const { text, stderr, status } = await at.exec(command);
    return status === 0 ? text.trim() : `status ${status}: ${stderr.trim()}`;
  };
  const repair = async (mode = 'both'): Promise<void> => {
    expect(await desk.push(user, asset, mode)).toMatchObject({ state: 'succeeded', reason: '' });
  };

  it('says that all is as it was pushed, and writes nothing on the asset', async () => {
    expect(await drift.record(user, asset)).toMatchObject({ drift: null, driftAt: null });
    await on('sleep 0.05; touch /srv/mark');
    const result = await drift.scan(asset);
    expect(result).toMatchObject({ state: 'succeeded', checkedCount: 1, drifted: [] });
    expect(result.steps.at(-1)).toMatchObject({
      step: 'drift',
      message: 'As it was pushed: dev.',
      code: 'drift-none',
    });
    expect(await drift.record(user, asset)).toMatchObject({ drift: 'as-pushed', driftFindings: [] });
    expect(await on(STATE)).toBe('');
  });

  it.each([
    [
      'account, password and sudoers file changed, a key added',
      `usermod -s /bin/sh -c Others -G games dev; echo dev:another | chpasswd
       echo 'ssh-ed25519 AAAA mine' >>~dev/.ssh/authorized_keys; echo 'dev ALL=(ALL) ALL' >>${SUDOERS}`,
      'account-shell account-groups account-comment (keys-other) sudo-changed password-refused',
      'sed -i "/mine$/d" ~dev/.ssh/authorized_keys',
    ],
    [
      'line of the key and mode of the sudoers file changed, the account locked',
      `sed -i "s/^/no-pty /" ~dev/.ssh/authorized_keys; chmod 644 ${SUDOERS}; chown dev ${SUDOERS}; passwd -l dev >/dev/null`,
      'account-locked key-changed sudo-mode password-refused',
      'passwd -u dev >/dev/null; rm ~dev/.ssh/authorized_keys',
    ],
    [
      'key and sudoers file gone',
      `rm ~dev/.ssh/authorized_keys ${SUDOERS}`,
      'key-missing sudo-missing',
      'true',
    ],
    [
      'symbolic links instead',
      `mv ~dev/.ssh ~dev/ssh; ln -s ssh ~dev/.ssh; mv ${SUDOERS} /srv/kept; ln -s /srv/kept ${SUDOERS}`,
      'keys-unreadable sudo-changed',
      'rm ~dev/.ssh; mv ~dev/ssh ~dev/.ssh',
    ],
    [
      'the account expired',
      'chage -E 2020-01-01 dev',
      'account-expired keys-unreadable password-refused',
      'chage -E -1 dev',
    ],
  ])('finds what somebody did by hand, and a push puts it right: %s', async (_, deed, found, undo) => {
    expect(await on(deed)).not.toContain('status');
    expect(await drift.findings(user, asset)).toBe(found);
    expect(await drift.record(user, asset)).toMatchObject({ drift: 'drifted' });
    await on(undo);
    await repair();
    expect(await drift.record(user, asset)).toMatchObject({ drift: null, driftFindings: [] });
    expect(await drift.findings(user, asset)).toBe('');
  });

  it('says in which other files sshd would find keys of the account, as sshd is set up there', async () => {
    const config = '/etc/gatehouse-host/sshd_config';
    const found = async (): Promise<string[]> => {
      expect(await drift.findings(user, asset)).toBe('(keys-elsewhere)');
      const { drift: state, driftFindings } = await drift.record(user, asset);
      expect(state).toBe('as-pushed');
      return driftFindings.map((finding) => finding.found);
    };
    await on(
      `printf '# none\nssh-ed25519 AAAA second\n' >~dev/.ssh/authorized_keys2; cp ${config} /srv/sshd_config`,
    );
    expect(await found()).toEqual(['/home/dev/.ssh/authorized_keys2 (1)']);
    const told = (await drift.scan(asset)).steps.find(({ code }) => code === 'drift-keys-elsewhere');
    expect(told?.message).toBe(
      'dev: sshd accepts keys from other files too: /home/dev/.ssh/authorized_keys2 (1).',
    );
    await on(`mkdir /srv/keys; printf 'ssh-ed25519 AAAA a\nssh-ed25519 AAAA b\n' >/srv/keys/dev
      printf 'Match User dev\n  AuthorizedKeysFile %%h/.ssh/authorized_keys /srv/keys/%%u\n' >>${config}`);
    expect(await found()).toEqual(['/srv/keys/dev (2)']);
    await on(`cp /srv/sshd_config ${config}; rm ~dev/.ssh/authorized_keys2`);
    expect(await drift.findings(user, asset)).toBe('');
  });

  it('finds an account that went, one that came in its place, and one that an edit left as it was', async () => {
    await on('userdel dev');
    expect(await drift.findings(user, asset)).toBe('account-missing');
    await on("useradd -u 4711 -s /bin/bash -c Developers -G staff -p '*' dev");
    expect(await drift.findings(user, asset)).toMatch(/^account-uid .*password-refused$/);
    expect((await drift.record(user, asset)).driftFindings[0]).toMatchObject({ found: '4711' });
    await on('userdel dev');
    await repair();
    // what is to be pushed is different now: what was pushed still stands, outdated but not drifted
    await harness.change(`/system-users/${user}`, {
      shell: '/bin/sh',
      generateKey: true,
      password: 'new 4711 password',
    });
    expect(await desk.record(user, asset)).toMatchObject({ state: 'outdated' });
    expect(await drift.findings(user, asset)).toBe('');
    await repair();
  });

  it('compares an account that was there before only with what was added', async () => {
    await on("useradd -m -s /bin/bash -c 'Old one' -G games,staff -p '*' old; echo kept >~old/file");
    const old = await desk.addSystemUser('old', { generateKey: true, comment: 'New', groups: ['staff'] });
    expect(await desk.push(old, asset)).toMatchObject({ state: 'succeeded' });
    expect(await drift.findings(old, asset)).toBe('');
    await on('gpasswd -d old staff');
    expect(await drift.findings(old, asset)).toBe('account-groups');
  });

  it('reads a small host without shadow-utils and sudo', async () => {
    const tiny = await harness.startHost({ name: 'tiny', family: 'busybox', setup: desk.rootSetup });
    const place = await desk.addAsset(tiny);
    const small = await desk.addSystemUser('small', {
      generateKey: true,
      password: 'small 4711 word',
      shell: '/bin/bash',
      comment: 'Small',
    });
    expect(await desk.push(small, place, 'both')).toMatchObject({ state: 'succeeded', reason: '' });
    expect(await drift.findings(small, place)).toBe('');
    await on(
      'sed -i "s/^small:\\(.*\\):Small:/small:\\1:Big:/" /etc/passwd; rm /home/small/.ssh/authorized_keys',
      tiny,
    );
    expect(await drift.findings(small, place)).toBe('account-comment key-missing');
    expect(await desk.push(small, place, 'both')).toMatchObject({ state: 'succeeded', reason: '' });
    expect(await drift.findings(small, place)).toBe('');
  });

  it('fails in words on hosts that answer oddly or without end, and leaves the record as it was', async () => {
    const kinds = ['endless-output', 'never-opens-channel', 'drops-after-login'] as const;
    const hosts = await Promise.all(kinds.map((kind) => startMisbehavingHost(kind)));
    try {
      const before = await drift.record(user, asset);
      // the record says that it was pushed there; what answers now is another host
      const results: unknown[] = [];
      for (const { address, port, hostKey } of hosts) {
        await harness.change(`/assets/${asset}`, { address, port });
        await harness.admin.do('PUT', `/assets/${asset}/host-keys`, { hostKeys: [hostKey] });
        const { state, step, reason } = await drift.scan(asset);
        results.push({ state, step, told: reason.length > 10 && reason.length < 600 });
      }
      expect(results.slice(0, 2)).toEqual([
        { state: 'failed', step: 'privilege', told: true },
        { state: 'failed', step: 'privilege', told: true },
      ]);
      expect(results[2]).toMatchObject({ state: 'failed', told: true });
      expect(await drift.record(user, asset)).toEqual(before);
    } finally {
      const { address, port, hostKey } = host;
      await harness.change(`/assets/${asset}`, { address, port });
      await harness.admin.do('PUT', `/assets/${asset}/host-keys`, { hostKeys: [hostKey] });
      await Promise.all(hosts.map((one) => one.stop()));
    }
    // root's own tools lie: no sound line, then an answer without end
    for (const lie of ['echo "dev:x:abc"', 'yes']) {
      await on(
        `mv /usr/bin/getent /usr/bin/getent.real; printf '#!/bin/sh\\n${lie}\\n' >/usr/bin/getent; chmod 755 /usr/bin/getent`,
      );
      const { state, step, reason } = await drift.scan(asset);
      await on('mv /usr/bin/getent.real /usr/bin/getent');
      expect([state, step]).toEqual(['failed', 'drift']);
      expect(reason).toMatch(/no sound line/);
    }
  });

  it('is asked for by system user or for all, and never shows a secret', async () => {
    const shown: string[] = [];
    for (const body of [{ systemUserIds: [user] }, { all: true }]) {
      const results = await drift.end(await drift.start(body));
      expect(results.map(({ state }) => state)).not.toContain('failed');
      shown.push(JSON.stringify(results));
    }
    expect(shown[0]).not.toContain('tiny');
    expect(shown[1]).toContain('tiny');
    expect(shown.join('')).not.toMatch(/4711 password|PRIVATE KEY|\$6\$|\$y\$/);
    await expect(drift.start({})).rejects.toThrow(/Name assets/);
    await expect(drift.start({ assetIds: [asset], all: true })).rejects.toThrow(/not both/);
    const nobody = await desk.addSystemUser('nobody-here');
    await expect(drift.start({ systemUserIds: [nobody] })).rejects.toThrow(/Nothing that could be compared/);
    const operations = z.object({ items: z.array(z.object({ action: z.string() })) });
    const { items } = await harness.admin.call('GET', '/operations?q=drift.scan', operations);
    expect(items.map(({ action }) => action)).toContain('drift.scan');
  });

  it('comes each night at the time that is set', async () => {
    const times = z.object({ nightly: z.boolean(), time: z.string() });
    const path = '/settings/drift';
    expect(await harness.admin.call('GET', path, times)).toEqual({ nightly: true, time: '03:30' });
    await expect(harness.admin.call('PUT', path, times, { nightly: true, time: '3.30' })).rejects.toThrow(
      /Write the time like 09:00/,
    );
    expect(await harness.admin.call('PUT', path, times, { nightly: true, time: '23:05' })).toEqual({
      nightly: true,
      time: '23:05',
    });
    const client = new pg.Client({ connectionString: harness.product.databaseUrl });
    await client.connect();
    try {
      const cron = async (): Promise<unknown> =>
        (await client.query(`SELECT cron FROM pgboss.schedule WHERE name = 'drift.nightly'`)).rows;
      await expect.poll(cron).toEqual([{ cron: '5 23 * * *' }]);
    } finally {
      await client.end();
    }
    await askAtNight(harness.product.databaseUrl);
    const runs = z.object({ items: z.array(z.object({ id: z.uuid(), requestedBy: z.string() })) });
    const bySchedule = async (): Promise<string | undefined> =>
      (await harness.admin.call('GET', '/drift-scans', runs)).items.find(
        ({ requestedBy }) => requestedBy === 'system',
      )?.id;
    await expect.poll(bySchedule, { timeout: 30_000 }).toBeDefined();
    expect((await drift.end((await bySchedule()) ?? '')).map(({ assetName }) => assetName)).toEqual([
      'debian',
      'tiny',
    ]);
  });
});

/** Sends the job that the schedule sends at its time. */
async function askAtNight(connectionString: string): Promise<void> {
  const boss = new PgBoss({
    connectionString,
    supervise: false,
    schedule: false,
    migrate: false,
    createSchema: false,
  });
  await boss.start();
  await boss.send('drift.nightly', {});
  await boss.stop();
}
