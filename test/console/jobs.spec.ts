import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { Harness, type Person } from '../gateway/harness.js';
import { requires, startMisbehavingHost, type Host, type MisbehavingHost } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

const withId = z.object({ id: z.uuid() });

requires('hosts', 'ssh', 'browser').describe('jobs in the console', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let operator: Person;
  let auditor: Person;
  let host: Host;
  let silent: MisbehavingHost;

  beforeAll(async () => {
    harness = await Harness.start();
    browser = await ConsoleBrowser.start();
    const key = await harness.keys.make('admin');
    host = await harness.startHost({
      name: 'web-01',
      accounts: [{ username: 'root', publicKey: key.public }],
      setup: `mkdir -p /sys/class/dmi/id\necho '<b>SN</b>-4711' >/sys/class/dmi/id/product_serial\n`,
    });
    silent = await startMisbehavingHost('silent');
    const account = { name: 'root', username: 'root', privateKey: key.private };
    const { id: adminAccountId } = await harness.admin.call('POST', '/admin-accounts', withId, account);
    await harness.admin.do('PUT', '/settings/defaults', { adminAccountId });
    await harness.addAsset('web-01', host);
    await harness.addAsset('dead-01', silent);
    operator = await harness.addPerson('olga', { role: 'admin' });
    auditor = await harness.addPerson('audrey', { role: 'auditor' });
  }, 120_000);
  afterAll(async () => {
    await browser.stop();
    await silent.stop();
    await harness.stop();
  });

  function enter(person: Person, locale?: string): Promise<Visitor> {
    return browser.enter(harness.product.url, person, locale);
  }

  const jobPanel = (page: Page): Locator => page.locator('gh-job-panel');
  /** Asset, state, and what stands beside it. */
  const line = (page: Page, asset: string): Locator => jobPanel(page).locator('tbody tr', { hasText: asset });

  it('fill in live, go on when the page is left, and are found again', async () => {
    const { page, ...visitor } = await enter(operator);
    await page.goto('/assets');
    await page.locator('gh-asset-list tbody tr').nth(1).waitFor();
    await page.locator('gh-asset-list thead input[type=checkbox]').check();
    await page.getByRole('button', { name: 'Collect facts' }).click();
    await expect.poll(() => line(page, 'web-01').innerText()).toMatch(/Succeeded[\s\S]*Changed: .*CPU model/);
    // the other one waits for a host that says nothing
    await expect.poll(() => line(page, 'dead-01').innerText()).toMatch(/Under way/);
    // the count follows with the next look
    await expect.poll(() => jobPanel(page).locator('.told').innerText()).toMatch(/Under way\s+1 of 2/);
    expect(page.url()).toMatch(/\/assets\?.*job=/);

    await page.locator('a[href="/rules"]').click();
    await expect.poll(() => jobPanel(page).count()).toBe(0);
    const top = page.getByRole('button', { name: '1 job under way' });
    await top.click();
    await page.getByRole('menuitem', { name: /Collect facts/ }).click();
    expect(page.url()).toMatch(/\/rules\?job=/);
    await expect.poll(() => line(page, 'dead-01').innerText()).toMatch(/Failed[\s\S]*Connect[\s\S]*timeout/);
    await expect.poll(() => jobPanel(page).locator('.told').innerText()).toMatch(/Partly failed\s+2 of 2/);
    await expect.poll(() => page.getByRole('button', { name: 'Jobs', exact: true }).count()).toBe(1);

    await jobPanel(page)
      .getByRole('button', { name: /^Failed/ })
      .click();
    await expect.poll(() => jobPanel(page).locator('tbody tr').count()).toBe(1);
    const before = page.url();
    await jobPanel(page).getByRole('button', { name: 'Try these again' }).click();
    await expect.poll(() => page.url()).not.toBe(before);
    await expect.poll(() => jobPanel(page).locator('.told').innerText()).toMatch(/0 of 1/);
    await jobPanel(page).getByRole('button', { name: 'Stop' }).click();
    await expect
      .poll(() => jobPanel(page).locator('.told').innerText())
      .toMatch(/Stopped[\s\S]*Stopped by olga/);
    await page.keyboard.press('Escape');
    await expect.poll(() => jobPanel(page).count()).toBe(0);
    await visitor.context.close();
  });

  it('show the steps of an asset, and what it told stands on its panel as text', async () => {
    const { page, ...visitor } = await enter(operator);
    await page.goto('/assets');
    await page.getByRole('link', { name: 'web-01' }).click();
    const panel = page.locator('gh-asset-panel');
    await expect.poll(() => panel.locator('gh-asset-facts').innerText()).toMatch(/<b>SN<\/b>-4711/);
    await panel.getByRole('button', { name: 'Collect facts' }).click();
    await expect.poll(() => line(page, 'web-01').innerText()).toContain('Nothing changed.');
    await line(page, 'web-01').getByRole('button').click();
    const steps = await line(page, 'web-01').locator('ol li').allInnerTexts();
    expect(steps).toHaveLength(7);
    expect(steps.every((step) => /\d+ ms/.test(step))).toBe(true);
    // Esc closes the job, not the asset below it
    await page.keyboard.press('Escape');
    await expect.poll(() => jobPanel(page).count()).toBe(0);
    expect(await panel.count()).toBe(1);
    await panel.getByRole('button', { name: 'Test with the admin account' }).click();
    await expect.poll(() => panel.locator('gh-connection-check li').allInnerTexts()).toHaveLength(5);
    expect(await panel.locator('gh-connection-check').innerText()).toMatch(
      /Check the privileges[\s\S]*\d+ ms/,
    );
    await visitor.context.close();
  });

  it('are for looking on where the role says so', async () => {
    const { page, ...visitor } = await enter(auditor, 'zh-CN');
    await page.getByRole('button', { name: '任务' }).click();
    await page
      .getByRole('menuitem', { name: /采集资产信息/ })
      .first()
      .click();
    await expect.poll(() => jobPanel(page).locator('.told').innerText()).toMatch(/成功|已停止|部分失败/);
    expect(
      await jobPanel(page)
        .getByRole('button', { name: /^停止$|重试/ })
        .count(),
    ).toBe(0);
    await visitor.context.close();
  });

  it('are collected each night at a time that is set', async () => {
    const { page, ...visitor } = await enter(operator);
    await page.goto('/settings/facts');
    await expect.poll(() => page.locator('#time').inputValue()).toBe('02:30');
    await page.locator('#time').fill('25:00');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => page.locator('#time-problem').count()).toBe(1);
    await page.locator('#time').fill('3.15');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => page.getByText('Saved', { exact: true }).count()).toBe(1);
    await page.reload();
    await expect.poll(() => page.locator('#time').inputValue()).toBe('03:15');
    await visitor.context.close();
  });

  it('show host keys of many assets, of which new ones are pinned together and a changed one on its own', async () => {
    const [fresh, rebuilt] = [await startMisbehavingHost('none'), await startMisbehavingHost('none')];
    onTestFinished(async () => {
      await Promise.all([fresh.stop(), rebuilt.stop()]);
    });
    const { address, port } = fresh;
    await harness.admin.do('POST', '/assets', { name: 'fresh-01', address, port });
    const rebuiltId = await harness.addAsset('rebuilt-01', rebuilt);
    const old = rebuilt.hostKey;
    rebuilt.changeHostKey();
    const { page, ...visitor } = await enter(operator);
    const names = (): Promise<string[]> => page.locator('tbody a.name').allTextContents();
    await page.goto('/assets?pinned=false');
    await expect.poll(names).toEqual(['fresh-01']);
    await page.goto('/assets');
    await expect.poll(names).toEqual(['dead-01', 'fresh-01', 'rebuilt-01', 'web-01']);
    await page.locator('gh-asset-list thead input[type=checkbox]').check();
    await page.getByRole('button', { name: 'Scan host keys' }).click();
    await page.waitForURL('**/assets/host-key-scans/*');
    const row = (asset: string): Locator => page.locator('tbody tr', { hasText: asset });
    await expect.poll(() => row('fresh-01').innerText()).toMatch(/New[\s\S]*SHA256:/);
    await expect.poll(() => row('rebuilt-01').innerText()).toMatch(/Changed[\s\S]*Pinned[\s\S]*Shown now/);
    await expect.poll(() => row('dead-01').innerText()).toMatch(/Unreachable[\s\S]*timeout/);
    await expect.poll(() => row('web-01').innerText()).toMatch(/As pinned/);

    // all that are new: the changed one is not among them
    await page.getByRole('button', { name: 'Pin all new keys (1)' }).click();
    const dialog = page.locator('dialog[open]');
    await expect
      .poll(() => dialog.innerText())
      .toMatch(/Trust what these assets show \(1\)\?[\s\S]*fresh-01/);
    await dialog.getByRole('button', { name: 'Pin new keys (1)' }).click();
    await page.getByText('Assets whose host keys are pinned now: 1').waitFor();
    await expect.poll(() => row('fresh-01').innerText()).toMatch(/Pinned now/);
    expect(await row('rebuilt-01').innerText()).toMatch(/Changed/);

    // somebody pins something else while the page shows the changed key
    await row('rebuilt-01').locator('input').check();
    const chosen = page.getByRole('toolbar');
    expect(await chosen.getByRole('button', { name: 'Pin new keys (0)' }).isDisabled()).toBe(true);
    await harness.admin.do('PUT', `/assets/${rebuiltId}/host-keys`, { hostKeys: [old, host.hostKey] });
    const accept = chosen.getByRole('button', { name: 'Accept changed keys (1)' });
    await accept.click();
    await expect.poll(() => dialog.innerText()).toMatch(/Replace the pinned keys[\s\S]*rebuilt-01/);
    await dialog.getByRole('button', { name: 'Accept changed keys (1)' }).click();
    await expect
      .poll(() => page.locator('.notice[role=alert]').innerText())
      .toMatch(/rebuilt-01: Other keys were pinned since/);
    await harness.admin.do('PUT', `/assets/${rebuiltId}/host-keys`, { hostKeys: [old] });
    await page.reload();
    await expect.poll(() => row('rebuilt-01').innerText()).toMatch(/Changed/);
    await row('rebuilt-01').locator('input').check();
    await accept.click();
    await dialog.getByRole('button', { name: 'Accept changed keys (1)' }).click();
    await expect.poll(() => row('rebuilt-01').innerText()).toMatch(/Pinned now/);

    await page.getByRole('button', { name: 'Jobs', exact: true }).click();
    await page.getByRole('menuitem', { name: /Scan host keys/ }).waitFor();
    await visitor.context.close();
  });

  it('complain of nothing', () => {
    expect(browser.complaints).toEqual([]);
  });
});
