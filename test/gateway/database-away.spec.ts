import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { openDatabase } from '#libs/database';
import {
  AuditKey,
  AuditVerifier,
  CoveredRows,
  LiveAudit,
  readPublicKeys,
  RecordingStore,
  TrustedKeys,
} from '#libs/session-audit';
import { endProcess, requires } from '../hosts/index.js';
import { DOOR, doorOptions } from './file-clients.js';
import { Harness, type SessionRow, type Way } from './harness.js';
import { Terminal } from './terminal.js';

const pageOf = <T extends z.ZodRawShape>(shape: T) => z.object({ items: z.array(z.looseObject(shape)) });
const LOGIN = 'alice@dev@web-01';

requires('hosts', 'ssh', 'terminal').describe('a gateway without its database', () => {
  let harness: Harness;
  let way: Way;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const account = { username: 'dev', publicKey: systemKey.public };
    const host = await harness.startHost({ name: 'web-01', accounts: [account] });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
  });

  async function openSession(options: string[] = []): Promise<{ terminal: Terminal; row: SessionRow }> {
    const known = new Set((await harness.sessions()).map(({ id }) => id));
    const terminal = (await harness.ssh(way.person, LOGIN)).terminal(undefined, options);
    await terminal.waitFor('$ ');
    const row = (await harness.sessions('&state=online')).find(({ id }) => !known.has(id));
    if (!row) throw new Error('The session has no row');
    return { terminal, row };
  }

  const rowOf = async ({ id }: SessionRow): Promise<SessionRow | undefined> =>
    (await harness.sessions()).find((session) => session.id === id);
  const commandsOf = async ({ id }: SessionRow): Promise<string[]> => {
    const page = pageOf({ command: z.string() });
    const { items } = await harness.admin.call('GET', `/sessions/${id}/commands?pageSize=200`, page);
    return items.map(({ command }) => command);
  };
  const spooled = async (): Promise<string> => {
    const folder = join(harness.product.dataDir, 'spool');
    const files = (await readdir(folder)).filter((name) => name.endsWith('.spool'));
    return (await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))).join('');
  };

  /** The seals, the rows and the recordings agree: one line, or what is wrong. */
  async function audit(): Promise<string> {
    const { dataDir, databaseUrl } = harness.product;
    const database = await openDatabase(databaseUrl);
    try {
      await expect.poll(() => waitingForSeal(database), { timeout: 20_000 }).toBe(0);
      const key = await AuditKey.open(dataDir);
      const recordings = new RecordingStore(dataDir);
      const { problem } = await LiveAudit.look(database, key, new CoveredRows(database), recordings, (live) =>
        new AuditVerifier(live, new TrustedKeys(readPublicKeys(dataDir))).verify(),
      );
      return problem === null ? 'whole' : JSON.stringify(problem);
    } finally {
      await database.destroy();
    }
  }

  async function waitingForSeal(database: DataSource): Promise<number> {
    const rows: unknown = await database.query(
      `SELECT count(*)::int AS count FROM audit_queue WHERE not_before < now() + interval '1 hour'`,
    );
    return z.tuple([z.object({ count: z.number() })]).parse(rows)[0].count;
  }

  it('its sessions go on and end at once, none begins, and no record is missing afterwards', async () => {
    const control = join(harness.keys.folder, 'control');
    const { terminal, row } = await openSession(['-o', 'ControlMaster=yes', '-o', `ControlPath=${control}`]);
    const { terminal: other, row: otherRow } = await openSession();
    const menu = (await harness.ssh(way.person)).terminal();
    await menu.waitFor('Gatehouse> ');
    const ssh = await harness.ssh(way.person, LOGIN);
    const files = new Terminal('sftp', [...doorOptions(ssh), DOOR]);
    await files.waitFor('sftp> ');
    const local = join(harness.keys.folder, 'report.txt');
    await writeFile(local, 'report');

    await harness.product.stopDatabase();
    terminal.line('echo away-$((40+1))');
    await terminal.waitFor('away-41');
    files.line(`put ${local} /tmp/report.txt`);
    await files.waitFor(/100%[^]*sftp> /);
    const begin = performance.now();
    other.line('exit');
    expect(await other.untilEnded(2_000)).toBe(0);
    expect(performance.now() - begin).toBeLessThan(1_000);
    menu.line('web-01');
    await menu.waitFor('can not read your assets right now');
    await menu.waitFor('Gatehouse> ');
    const second = await ssh.exec('true', ['-o', `ControlPath=${control}`], { timeout: 15_000 });
    expect(second.stderr).toContain('can not check your access right now');
    const refused = await ssh.exec('true', [], { timeout: 15_000 });
    expect(refused.stderr).toContain('Permission denied');
    await expect.poll(spooled).toContain('report.txt');

    await harness.product.startDatabase();
    await expect.poll(() => commandsOf(row), { timeout: 15_000 }).toEqual(['echo away-$((40+1))']);
    await expect.poll(async () => (await rowOf(otherRow))?.endReason).toBe('logout');
    expect((await rowOf(row))?.endedAt).toBeNull();
    const transfers = await harness.admin.call('GET', '/file-transfers', pageOf({ path: z.string() }));
    expect(transfers.items.map(({ path }) => path)).toEqual(['/tmp/report.txt']);
    terminal.line('echo again-$((40+1))');
    await terminal.waitFor('again-41');
    for (const one of [terminal, files]) one.line('exit');
    menu.line('q');
    await Promise.all([terminal, files, menu].map((one) => one.untilEnded()));
    await expect.poll(async () => (await rowOf(row))?.endReason).toBe('logout');
    expect(await audit()).toBe('whole');
  });

  it('is killed meanwhile: what it had noted is written by the next one, and its sessions have ended', async () => {
    const { row, terminal } = await openSession();
    await harness.product.stopDatabase();
    terminal.line('echo killed-$((40+1))');
    await terminal.waitFor('killed-41');
    await expect.poll(spooled, { timeout: 5_000 }).toContain('echo killed-');
    const gateway = harness.product.gateways.splice(0, 1)[0];
    if (gateway) await endProcess(gateway, 'SIGKILL');
    await terminal.untilEnded(5_000);
    await harness.product.startDatabase();
    // as if that had been long ago
    const folder = join(harness.product.dataDir, 'spool');
    const dead = new Date(Date.now() - 60_000);
    for (const name of await readdir(folder)) await utimes(join(folder, name), dead, dead);
    await harness.product.startGateway();
    await expect.poll(() => commandsOf(row), { timeout: 15_000 }).toEqual(['echo killed-$((40+1))']);
    await expect.poll(async () => (await rowOf(row))?.endReason, { timeout: 30_000 }).toBe('gateway_lost');
    expect(await audit()).toBe('whole');
    expect((await readdir(folder)).length).toBe(1);
  });

  it('is killed at any moment: the recording is there up to a second before, and no session stays online', async () => {
    const { row, terminal } = await openSession();
    terminal.line('i=0; while :; do i=$((i+1)); echo "tick $i $(date +%s%3N)"; sleep 0.05; done');
    await terminal.waitFor('tick 60 ');
    const gateway = harness.product.gateways.splice(0, 1)[0];
    if (gateway) await endProcess(gateway, 'SIGKILL');
    const killedAt = Date.now();
    await terminal.untilEnded(5_000);
    const ticks = (text: string): number[] =>
      [...text.matchAll(/tick \d+ (\d{13})/g)].map((match) => Number(match[1]));
    const recording = await harness.admin.send('GET', `/sessions/${row.id}/recording`);
    const lastShown = ticks(terminal.shown).at(-1) ?? 0;
    const lastRecorded = ticks(await recording.text()).at(-1) ?? 0;
    // a line each 50 ms, and what is shown may have been on its way for a moment
    expect(lastShown - lastRecorded).toBeLessThanOrEqual(1_150);
    // no gateway is left: the api closes the book
    await expect.poll(async () => (await rowOf(row))?.endReason, { timeout: 30_000 }).toBe('gateway_lost');
    expect(Date.now() - killedAt).toBeLessThan(30_000);
    expect((await stat(join(harness.product.dataDir, 'spool'))).mode & 0o777).toBe(0o700);
  });

  it('is killed when somebody took the row of a session that it had: the audit names that session', async () => {
    await harness.product.startGateway();
    const { row, terminal } = await openSession();
    expect(await audit()).toBe('whole');
    const database = await openDatabase(harness.product.databaseUrl);
    await database.query('DELETE FROM sessions WHERE id = $1', [row.id]).finally(() => database.destroy());
    const gateway = harness.product.gateways.splice(0, 1)[0];
    if (gateway) await endProcess(gateway, 'SIGKILL');
    await terminal.untilEnded(5_000);
    expect(JSON.parse(await audit())).toMatchObject({ fault: 'removed', kind: 'session-start', id: row.id });
  });
});
