import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Harness, type Person, type Way } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

const found = z.object({ items: z.array(z.object({ id: z.uuid() })) });

requires('hosts', 'ssh', 'browser').describe('the page of batch execution', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
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
    const start = (name: string) => harness.startHost({ name, accounts });
    const [first, second, third] = await Promise.all(['web-01', 'web-02', 'db-01'].map(start));
    if (!first || !second || !third) throw new Error('no hosts');
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host: first, systemKey });
    const more = [await harness.addAsset('web-02', second), await harness.addAsset('db-01', third)];
    await harness.recordPush(way.systemUserId, more);
    await harness.addRule([way.person.id], more, [way.systemUserId]);
  });

  function enter(person: Person, locale?: string, scheme?: 'dark'): Promise<Visitor> {
    return browser.enter(harness.product.url, person, locale, scheme);
  }
  const patience = { timeout: 20_000 };

  it('shows what is matched, runs, folds equal results, and runs again where it failed', async () => {
    const { page } = await enter(way.person);
    await page.goto('/batch/new');
    await page.locator('#pattern').fill('"web-01');
    await page.getByText('A double quote has no end.').first().waitFor(patience);
    await page.locator('#command').fill('true');
    await page.locator('gh-form-buttons button[type=submit]').click();
    // at the field alone, not below it too
    await page.locator('gh-field').getByText('A double quote has no end.').waitFor(patience);
    expect(await page.getByText('A double quote has no end.').count()).toBe(1);
    await page.locator('#pattern').fill('*,!db-*');
    await page.getByText('2 assets chosen').waitFor(patience);
    await page.locator('#pattern').fill('*');
    await page.getByText('3 assets chosen').waitFor(patience);
    await page.getByRole('checkbox', { name: 'db-01' }).uncheck();
    await page.getByText('2 assets chosen').waitFor(patience);
    await page.getByRole('checkbox', { name: 'web-02' }).uncheck();
    await page.getByText('1 asset chosen').waitFor(patience);
    await page.getByRole('checkbox', { name: 'web-02' }).check();
    await page.getByText('2 assets chosen').waitFor(patience);
    await page.locator('#command').fill("echo '<b>here</b>'\ntest $(hostname) = web-01");
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.waitForURL(/\/batch\/[0-9a-f-]{36}/);
    const groups = page.locator('section.group');
    await expect.poll(() => groups.count(), patience).toBe(2);
    const texts = (await groups.allTextContents()).sort();
    expect(texts[0]).toMatch(/exit 0.*web-01.*<b>here<\/b>/s);
    expect(texts[1]).toMatch(/exit 1.*web-02.*<b>here<\/b>/s);
    expect(await groups.locator('b').count()).toBe(0);
    await page.getByRole('button', { name: /^Failed 1/ }).click();
    await expect.poll(() => groups.count(), patience).toBe(1);
    await page.getByRole('button', { name: 'By asset' }).click();
    await page.locator('button.name', { hasText: 'web-02' }).click();
    await expect.poll(() => page.locator('pre.output').first().textContent(), patience).toContain('here');
    const before = page.url();
    await page.getByRole('button', { name: 'Run again on failed' }).click();
    await page.locator('dialog').getByRole('button', { name: 'Run', exact: true }).click();
    await expect.poll(() => page.url(), patience).not.toBe(before);
    await expect.poll(() => groups.allTextContents(), patience).toEqual([expect.stringMatching(/web-02/)]);
    expect(browser.complaints).toEqual([]);
  });

  it('fills in while it runs, and stops', async () => {
    const { page } = await enter(way.person, 'zh-CN', 'dark');
    await page.goto('/batch/new');
    await page.locator('#pattern').fill('*');
    await page.getByText('已选 3 台资产').waitFor(patience);
    await page.locator('#command').fill('test $(hostname) = db-01 || exec sleep 4711; echo done');
    await page.getByRole('button', { name: '执行', exact: true }).click();
    const groups = page.locator('section.group');
    await expect.poll(() => groups.allTextContents(), patience).toEqual([expect.stringMatching(/db-01/)]);
    await page.getByRole('button', { name: '停止' }).click();
    await expect
      .poll(() => groups.allTextContents(), patience)
      .toContainEqual(expect.stringMatching(/已停止.*web-01、web-02/s));
    expect(browser.complaints).toEqual([]);
  });

  it('is all there for auditors, with the results', async () => {
    const auditor = await harness.addPerson('audrey', { role: 'auditor' });
    const { page } = await enter(auditor);
    await page.goto('/audit/batches');
    const rows = page.locator('tbody tr');
    await expect.poll(() => rows.filter({ hasText: 'alice' }).count(), patience).toBe(3);
    await rows.filter({ hasText: '4711' }).getByRole('link').first().click();
    await expect.poll(() => page.locator('section.group').count(), patience).toBe(2);
    expect(await page.getByRole('button', { name: 'Run again on failed' }).count()).toBe(0);
    await page.goto('/batch');
    await page.getByText('You may run commands on no asset yet').waitFor(patience);
    expect(await page.getByRole('link', { name: 'Run a command' }).count()).toBe(0);
    await page.goto('/batch/new');
    await page.getByRole('status').getByText('You may run commands on no asset yet').waitFor(patience);
    expect(await page.getByRole('button', { name: 'Run', exact: true }).count()).toBe(0);
    expect(browser.complaints).toEqual([]);
  });

  it('says in Chinese too why it was not done', async () => {
    const { page } = await enter(way.person, 'zh-CN');
    await page.goto('/batch/new');
    await page.locator('#pattern').fill('"web-01');
    await page.getByText('双引号没有成对。').waitFor(patience);
    await page.locator('#pattern').fill('web-01');
    await page.getByText('已选 1 台资产').waitFor(patience);
    await page.locator('#command').fill('sleep 4712');
    await page.locator('#timeLimitSeconds').fill('1');
    await page.getByRole('button', { name: '执行', exact: true }).click();
    await expect
      .poll(() => page.locator('section.group').allTextContents(), patience)
      .toEqual([expect.stringMatching(/超时.*web-01.*未能在 1 秒内完成，已被中止。/s)]);
    const { items } = await harness.admin.call('GET', '/assets?q=db-01', found);
    const { public: other } = await harness.keys.make('other-host');
    await harness.admin.do('PUT', `/assets/${items[0]?.id}/host-keys`, { hostKeys: [other] });
    await page.goto('/batch/new');
    await page.locator('#pattern').fill('db-01');
    await page.getByText('已选 1 台资产').waitFor(patience);
    await page.locator('#command').fill('id');
    await page.getByRole('button', { name: '执行', exact: true }).click();
    await expect
      .poll(() => page.locator('section.group').allTextContents(), patience)
      .toEqual([expect.stringMatching(/无法连接.*db-01.*主机密钥与已固定的不一致/s)]);
    await page.getByRole('button', { name: '按资产' }).click();
    await page.locator('button.name', { hasText: 'db-01' }).click();
    await page.getByText('主机密钥与已固定的不一致').waitFor(patience);
    expect(browser.complaints).toEqual([]);
  });
});
