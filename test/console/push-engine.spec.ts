import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Harness } from '../gateway/harness.js';
import type { ProductOptions } from '../gateway/product.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser } from './browser.js';

const LONG = 120_000;

type Visit = (locale: string, scheme?: 'light' | 'dark') => ReturnType<ConsoleBrowser['visit']>;

/** A product and a browser in which an admin is logged in, on the page of the push engine. */
async function onThePage(options: ProductOptions, work: (visit: Visit) => Promise<void>): Promise<void> {
  const harness = await Harness.start(options);
  const browser = await ConsoleBrowser.start();
  try {
    const admin = await harness.addPerson('olga', { role: 'admin' });
    await work(async (locale, scheme) => {
      const visitor = await browser.enter(harness.product.url, admin, locale, scheme);
      const { page } = visitor;
      await page.goto('/settings/push-engine');
      await page.locator('gh-push-engine-page input[type=radio]').first().waitFor();
      return visitor;
    });
    expect(browser.complaints).toEqual([]);
  } finally {
    await browser.stop();
    await harness.stop();
  }
}

requires('ssh', 'browser').describe('the page of the push engine where gateways have no Ansible', () => {
  it(
    'says at its field what is missing, in both languages, and keeps the engine',
    { timeout: LONG },
    async () => {
      const empty = await mkdtemp(join(tmpdir(), 'gatehouse-no-programs-'));
      try {
        await onThePage({ env: { PATH: empty } }, async (visit) => {
          for (const [locale, missing] of [
            ['en-US', /install ansible-core on every gateway/],
            ['zh-CN', /请先在每个网关安装 ansible-core/],
          ] as const) {
            const { page } = await visit(locale);
            await page.locator('input[value=ansible]').check();
            await page.locator('button[type=submit]').click();
            await expect.poll(() => page.locator('#engines-problem').textContent()).toMatch(missing);
            page.once('dialog', (dialog) => void dialog.accept());
            await page.reload();
            await expect.poll(() => page.locator('input[value=agentless]').isChecked()).toBe(true);
          }
        });
      } finally {
        await rm(empty, { recursive: true });
      }
    },
  );
});

requires('ssh', 'browser', 'ansible').describe(
  'the page of the push engine where gateways have Ansible',
  () => {
    it('keeps what was chosen and its limit, and says which limit is none', { timeout: LONG }, async () => {
      await onThePage({}, async (visit) => {
        const { page } = await visit('en-US');
        const limit = page.locator('#ansibleLimitSeconds');
        await page.locator('input[value=ansible]').check();
        expect(await limit.inputValue()).toBe('600');
        await limit.fill('5');
        await page.locator('button[type=submit]').click();
        await expect
          .poll(() => page.locator('#ansibleLimitSeconds-problem').textContent())
          .toMatch(/from 10 to 3600/);
        await limit.fill('900');
        await page.locator('button[type=submit]').click();
        await expect.poll(() => page.locator('nz-message').textContent()).toContain('Saved');
        await page.reload();
        await expect.poll(() => page.locator('input[value=ansible]').isChecked()).toBe(true);
        await expect.poll(() => limit.inputValue()).toBe('900');

        const chinese = await visit('zh-CN', 'dark');
        await expect.poll(() => chinese.page.locator('input[value=ansible]').isChecked()).toBe(true);
        await expect
          .poll(() => chinese.page.locator('gh-push-engine-page').textContent())
          .toMatch(/单个资产的最长用时/);
        await chinese.page.locator('input[value=agentless]').check();
        await chinese.page.locator('button[type=submit]').click();
        await expect.poll(() => chinese.page.locator('nz-message').textContent()).toContain('已保存');
        await page.reload();
        await expect.poll(() => page.locator('input[value=agentless]').isChecked()).toBe(true);
      });
    });
  },
);
