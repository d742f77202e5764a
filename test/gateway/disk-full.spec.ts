import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires, run } from '../hosts/index.js';
import { Harness, type Way } from './harness.js';
import type { Terminal } from './terminal.js';

const LOGIN = 'alice@dev@web-01';
const operations = z.object({
  items: z.array(
    z.looseObject({ subjectId: z.string().nullable(), after: z.record(z.string(), z.unknown()).nullable() }),
  ),
});

/** A folder of the data folder as a small disk of its own. */
class SmallDisk {
  private constructor(private readonly folder: string) {}

  static async mount(folder: string): Promise<SmallDisk> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { status, stderr } = await run('mount', [
      '-t',
      'tmpfs',
      '-o',
      'size=512k,mode=700',
      'tmpfs',
      folder,
    ]);
    if (status !== 0) throw new Error(stderr);
    return new SmallDisk(folder);
  }

  /** Takes all the room that is left, to the last page. */
  async fill(): Promise<void> {
    for (const bytes of [65_536, 4_096]) {
      for (let made = 0; made < 200; made++) {
        const name = join(this.folder, `filler-${bytes}-${made}`);
        try {
          await writeFile(name, Buffer.alloc(bytes));
        } catch {
          await rm(name, { force: true }); // no space left: smaller ones may still fit
          break;
        }
      }
    }
  }

  async clear(): Promise<void> {
    await run('sh', ['-c', `rm -f '${this.folder}'/filler-*`]);
  }

  async unmount(): Promise<void> {
    await run('umount', ['-l', this.folder]);
  }
}

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
      it('interrupts the recording: the user is told, and what is missing is recorded', async () => {
        const terminal = await open();
        await terminal.waitFor('$ ');
        await recordings.fill();
        terminal.line(NOISE);
        await terminal.waitFor('noise-42');
        await terminal.waitFor('recording of this session is interrupted');
        await recordings.clear();
        terminal.line('echo goes-$((40+1))');
        await terminal.waitFor('goes-41');
        terminal.line('exit');
        expect(await terminal.untilEnded()).toBe(0);
        const { id, endReason } = await lastSession();
        expect(endReason).toBe('logout');
        const text = await (await harness.admin.send('GET', `/sessions/${id}/recording`)).text();
        expect(text).toMatch(/"m","\d{5} bytes of output are missing: ENOSPC/);
        expect(text).toContain('goes-41');
        expect(text).not.toContain('noise-42');
        const gaps = async () =>
          (await harness.admin.call('GET', '/operations?action=session.recording-gap', operations)).items;
        await expect.poll(async () => (await gaps()).map(({ subjectId }) => subjectId)).toEqual([id]);
        expect(String((await gaps())[0]?.after?.['reason'])).toContain('ENOSPC');
      });

      it('lets a session start that has no recording yet', async () => {
        await recordings.fill();
        const terminal = await open();
        await terminal.waitFor('recording of this session is interrupted');
        await recordings.clear();
        await new Promise((resolve) => setTimeout(resolve, 1_100));
        terminal.line('echo later-$((40+1))');
        await terminal.waitFor('later-41');
        terminal.line('exit');
        await terminal.untilEnded();
        const { id } = await lastSession();
        const text = await (await harness.admin.send('GET', `/sessions/${id}/recording`)).text();
        expect(text).toMatch(/^\{"version":2/);
        expect(text).toContain('later-41');
        expect(text).toContain('bytes of output are missing');
      });
    }
  });
}
