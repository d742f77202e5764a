import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Harness } from '../gateway/harness.js';
import { SmallDisk } from '../gateway/small-disk.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser } from './browser.js';

const detail = z.object({
  startedAt: z.coerce.date(),
  gaps: z.array(z.object({ from: z.coerce.date() })),
});

requires('hosts', 'ssh', 'terminal', 'browser').describe('a recording with a gap', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let disk: SmallDisk;

  beforeAll(async () => {
    harness = await Harness.start({ env: { GATEHOUSE_RECORDING: 'best-effort' } });
    disk = await SmallDisk.mount(join(harness.product.dataDir, 'recordings'));
  }, 60_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
  });
  afterAll(async () => {
    await browser.stop();
    await disk.unmount();
    await harness.stop();
  });

  it("says so on the session's page and in the replay, which goes there", { timeout: 60_000 }, async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    const host = await harness.startHost({ name: 'web-01', accounts });
    const way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    const auditor = await harness.addPerson('audrey', { role: 'auditor' });
    const terminal = (await harness.ssh(way.person, 'alice@dev@web-01')).terminal();
    await terminal.waitFor('$ ');
    terminal.line('echo first-$((40+1)); sleep 2; echo slept-$((40+2))');
    await terminal.waitFor('slept-42');
    await disk.fill();
    terminal.line('head -c 20000 /dev/urandom | base64; echo noise-$((40+2))');
    await terminal.waitFor('recording of this session is interrupted');
    await sleep(1_500); // whatever was shown until now has been given to the disk by then
    await disk.clear();
    terminal.line('echo last-$((50+5)); exit');
    await terminal.untilEnded();
    await expect.poll(async () => (await harness.sessions())[0]?.endedAt).toEqual(expect.any(String));
    const [session] = await harness.sessions();
    const { startedAt, gaps } = await harness.admin.call('GET', `/sessions/${session?.id}`, detail);
    const begin = (Number(gaps[0]?.from) - Number(startedAt)) / 1000;
    const { page } = await browser.enter(harness.product.url, auditor, 'en-GB');
    await page.goto(`/audit/history/${session?.id}`);
    const note = page.getByRole('note');
    await expect
      .poll(() => note.textContent())
      .toMatch(/missing of this session.*[23]\d(?:\.\d)? kB of output/s);
    await note.getByRole('button').click();
    await page.waitForURL(/\/audit\/replay\/.*at=/);
    const rows = page.locator('.replay-stage .xterm-rows');
    await expect.poll(() => rows.textContent()).toContain('last-55');
    expect(await rows.textContent()).not.toContain('noise-42');
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
    const moment = page.getByLabel('Moment of the recording');
    await moment.fill('0');
    await expect.poll(() => rows.textContent()).not.toContain('last-55');
    await note.getByRole('button').click();
    await expect.poll(async () => Number(await moment.inputValue())).toBeCloseTo(begin, 1);
    await expect.poll(() => note.getByRole('button').getAttribute('aria-current')).toBe('true');
    const chinese = await browser.enter(harness.product.url, auditor, 'zh-CN', 'dark');
    await chinese.page.goto(`/audit/replay/${session?.id}`);
    await expect.poll(() => chinese.page.getByRole('note').textContent()).toContain('此会话的记录不完整');
    expect(browser.complaints).toEqual([]);
  });
});
