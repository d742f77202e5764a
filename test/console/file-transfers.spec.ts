import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { sftp } from '../gateway/file-clients.js';
import { Harness } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

requires('hosts', 'ssh', 'browser').describe('the page of file transfers', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  const content = randomBytes(123_456);
  const digest = createHash('sha256').update(content).digest('hex');

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  });
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    const host = await harness.startHost({ name: 'web-01', accounts });
    const way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    const file = join(harness.keys.folder, 'report.bin');
    await writeFile(file, content);
    const commands = [`put ${file} /home/dev/<b>季度.bin`, `get /home/dev/<b>季度.bin ${file}.back`];
    await sftp(ssh, [...commands, `-put ${file} /root/x.bin`, 'rename /home/dev/<b>季度.bin /home/dev/new']);
  });

  async function enter(locale?: string): Promise<Visitor> {
    const auditor = await harness.addPerson(`audrey-${randomBytes(3).toString('hex')}`, { role: 'auditor' });
    return browser.enter(harness.product.url, auditor, locale);
  }

  it('shows each file with size, result and digest, as text, and filters by the address', async () => {
    const { page } = await enter('zh-CN');
    await page.goto('/audit/files');
    await expect
      .poll(() => page.locator('tbody').textContent(), { timeout: 20_000 })
      .toContain('<b>季度.bin');
    const shown = (await page.locator('tbody').textContent()) ?? '';
    for (const text of ['上传', '下载', '完成', '失败', digest.slice(0, 12), '/root/x.bin']) {
      expect(shown).toContain(text);
    }
    expect(await page.locator('tbody b').count()).toBe(0);
    expect(shown).toContain('重命名');
    await page.goto('/audit/files?change=rename');
    await expect
      .poll(() => page.locator('tbody').textContent(), { timeout: 20_000 })
      .toMatch(/^(?!.*x\.bin).*<b>季度\.bin.*\/home\/dev\/new/s);
    await page.goto('/audit/files?direction=download');
    // until its rows are there the table is empty: both at once
    await expect
      .poll(() => page.locator('tbody').textContent(), { timeout: 20_000 })
      .toMatch(/^(?!.*x\.bin).*<b>季度\.bin/s);
    expect(browser.complaints).toEqual([]);
  });
});
