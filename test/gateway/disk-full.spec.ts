import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires } from '../hosts/index.js';
import { machineCommand } from '../machine-command.js';
import { Harness, type Way } from './harness.js';
import { SmallDisk } from './small-disk.js';
import type { Terminal } from './terminal.js';

const LOGIN = 'alice@dev@web-01';
const detail = z.object({
  gaps: z.array(
    z.object({
      kind: z.string(),
      from: z.coerce.date(),
      to: z.coerce.date(),
      bytes: z.number().nullable(),
      records: z.number().nullable(),
    }),
  ),
});
const integrity = z.object({ waiting: z.number() });
const operations = z.object({
  items: z.array(
    z.looseObject({ subjectId: z.string().nullable(), after: z.record(z.string(), z.unknown()).nullable() }),
  ),
});

for (const policy of ['strict', 'best-effort'] as const) {
  requires('hosts', 'ssh', 'terminal').describe(`a full disk, ${policy}`, () => {
    let harness: Harness;
    let way: Way;
    let recordings: SmallDisk;
    let spool: SmallDisk;

    beforeAll(async () => {
      harness = await Harness.start({ env: { GATEHOUSE_RECORDING: policy } });
      recordings = await SmallDisk.mount(join(harness.product.dataDir, 'recordings'));
      spool = await SmallDisk.mount(join(harness.product.dataDir, 'spool'));
    }, 60_000);
    beforeAll(async () => {
      const systemKey = await harness.keys.make('system');
      const account = { username: 'dev', publicKey: systemKey.public };
      const host = await harness.startHost({ name: 'web-01', accounts: [account] });
      way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    });
    afterAll(async () => {
      for (const disk of [recordings, spool]) await disk.unmount();
      await harness.stop();
    });

    const open = async (): Promise<Terminal> => (await harness.ssh(way.person, LOGIN)).terminal();
    const lastSession = async (): Promise<{ id: string; endReason: string | null }> => {
      await expect.poll(async () => (await harness.sessions())[0]?.endedAt).toEqual(expect.any(String));
      const [row] = await harness.sessions();
      if (!row) throw new Error('There is no session row');
      return row;
    };
    const gapsOf = async (id: string) => (await harness.admin.call('GET', `/sessions/${id}`, detail)).gaps;
    const recordingOfOnline = async (): Promise<string> => {
      const [session] = await harness.sessions('&state=online');
      return (await harness.admin.send('GET', `/sessions/${session?.id ?? ''}/recording`)).text();
    };
    /** Of what could not be recorded, by session. */
    const gapOperations = async () =>
      (await harness.admin.call('GET', '/operations?action=session.recording-gap', operations)).items;
    /** Whatever was shown until now has been given to the disk by then. */
    const untilTried = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_500));
    /** More than fits into what is left of a file's last page. */
    const NOISE = 'head -c 20000 /dev/urandom | base64; echo noise-$((40+2))';

    if (policy === 'strict') {
      it('that the recording needs ends the session within two seconds; none starts until there is room', async () => {
        const terminal = await open();
        await terminal.waitFor('$ ');
        await recordings.fill();
        terminal.line(NOISE);
        await terminal.waitFor('noise-42');
        await terminal.untilEnded(2_000);
        expect(terminal.shown).toContain('The recording of this session failed');
        expect((await lastSession()).endReason).toBe('recording_failed');
        const next = await open();
        await next.untilEnded();
        expect(next.shown).toContain('can not record this session now');
        await recordings.clear();
        const third = await open();
        await third.waitFor('$ ');
        third.line('exit');
        await third.untilEnded();
      });

      it('that the spool needs ends all sessions while the database is away', async () => {
        const terminal = await open();
        await terminal.waitFor('$ ');
        await spool.fill();
        terminal.line('echo with-$((40+1))');
        await terminal.waitFor('with-41');
        await harness.product.stopDatabase();
        // more than fits into what is left of the spool's last page; each is shown before the next is typed
        const commands = Array.from({ length: 8 }, (_, n) => `echo n$((${n}+100)) ${'x'.repeat(600)}`);
        for (const [n, command] of commands.entries()) {
          terminal.line(command);
          await terminal.waitFor(`n${n + 100} `);
        }
        terminal.line('echo without-$((40+1))');
        await terminal.waitFor('without-41');
        await terminal.untilEnded(4_000);
        expect(terminal.shown).toContain('records of this session can not be kept');
        await harness.product.startDatabase();
        await spool.clear();
        await expect
          .poll(async () => (await lastSession()).endReason, { timeout: 15_000 })
          .toBe('recording_failed');
        const { id } = await lastSession();
        const page = z.object({ items: z.array(z.object({ command: z.string() })) });
        const texts = async (): Promise<string[]> =>
          (await harness.admin.call('GET', `/sessions/${id}/commands?pageSize=200`, page)).items.map(
            ({ command }) => command,
          );
        await expect.poll(texts).toContain('echo without-$((40+1))');
        expect(await texts()).toEqual(expect.arrayContaining(commands));
      });
    } else {
      it('interrupts the recording: the user is told, and each gap is recorded once, from when to when', async () => {
        const terminal = await open();
        await terminal.waitFor('$ ');
        const times: { begun: number; over: number }[] = [];
        for (const round of [1, 2]) {
          await recordings.fill();
          const begun = Date.now();
          terminal.line(NOISE);
          await terminal.waitFor('noise-42');
          await terminal.waitFor('recording of this session is interrupted');
          await untilTried();
          await recordings.clear();
          terminal.line(`echo goes-${round}-$((40+1))`);
          await terminal.waitFor(`goes-${round}-41`);
          times.push({ begun, over: Date.now() });
          // the gap is over with what is recorded next
          await expect
            .poll(recordingOfOnline, { timeout: 15_000, interval: 500 })
            .toContain(`goes-${round}-41`);
          await expect.poll(async () => (await gapOperations()).length, { timeout: 15_000 }).toBe(round);
        }
        terminal.line('exit');
        expect(await terminal.untilEnded()).toBe(0);
        const { id, endReason } = await lastSession();
        expect(endReason).toBe('logout');
        const text = await (await harness.admin.send('GET', `/sessions/${id}/recording`)).text();
        expect(text.match(/"m","\d{5} bytes of output are missing: ENOSPC/g)).toHaveLength(2);
        expect(text).toMatch(/goes-1-41[\s\S]*goes-2-41/);
        expect(text).not.toContain('noise-42');
        expect((await gapOperations()).map(({ subjectId }) => subjectId)).toEqual([id, id]);
        expect(String((await gapOperations())[0]?.after?.['reason'])).toContain('ENOSPC');
        const gaps = await gapsOf(id);
        expect(gaps.map(({ kind, records }) => ({ kind, records }))).toEqual(
          times.map(() => ({ kind: 'recording', records: null })),
        );
        for (const [at, { from, to, bytes }] of gaps.entries()) {
          expect(bytes).toBeGreaterThan(20_000);
          const { begun = 0, over = 0 } = times[at] ?? {};
          // what was shown in the second before shares a segment with it, and a busy machine writes late
          expect(from.getTime()).toBeGreaterThan(begun - 10_000);
          expect(from.getTime()).toBeLessThan(over);
          expect(to.getTime()).toBeGreaterThan(from.getTime());
          expect(to.getTime()).toBeLessThanOrEqual(over);
        }
      });

      it('that stays full until the session ends leaves no gap untold', async () => {
        const terminal = await open();
        await terminal.waitFor('$ ');
        await recordings.fill();
        terminal.line(NOISE);
        await terminal.waitFor('noise-42');
        await terminal.waitFor('recording of this session is interrupted');
        terminal.line('exit');
        await terminal.untilEnded();
        const { id } = await lastSession();
        await recordings.clear();
        // the few bytes of a notice may still fit between
        await expect.poll(async () => (await gapsOf(id)).length, { timeout: 15_000 }).toBeGreaterThan(0);
        expect((await gapsOf(id))[0]).toMatchObject({ kind: 'recording', records: null });
        const text = await (await harness.admin.send('GET', `/sessions/${id}/recording`)).text();
        expect(text).toMatch(/^\{"version":2/);
        expect(text).not.toContain('noise-42');
      });

      it('lets a session start that has no recording yet', async () => {
        await recordings.fill();
        const terminal = await open();
        await terminal.waitFor('recording of this session is interrupted');
        await recordings.clear();
        await untilTried();
        terminal.line('echo later-$((40+1))');
        await terminal.waitFor('later-41');
        terminal.line('exit');
        await terminal.untilEnded();
        const { id } = await lastSession();
        const text = await (await harness.admin.send('GET', `/sessions/${id}/recording`)).text();
        expect(text).toMatch(/^\{"version":2/);
        expect(text).toContain('later-41');
        expect(text).toContain('bytes of output are missing');
        await expect.poll(async () => (await gapsOf(id)).length, { timeout: 15_000 }).toBe(1);
      });

      it('is no tampering: the audit and its export are whole', async () => {
        const settings = {
          GATEHOUSE_DATA_DIR: harness.product.dataDir,
          GATEHOUSE_DATABASE_URL: harness.product.databaseUrl,
        };
        const sealed = async () => (await harness.admin.call('GET', '/audit/integrity', integrity)).waiting;
        await expect.poll(sealed, { timeout: 30_000, interval: 500 }).toBe(0);
        const place = await mkdtemp(join(tmpdir(), 'gatehouse-export-'));
        try {
          const folder = join(place, 'audit');
          const exported = await machineCommand(settings, 'audit', 'export', '--recordings', folder);
          expect(exported).toMatchObject({ code: 0, err: '' });
          const verdict = await machineCommand({}, 'audit', 'verify', folder);
          expect(verdict).toMatchObject({ code: 0, err: '' });
          expect(verdict.out).toMatch(/^whole: \d+ records, 3 recordings/);
        } finally {
          await rm(place, { recursive: true });
        }
      }, 60_000);
    }
  });
}
