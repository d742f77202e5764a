import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Harness, type Person } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

const withId = z.object({ id: z.uuid() });

requires('ssh', 'browser').describe('the first page of the console', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let operator: Person;
  let plain: Person;
  let assetId: string;
  let systemUserId: string;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 90_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  }, 60_000);
  beforeAll(async () => {
    operator = await harness.addPerson('olga', { role: 'admin' });
    plain = await harness.addPerson('pat');
  }, 60_000);

  function enter(person: Person): Promise<Visitor> {
    return browser.enter(harness.product.url, person);
  }

  const ticked = (page: Page): Promise<string[]> =>
    page.locator('gh-first-hour li.done a:first-of-type').allTextContents();
  const counter = (page: Page, label: string): Promise<string | null> =>
    page.locator('gh-home-page .counters li', { hasText: label }).locator('strong').textContent();

  it('leads an administrator through the first hour, each step ticked by what is there', async () => {
    const visitor = await enter(operator);
    const { page } = visitor;
    expect(page.url()).toMatch(/\/home$/);
    await expect.poll(() => ticked(page)).toEqual(['Choose your own password']);
    expect(await page.locator('gh-first-hour li.next').textContent()).toContain('second factor');

    await visitor.link('Add an asset').click();
    await page.waitForURL('**/assets/new');
    await page.locator('#name').fill('web-01');
    await page.locator('#address').fill('127.0.0.1');
    await page.locator('gh-form-buttons button[type=submit]').click();
    await page.waitForURL(/\/assets\/[0-9a-f-]{36}/);
    assetId = /assets\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? '';
    const key = await harness.keys.make('root');
    const account = { name: 'root', username: 'root', privateKey: key.private };
    const { id: adminAccountId } = await harness.admin.call('POST', '/admin-accounts', withId, account);
    await harness.admin.do('PUT', '/settings/defaults', { adminAccountId });
    const systemUser = { username: 'dev', generateKey: true };
    systemUserId = (await harness.admin.call('POST', '/system-users', withId, systemUser)).id;
    await page.goto('/home');
    await expect
      .poll(() => ticked(page))
      .toEqual(['Choose your own password', 'Add an admin account', 'Add an asset', 'Add a system user']);

    await visitor.link('Pin the asset’s host key').click();
    await page.waitForURL('**/assets?pinned=false');
    const hostKey = (await harness.keys.make('host')).public;
    await harness.admin.do('PUT', `/assets/${assetId}/host-keys`, { hostKeys: [hostKey] });
    await page.goto('/home');
    await expect.poll(() => ticked(page)).toContain('Pin the asset’s host key');

    const push = { systemUserId, assetIds: [assetId], mode: 'record-only' };
    await harness.admin.do('POST', '/pushes', push);
    const sides = { userIds: [plain.id, operator.id], assetIds: [assetId], systemUserIds: [systemUserId] };
    await harness.admin.do('POST', '/authorization-rules', { name: 'web for all', ...sides });
    await page.goto('/home');
    await expect.poll(() => ticked(page)).toContain('Write a rule');
    expect(await ticked(page)).toContain('Push it to the asset');
    expect(await counter(page, 'Assets in all')).toBe('1');
    expect(await counter(page, 'Users in all')).toBe('3');

    await visitor.button('Hide this list').click();
    await expect.poll(() => page.locator('gh-first-hour').count()).toBe(0);
    await page.reload();
    await page.locator('gh-day-line').first().waitFor();
    expect(await page.locator('gh-first-hour').count()).toBe(0);
    await visitor.leave();
  }, 120_000);

  it('shows logins, also refused ones, and a push that failed with the way to push again', async () => {
    const stranger = await browser.visit(harness.product.url);
    await stranger.logIn('pat', 'not this one');
    await stranger.page.getByRole('alert').waitFor();
    await stranger.leave();
    // no host key is pinned
    await harness.admin.do('POST', '/pushes', { systemUserId, assetIds: [assetId], mode: 'key' });
    const visitor = await enter(operator);
    const { page } = visitor;
    await expect
      .poll(() => page.locator('.rows li', { hasText: 'pat' }).first().textContent())
      .toContain('Refused');
    await expect
      .poll(async () => {
        await page.reload();
        await page.locator('gh-day-line').first().waitFor();
        return page.locator('.rows li', { hasText: 'dev@web-01' }).count();
      })
      .toBe(1);
    await visitor.link('Push again').click();
    await page.waitForURL(`**/pushes/new?forUsers=${systemUserId}&onAssets=${assetId}&as=key`);
    await expect.poll(() => page.locator('gh-push-form').textContent()).toContain('web-01');
    await visitor.leave();
  }, 120_000);

  it('Ctrl-K leads to a page, a user, a rule and a terminal by a few letters and Enter', async () => {
    const visitor = await enter(operator);
    const { page, context } = visitor;
    const goTo = async (letters: string): Promise<void> => {
      await page.locator('#quick-ways').waitFor({ state: 'detached' });
      await page.keyboard.press('Control+k');
      await page.locator('[role=combobox]:focus').waitFor();
      await page.keyboard.type(letters);
      await page.keyboard.press('Enter');
    };
    await goTo('login hist');
    await page.waitForURL('**/audit/history');
    await goTo('pat');
    await page.waitForURL(`**/users/${plain.id}`);
    await page.keyboard.press('Escape');
    await goTo('for all');
    await page.waitForURL(/\/rules\/[0-9a-f-]{36}/);
    await page.goto('/home');
    await page.locator('gh-day-line').first().waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('web-01');
    const kinds = page.locator('#quick-ways .kind');
    await expect.poll(() => kinds.allTextContents()).toEqual(['Connect', 'Asset']);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/assets/${assetId}`);
    const opened = context.waitForEvent('page');
    await goTo('web-01');
    await (await opened).waitForURL(/\/terminal\?/);
    await visitor.leave();
  }, 120_000);

  it('shows a plain user their own figures, pages and assets, and nothing else', async () => {
    const visitor = await enter(plain);
    const { page } = visitor;
    expect(page.url()).toMatch(/\/my-assets$/);
    await visitor.link('Dashboard').click();
    await expect.poll(() => counter(page, 'Assets that you may log in to')).toBe('1');
    expect(await page.locator('gh-first-hour').count()).toBe(0);
    expect(await page.locator('gh-home-page').textContent()).not.toMatch(/olga|Failed pushes|Users/);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('b');
    await expect
      .poll(() => page.locator('#quick-ways .title').allTextContents())
      .toEqual(['dev@web-01', 'Batch execution', 'Dashboard']);
    await visitor.leave();
  }, 60_000);

  it('no page broke the content security policy or threw an error', () => {
    expect(browser.complaints).toEqual([]);
  });
});
