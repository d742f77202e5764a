import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { Harness, type Way } from '../gateway/harness.js';
import { requires, run, type Host } from '../hosts/index.js';
import { ConsoleBrowser } from './browser.js';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const patience = { timeout: 20_000 };

requires('hosts', 'ssh', 'browser').describe('files dropped on one asset and on many', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let hosts: [Host, Host];
  let way: Way;

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
    const start = (name: string): Promise<Host> => harness.startHost({ name, accounts });
    hosts = await Promise.all([start('web-01'), start('web-02')]);
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host: hosts[0], systemKey });
    const { address, hostKey } = hosts[0];
    for (const [name, at] of [
      ['web-02', hosts[1]],
      ['web-dead', { address, port: 9, hostKey }],
    ] as const) {
      const id = await harness.addAsset(name, at);
      await harness.recordPush(way.systemUserId, [id]);
      await harness.addRule([way.person.id], [id], [way.systemUserId]);
    }
    for (const host of hosts) await host.exec('install -d -o dev -g dev /home/dev/in');
  });

  async function enter(path: string, locale?: string, scheme?: 'dark'): Promise<Page> {
    const { page } = await browser.enter(harness.product.url, way.person, locale, scheme);
    await page.goto(path);
    return page;
  }

  /** Drops files as a desktop does; each is text, or so many bytes of zeros. */
  async function drop(page: Page, on: Locator, files: Record<string, string | number>): Promise<void> {
    const dataTransfer = await page.evaluateHandle(`(() => {
      const transfer = new DataTransfer();
      for (const [name, content] of Object.entries(${JSON.stringify(files)})) {
        const part = typeof content === 'string' ? content : new Uint8Array(content);
        transfer.items.add(new File([part], name));
      }
      return transfer;
    })()`);
    await on.dispatchEvent('dragover', { dataTransfer });
    await on.dispatchEvent('drop', { dataTransfer });
  }

  it('one asset: what is dropped is uploaded, can be cancelled, and tried again after a failure', async () => {
    const { assetId, systemUserId } = way;
    const query = new URLSearchParams({ assetId, systemUserId, path: '/home/dev/in' }).toString();
    const page = await enter(`/files?${query}`);
    const frame = page.locator('.frame');
    await page.getByText('Nothing to show in this folder.').waitFor(patience);
    await drop(page, frame, { 'a.txt': 'first', 'b.txt': 'second' });
    await page.getByText('2 of 2 done').waitFor(patience);
    expect((await hosts[0].exec('cd /home/dev/in && cat a.txt b.txt')).text).toBe('firstsecond');
    await page.getByRole('button', { name: 'Clear the list' }).click();

    await drop(page, frame, { 'big.bin': 150_000_000 });
    await page.getByRole('button', { name: 'Cancel big.bin' }).click(patience);
    await page.getByText('Cancelled').waitFor(patience);
    await page.getByRole('button', { name: 'Clear the list' }).click();

    await hosts[0].exec('chown root /home/dev/in');
    await drop(page, frame, { 'c.txt': 'third' });
    await page.getByText('1 failed').waitFor(patience);
    await hosts[0].exec('chown dev /home/dev/in');
    await page.getByRole('button', { name: 'Try c.txt again' }).click();
    await page.getByText('1 of 1 done').waitFor(patience);
    expect((await hosts[0].exec('cat /home/dev/in/c.txt')).text).toBe('third');
    expect(browser.complaints).toEqual([]);
  }, 60_000);

  it('many: each file goes to all, what fails is told by asset and tried again there, a cancelled one leaves nothing', async () => {
    for (const host of hosts) await host.exec('install -d -o dev -g dev /home/dev/many');
    await hosts[1].exec('chown root /home/dev/many');
    const page = await enter('/files/many?way=upload');
    await page.getByLabel('Assets', { exact: true }).fill('web-*');
    await page.getByText('3 assets chosen').waitFor(patience);
    await page.getByRole('checkbox', { name: /web-dead/ }).uncheck();
    await page.getByText('2 assets chosen').waitFor(patience);
    await page.getByLabel('Folder on the assets').fill('/home/dev/many');
    const zone = page.locator('.drop');
    await drop(page, zone, { 'a 报告.txt': 'first' });
    await page.getByText('on 1 of 2 assets').waitFor(patience);
    const failed = page.locator('gh-transfer-list gh-run-table li');
    await expect
      .poll(() => failed.allTextContents(), patience)
      .toEqual([expect.stringMatching(/web-02.*denied/is)]);
    await hosts[1].exec('chown dev /home/dev/many');
    await page.getByRole('button', { name: 'Try a 报告.txt again' }).click();
    await page.getByText('on 2 of 2 assets').waitFor(patience);
    for (const host of hosts) expect((await host.exec('cat "/home/dev/many/a 报告.txt"')).text).toBe('first');

    await page.getByRole('button', { name: 'Clear the list' }).click();
    await page.getByRole('checkbox', { name: /web-dead/ }).check();
    await page.getByText('3 assets chosen').waitFor(patience);
    await drop(page, zone, { 'one.txt': '1', 'two.txt': '2' });
    await page.getByText('2 failed').waitFor({ timeout: 40_000 });
    await expect
      .poll(() => failed.allTextContents(), patience)
      .toEqual([expect.stringMatching(/web-dead/), expect.stringMatching(/web-dead/)]);
    for (const host of hosts)
      expect((await host.exec('cd /home/dev/many && cat one.txt two.txt')).text).toBe('12');
    await page.getByRole('checkbox', { name: /web-dead/ }).uncheck();
    await page.getByText('2 assets chosen').waitFor(patience);
    await page.getByRole('button', { name: 'Clear the list' }).click();
    await drop(page, zone, { 'big.bin': 200_000_000 });
    await page.getByRole('button', { name: 'Cancel big.bin' }).click(patience);
    await page.getByText('Cancelled').waitFor(patience);
    for (const host of hosts) {
      await expect
        .poll(
          async () => (await host.exec('ls -A /home/dev/many | grep -c big || true')).text.trim(),
          patience,
        )
        .toBe('0');
    }
    expect(browser.complaints).toEqual([]);
  }, 120_000);

  it('many: one archive with a folder for each, and the page tells how it went', async () => {
    const content = randomBytes(700_001);
    for (const host of hosts)
      await host.exec('install -d -o dev /home/dev/out && cat > /home/dev/out/x', { input: content });
    const page = await enter('/files/many?way=download', 'zh-CN', 'dark');
    await page.getByLabel('资产', { exact: true }).fill('web-*');
    await page.getByText('已选 3 台资产').waitFor(patience);
    await page.getByLabel('资产上的文件或文件夹').fill('/home/dev/out');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: '下载归档' }).click();
    const saved = await download;
    expect(saved.suggestedFilename()).toBe('out.tar.gz');
    const into = join(harness.keys.folder, 'unpacked');
    await mkdir(into);
    expect((await run('tar', ['-xzf', await saved.path(), '-C', into])).status).toBe(0);
    for (const name of ['web-01', 'web-02'])
      expect(sha256(await readFile(join(into, name, 'out/x')))).toBe(sha256(content));
    await page.getByText('归档已完成。').waitFor(patience);
    await expect
      .poll(() => page.locator('gh-run-table li').allTextContents(), patience)
      .toEqual([
        expect.stringMatching(/web-01.*完成.*1 个文件/s),
        expect.stringMatching(/web-02.*完成.*1 个文件/s),
        expect.stringMatching(/web-dead.*失败/s),
      ]);
    expect(browser.complaints).toEqual([]);
  }, 60_000);
});
