import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePortNear } from '../../apps/standalone/src/port-probe.js';
import { requires, run } from '../hosts/index.js';
import { machineCommand, type Ran } from '../machine-command.js';
import { answers, StandaloneRun } from '../standalone/standalone-run.js';
import { Harness, type Way } from './harness.js';
import { RestClient } from './rest.js';
import { SshClient } from './ssh.js';

const ADMIN_PASSWORD = 'admin pass phrase 4712';

requires('hosts', 'ssh', 'terminal').describe('backup and restore', () => {
  let harness: Harness;
  let way: Way;
  let place: string;
  let backup: string;
  let recorded: string;

  const restoreInto = (dataDir: string, from = backup): Promise<Ran> =>
    machineCommand({ GATEHOUSE_DATA_DIR: dataDir }, 'restore', from);
  const playback = async (client: RestClient): Promise<string> =>
    (await client.send('GET', `/sessions/${recorded}/recording`)).text();

  beforeAll(async () => {
    harness = await Harness.start();
    const systemKey = await harness.keys.make('system');
    const host = await harness.startHost({
      name: 'web-01',
      accounts: [{ username: 'dev', publicKey: systemKey.public }],
    });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    place = await mkdtemp(join(tmpdir(), 'gatehouse-backup-'));
    await chmod(place, 0o755);
    backup = join(place, 'backups', 'monday');
    await (await harness.ssh(way.person, 'alice@dev@web-01')).exec("printf 'kept %s\\n' 41-42 '\u2028\\\\'");
  }, 240_000);
  afterAll(async () => {
    await harness.stop();
    await rm(place, { recursive: true, force: true });
  });

  it('is made while a session writes: private, whole, and told in the operations log', async () => {
    await expect.poll(async () => (await harness.sessions())[0]?.endedAt, { timeout: 20_000 }).toBeTruthy();
    recorded = (await harness.sessions())[0]?.id ?? '';
    const terminal = (await harness.ssh(way.person, 'alice@dev@web-01')).terminal();
    await terminal.waitFor('$ ');
    terminal.line('i=0; while :; do echo tick-$i; i=$((i+1)); sleep 0.05; done');
    await terminal.waitFor('tick-3');
    const ran = await machineCommand({ GATEHOUSE_DATA_DIR: harness.product.dataDir }, 'backup', backup);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(/^backed up: \d+ rows, \d+ files in [\d.]+ s\n$/);
    await terminal.close();
    expect(await readdir(join(place, 'backups'))).toEqual(['monday']);
    const sums = await run('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: backup });
    expect(sums.status).toBe(0);
    const open = await run('find', [backup, '-perm', '/077']);
    expect(open.text.trim()).toBe('');
    const stored = await readFile(join(backup, 'SHA256SUMS'), 'utf8');
    expect(stored).toContain('keys/gateway/vault.private.json');
    expect(stored).toContain(`${recorded}.cast.gz`);
    const log = await (await harness.admin.send('GET', '/operations?action=backup.create')).text();
    expect(log).toContain('(command line)');
    const again = await machineCommand({ GATEHOUSE_DATA_DIR: harness.product.dataDir }, 'backup', backup);
    expect(again).toMatchObject({
      code: 2,
      err: `gatehouse: ${backup} is not empty: choose another folder.\n`,
    });
  }, 240_000);

  it('is restored elsewhere: logins, replay, secrets and the audit are whole', async () => {
    const replay = await playback(harness.admin);
    expect(replay).toContain('kept 41-42');
    const dataDir = join(place, 'elsewhere');
    const restored = await restoreInto(dataDir);
    expect(restored).toMatchObject({ code: 0, err: '' });
    expect(await restoreInto(dataDir)).toMatchObject({
      ...{
        code: 2,
        err: `gatehouse: ${join(dataDir, 'keys')} is not empty: a restore takes an empty data folder only.\n`,
      },
    });
    for (const path of ['keys', 'keys/gateway', 'keys/gateway/vault.private.json', 'keys/vault.public.json'])
      expect((await stat(join(dataDir, path))).mode).toBe(
        (await stat(join(harness.product.dataDir, path))).mode,
      );
    const [httpPort, sshPort] = [await freePortNear('127.0.0.1', 0), await freePortNear('127.0.0.1', 0)];
    const product = new StandaloneRun({ dataDir, httpPort, sshPort }, { GATEHOUSE_GATEWAYS: '1' });
    try {
      await product.ready();
      expect(product.out).not.toContain('First login');
      await answers(`${product.origin}/readyz`);
      const admin = await RestClient.login(product.origin, 'admin', ADMIN_PASSWORD);
      expect(await playback(admin)).toBe(replay);
      // the host key is the old one, the user's key counts, and the gateway opens the secret of the asset's account
      const door = { ...harness.door(way.person, 'alice@dev@web-01'), port: sshPort };
      const ssh = await SshClient.at({ ...door, hostKeys: harness.hostKeys }, harness.keys);
      expect((await ssh.exec('echo in-$((40+3))')).text).toContain('in-43');
      const log = await (await admin.send('GET', '/operations?action=backup.restore')).text();
      expect(log).toContain(backup);
      const verdict = await machineCommand({ GATEHOUSE_DATA_DIR: dataDir }, 'audit', 'verify', '--live');
      expect(verdict).toMatchObject({ code: 0, err: '' });
      expect(verdict.out).toMatch(/^whole: /);
    } finally {
      await product.end();
    }
  }, 240_000);

  it('is restored where data folder, keys and recordings are mounts of their own', async () => {
    const dataDir = join(place, 'mounted');
    const mounts = ['', 'keys', 'keys/gateway', 'recordings'].map((part) => join(dataDir, part));
    try {
      for (const path of mounts) {
        await mkdir(path, { recursive: true });
        const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', path]);
        expect(mounted.status, mounted.stderr).toBe(0);
      }
      await mkdir(join(dataDir, 'recordings/lost+found'));
      await mkdir(join(dataDir, 'keys/api'));
      expect(await restoreInto(dataDir)).toMatchObject({ code: 0, err: '' });
      const sums = (await readFile(join(backup, 'SHA256SUMS'), 'utf8')).split('\n');
      const files = sums.filter((line) => /^\w+ {2}(?:keys|recordings)\//.test(line));
      expect(files.length).toBeGreaterThan(3);
      const list = join(place, 'restored.sums');
      await writeFile(list, `${files.join('\n')}\n`);
      const checked = await run('sha256sum', ['--check', '--strict', '--quiet', list], { cwd: dataDir });
      expect(checked.status, checked.text).toBe(0);
      for (const path of ['keys', 'keys/gateway', 'keys/api', 'keys/gateway/vault.private.json'])
        expect((await stat(join(dataDir, path))).mode).toBe(
          (await stat(join(harness.product.dataDir, path))).mode,
        );
      const left = await run('find', [dataDir, '-name', '*.restoring*']);
      expect(left.text).toBe('');
      const verdict = await machineCommand({ GATEHOUSE_DATA_DIR: dataDir }, 'audit', 'verify', '--live');
      expect(verdict).toMatchObject({ code: 0, err: '' });
      expect(verdict.out).toMatch(/^whole: /);
      expect((await restoreInto(dataDir)).err).toContain(
        'is not empty: a restore takes an empty data folder',
      );
    } finally {
      for (const path of mounts.reverse()) await run('umount', ['-l', path]);
    }
  }, 240_000);

  it('is refused when it is not as it was written, and leaves the target as it was', async () => {
    const list = join(backup, 'SHA256SUMS');
    const sums = await readFile(list, 'utf8');
    const dataDir = join(place, 'nowhere');
    await writeFile(
      list,
      sums.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    );
    expect((await restoreInto(dataDir)).err).toBe(
      'gatehouse: SHA256SUMS of the backup is not as it was written.\n',
    );
    await writeFile(list, sums);
    const users = join(backup, 'database/users.jsonl.gz');
    const rows = await readFile(users);
    await writeFile(users, rows.subarray(0, -1));
    expect((await restoreInto(dataDir)).err).toBe(
      'gatehouse: database/users.jsonl.gz of the backup is not as it was written.\n',
    );
    await writeFile(users, rows);
    expect(await readdir(place)).not.toContain('nowhere');
  }, 240_000);
});
