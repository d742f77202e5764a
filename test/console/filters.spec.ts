import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Harness, type Person } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser } from './browser.js';

const made = z.object({ id: z.string() });

requires('ssh', 'browser').describe('the filters of a list, in a window of 1280 pixels', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let operator: Person;
  let id: string;
  let page: Page;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  });
  beforeAll(async () => {
    operator = await harness.addPerson('olga', { role: 'admin' });
    const labels = { team: 'payments', tier: 'front' };
    const asset = { name: 'payments-database-primary', address: '10.9.9.8', labels };
    ({ id } = await harness.admin.call('POST', '/assets', made, asset));
    ({ page } = await browser.enter(harness.product.url, operator));
    await page.setViewportSize({ width: 1280, height: 800 });
  }, 60_000);

  const firstRow = () => page.locator('tbody tr:not(.skeleton)').first();
  const moreFilters = () => page.getByRole('button', { name: /^More filters/ });

  it('are one line, whatever is chosen', async () => {
    const days = 'from=2026-11-30T00:00:00Z&to=2026-12-03T00:00:00Z';
    const who = `userId=${operator.id}&assetId=${id}`;
    const line = page.locator('gh-filter-row');
    const overflow = `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(
      document.querySelector('gh-filter-row .filters'))`;
    for (const address of [
      '/assets',
      '/assets?environment=production&type=server&label=team%3Dpayments&label=tier&active=true',
      ...['/audit/files', `/audit/files?${days}&${who}&result=complete&direction=upload`],
      ...['/audit/commands', `/audit/commands?${days}&${who}&kind=exec&certain=true`],
      ...['/audit/history', `/audit/history?${days}&${who}&kind=forward&state=ended`],
      ...[`/audit/logins?${days}&userId=${operator.id}&succeeded=true`, `/audit/online?${who}&kind=forward`],
      `/audit/operations?${days}&userId=${operator.id}&subjectType=authorization_rule`,
    ]) {
      await page.goto(address);
      await page.locator('[aria-busy=false]').first().waitFor();
      expect((await line.boundingBox())?.height, address).toBeLessThanOrEqual(34);
      expect(await page.evaluate(overflow), address).toBeLessThanOrEqual(0);
    }
  }, 60_000);

  it('that are less used stand behind a chip, which counts those that narrow and stays where it is', async () => {
    await page.goto('/assets');
    const more = moreFilters();
    await firstRow().waitFor();
    const before = await more.boundingBox();
    await more.click();
    const others = page.getByRole('group', { name: 'More filters' });
    await others.getByRole('button', { name: 'State' }).click();
    await page.getByRole('menuitemradio', { name: 'Inactive', exact: true }).click();
    await page.waitForURL('**active=false**');
    await others.getByRole('button', { name: 'Remove the filter State' }).waitFor();
    expect((await more.textContent())?.replace(/\s+/g, ' ').trim()).toBe('More filters 1');
    await page.keyboard.press('Escape');
    await expect.poll(() => others.count()).toBe(0);
    expect(await page.evaluate('document.activeElement.textContent')).toContain('More filters');
    await page.getByText('Nothing matches').waitFor();
    expect(await more.boundingBox()).toEqual(before);
  });

  it('whose name is short have room for what is typed, and move nothing', async () => {
    await page.goto('/assets');
    const group = page.locator('nz-select:has(#groupId-filter)');
    const next = page.locator('#label-filter');
    const places = (): Promise<unknown[]> =>
      Promise.all([next, firstRow(), moreFilters()].map((each) => each.boundingBox()));
    await firstRow().waitFor();
    const still = await places();
    await group.click();
    await expect.poll(async () => (await group.boundingBox())?.width).toBeGreaterThanOrEqual(190);
    expect(await places()).toEqual(still);
  });
});
