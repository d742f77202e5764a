import { createHash, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { Harness, type Way } from '../gateway/harness.js';
import { requires, type Host } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const patience = { timeout: 20_000 };

requires('hosts', 'ssh', 'browser').describe('the page of files', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let host: Host;
  let way: Way;
  const content = randomBytes(5_000_011);
  const longName = `${'长'.repeat(83)}.txt.x`;

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
    host = await harness.startHost({
      name: 'web-01',
      accounts: [{ username: 'dev', publicKey: systemKey.public }],
    });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
  });

  function enter(locale?: string, scheme?: 'dark'): Promise<Visitor> {
    return browser.enter(harness.product.url, way.person, locale, scheme);
  }

  async function openFolder(page: Page, path: string): Promise<void> {
    const { assetId, systemUserId } = way;
    await page.goto(`/files?${new URLSearchParams({ assetId, systemUserId, path }).toString()}`);
  }

  function row(page: Page, name: string) {
    return page.locator('gh-files-page tbody tr', { has: page.getByText(name, { exact: true }) });
  }

  async function names(page: Page): Promise<string[]> {
    return page.locator('gh-files-page tbody td.name bdi').allTextContents();
  }

  async function digestOf(path: string): Promise<string> {
    return (await host.exec(`sha256sum < '${path}' || true`)).text.slice(0, 64);
  }

  it('goes from an asset to its files, uploads, asks before it replaces, downloads, renames and deletes', async () => {
    await host.exec(
      'install -d -o dev -g dev /home/dev/work /home/dev/work/sub && touch /home/dev/work/.hidden',
    );
    const { page } = await enter();
    await page.getByRole('link', { name: 'Files as dev on web-01' }).click();
    await page.getByRole('button', { name: 'work', exact: true }).click();
    await expect.poll(() => names(page), patience).toEqual(['sub']);
    await page.getByLabel('Hidden files (1)').check();
    await expect.poll(() => names(page), patience).toEqual(['sub', '.hidden']);
    await page.getByLabel('Hidden files (1)').uncheck();

    const upload = (bytes: Buffer, ...more: string[]) =>
      page
        .locator('input[type=file]')
        .setInputFiles(
          ['a+b 报告.json', ...more].map((name) => ({ name, mimeType: 'application/json', buffer: bytes })),
        );
    await upload(content, 'second.bin');
    await page.getByText('2 of 2 done').waitFor(patience);
    await expect.poll(() => names(page), patience).toEqual(['sub', 'a+b 报告.json', 'second.bin']);
    expect(await digestOf('/home/dev/work/a+b 报告.json')).toBe(sha256(content));

    await upload(Buffer.from('new'));
    await page.locator('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await digestOf('/home/dev/work/a+b 报告.json')).toBe(sha256(content));
    await upload(Buffer.from('new'));
    await page.locator('dialog').getByRole('button', { name: 'Replace' }).click();
    await page.getByText('3 of 3 done').waitFor(patience);
    expect(await digestOf('/home/dev/work/a+b 报告.json')).toBe(sha256(Buffer.from('new')));

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download second.bin' }).click();
    const saved = await (await download).path();
    expect(sha256(await readFile(saved))).toBe(sha256(content));

    await page.getByRole('button', { name: 'Rename second.bin' }).click();
    await page.getByLabel('New name').fill('a+b 报告.json');
    await page.getByLabel('New name').press('Enter');
    await row(page, 'second.bin')
      .or(page.locator('tr', { has: page.getByLabel('New name') }))
      .getByRole('alert')
      .waitFor(patience);
    await page.getByLabel('New name').fill('third.bin');
    await page.getByLabel('New name').press('Enter');
    await expect.poll(() => names(page), patience).toEqual(['sub', 'a+b 报告.json', 'third.bin']);

    await page.getByRole('button', { name: 'New folder' }).click();
    await page.getByLabel('Name of the new folder').fill('<b>made');
    await page.getByLabel('Name of the new folder').press('Enter');
    await row(page, '<b>made').waitFor(patience);
    for (const name of ['<b>made', 'third.bin']) {
      await page.getByRole('button', { name: `Delete ${name}` }).click();
      await page.locator('dialog').getByRole('button', { name: 'Delete' }).click();
      await row(page, name).waitFor({ state: 'detached', ...patience });
    }
    await page.getByRole('button', { name: 'Folder above' }).click();
    await row(page, 'work').waitFor(patience);
    await page.getByRole('button', { name: 'Delete work' }).click();
    await page.locator('dialog').getByRole('button', { name: 'Delete' }).click();
    await row(page, 'work').getByRole('alert').waitFor(patience);
    expect((await host.exec('ls -A /home/dev/work')).text.split('\n').filter(Boolean).sort()).toEqual([
      '.hidden',
      'a+b 报告.json',
      'sub',
    ]);
    expect(browser.complaints).toEqual([]);
  }, 60_000);

  it('leaves a file that is too large for the page to the browser itself', async () => {
    const size = 256_000_001;
    await host.exec(
      `install -d -o dev -g dev /home/dev/large && truncate -s ${size} /home/dev/large/disk.img`,
    );
    const { page } = await enter();
    await openFolder(page, '/home/dev/large');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download disk.img' }).click();
    expect((await stat(await (await download).path())).size).toBe(size);
  }, 90_000);

  it('shows hostile names as text and fetches each of them', async () => {
    await host.exec(
      `install -d -o dev -g dev /home/dev/odd && cd /home/dev/odd && echo line > "$(printf 'a\\nb')" && echo raw > "$(printf 'bad\\377\\200')" && echo rtl > "$(printf 'evil\\342\\200\\256gpj.exe')" && echo tag > '<img src=x onerror=alert(1)>' && echo long > '${longName}'; chown -R dev:dev .`,
    );
    const { page } = await enter('zh-CN', 'dark');
    await openFolder(page, '/home/dev/odd');
    await expect
      .poll(async () => (await names(page)).toSorted(), patience)
      .toEqual(
        ['a\\nb', 'bad\\xFF\\x80', 'evil\\u202Egpj.exe', '<img src=x onerror=alert(1)>', longName].toSorted(),
      );
    expect(await page.locator('gh-files-page img').count()).toBe(0);
    for (const [name, text] of [
      ['a\\nb', 'line'],
      ['bad\\xFF\\x80', 'raw'],
      ['evil\\u202Egpj.exe', 'rtl'],
      [longName, 'long'],
    ] as const) {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: `下载 ${name}` }).click();
      expect((await readFile(await (await download).path())).toString(), name).toBe(`${text}\n`);
    }
    await page.getByRole('button', { name: '删除 bad\\xFF\\x80' }).click();
    await page.locator('dialog').getByRole('button', { name: '删除' }).click();
    await row(page, 'bad\\xFF\\x80').waitFor({ state: 'detached', ...patience });
    expect((await host.exec('ls /home/dev/odd | wc -l')).text.trim()).toBe('5');
    expect(browser.complaints).toEqual([]);
  }, 60_000);

  it('offers what the rules give, and tells why something did not come about', async () => {
    await host.exec(
      'install -d -m 755 /srv/closed && echo top > /srv/closed/secret && chmod 600 /srv/closed/secret',
    );
    const { page } = await enter();
    await openFolder(page, '/srv/closed');
    await row(page, 'secret').waitFor(patience);
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'big.bin', mimeType: 'text/plain', buffer: content });
    await page.getByRole('button', { name: 'Download secret' }).click();
    await page.getByText('2 failed').waitFor(patience);
    await expect
      .poll(() => page.locator('gh-transfer-list [role=alert]').allTextContents(), patience)
      .toEqual([expect.stringMatching(/denied/i), expect.stringMatching(/denied/i)]);
    await harness.change(`/authorization-rules/${way.ruleId}`, { actions: ['download'] });
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: 'Read the folder again' }).click();
        return page.getByRole('button', { name: 'Upload files' }).count();
      }, patience)
      .toBe(0);
    expect(await page.getByRole('button', { name: 'Delete secret' }).count()).toBe(0);
    await harness.change(`/authorization-rules/${way.ruleId}`, { actions: ['connect'] });
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: 'Read the folder again' }).click();
        return page.locator('gh-files-page .notice.bad').count();
      }, patience)
      .toBe(1);
    expect(browser.complaints).toEqual([]);
  }, 60_000);
});
