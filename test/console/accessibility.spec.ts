import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Harness, type Person } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

const withId = z.object({ id: z.uuid() });
const findings = z.array(
  z.object({ rule: z.string(), impact: z.string().nullable(), where: z.array(z.string()) }),
);

/** Rules of WCAG 2.1, A and AA. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];

requires('ssh', 'browser').describe('the console for everybody', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let operator: Person;
  let axe: string;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 120_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  });
  beforeAll(async () => {
    axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
    operator = await harness.addPerson('olga', { role: 'admin' });
    const make = async (path: string, body: object): Promise<string> =>
      (await harness.admin.call('POST', path, withId, body)).id;
    const asset = await make('/assets', { name: 'web-01', address: '10.0.0.1', environment: 'production' });
    await make('/assets', { name: 'web-02', address: '10.0.0.2', active: false });
    await make('/asset-groups', { name: 'Web', assetIds: [asset] });
    await make('/data-centers', { name: 'Pudong', networks: ['10.0.0.0/16'] });
    await make('/user-groups', { name: 'Operations', memberIds: [operator.id] });
    await make('/admin-accounts', { name: 'root', username: 'root', password: 'a pass phrase 4712' });
    const alias = await make('/sudo-aliases', { name: 'SERVICES', commands: ['/usr/bin/systemctl'] });
    const dev = await make('/system-users', { username: 'dev', generateKey: true, sudoAliasIds: [alias] });
    await harness.recordPush(dev, [asset]);
    const rule = await harness.addRule([operator.id], [asset], [dev]);
    Object.assign(ids, { asset, rule });
  }, 120_000);

  const enter = (scheme: 'light' | 'dark'): Promise<Visitor> =>
    browser.enter(harness.product.url, operator, 'en-GB', scheme);

  /** What axe finds serious or critical on the page as it is, or in a part of it. */
  async function serious(page: Page, what: object, within = 'html'): Promise<string[]> {
    const found = findings.parse(
      await page.evaluate(`(async () => {
        if (!window.axe) { ${axe} }
        const { violations } = await axe.run('${within}', { ...${JSON.stringify(what)}, resultTypes: ['violations'] });
        return violations.map(({ id, impact, nodes }) => ({ rule: id, impact, where: nodes.map((node) => node.html) }));
      })()`),
    );
    return found
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ rule, where }) => `${rule}: ${where.slice(0, 5).join(' | ')}`);
  }

  /** Goes through the pages; gives what is wrong on each. */
  async function walk(
    page: Page,
    addresses: readonly string[],
    what: object,
  ): Promise<Record<string, string[]>> {
    const wrong: Record<string, string[]> = {};
    for (const address of addresses) {
      // as a link does: the console is not loaded again
      await page.evaluate(
        `history.pushState({}, '', '${address}'); dispatchEvent(new PopStateEvent('popstate'))`,
      );
      await page.waitForURL(`**${address}`);
      await page.locator('h1').first().waitFor();
      await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
      let found = await serious(page, what);
      // a panel that still fades out has any contrast: what is wrong with the page itself stays
      for (let look = 0; found.length > 0 && look < 5; look++) {
        await sleep(500);
        found = await serious(page, what);
      }
      if (found.length > 0) wrong[address] = found;
    }
    return wrong;
  }

  /** One of each kind: lists, panels, forms, pickers, settings. */
  const pages = (): string[] => [
    ...['/home', '/my-assets', '/batch/new', '/files', '/profile/keys', `/users/${operator.id}`],
    ...[`/assets/${ids['asset']}/host-keys`, '/assets/new', '/system-users/new', '/pushes/new'],
    ...[`/rules/${ids['rule']}`, '/explain', '/audit/history', '/settings/mail'],
  ];

  it('has no serious barrier on any page', async () => {
    const visitor = await enter('light');
    const rules = { 'color-contrast': { enabled: false } };
    expect(await walk(visitor.page, pages(), { runOnly: TAGS, rules })).toEqual({});
    await visitor.page.goto('/terminal');
    await visitor.page.getByRole('heading', { name: 'All others' }).waitFor();
    expect(await serious(visitor.page, { runOnly: TAGS })).toEqual([]);
    await visitor.leave();
  }, 120_000);

  it.each(['light', 'dark'] as const)(
    'can be read: contrasts in the %s theme',
    async (scheme) => {
      const visitor = await enter(scheme);
      const some = ['/home', `/assets/${ids['asset']}`, '/rules/new', '/audit/history'];
      const contrast = { runOnly: ['color-contrast'] };
      expect(await walk(visitor.page, some, contrast)).toEqual({});
      await visitor.page.goto(`/assets/${ids['asset']}`);
      await visitor.panel.getByRole('button', { name: 'Delete' }).click();
      await visitor.page.locator('dialog').getByRole('button', { name: 'Delete' }).waitFor();
      await expect.poll(() => serious(visitor.page, contrast, 'dialog')).toEqual([]);
      await visitor.leave();
    },
    90_000,
  );

  it('gives the focus back when a panel or a dialog closes', async () => {
    const visitor = await enter('light');
    const { page } = visitor;
    const focused = (): Promise<unknown> => page.evaluate('document.activeElement.textContent.trim()');
    await page.goto('/user-groups');
    await visitor.row('Operations').getByRole('link').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => visitor.panel.count()).toBe(1);
    await expect
      .poll(() => page.evaluate('document.activeElement.closest("[role=dialog]") !== null'))
      .toBe(true);
    await page.keyboard.press('Escape');
    await expect.poll(() => visitor.panel.count()).toBe(0);
    await expect.poll(focused).toContain('Operations');
    await page.goto(`/user-groups`);
    await visitor.row('Operations').getByRole('link').focus();
    await page.keyboard.press('Control+k');
    await page.locator('[role=combobox]:focus').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(focused).toContain('Operations');
    await visitor.leave();
  });
});
