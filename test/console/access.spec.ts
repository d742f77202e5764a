import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Harness, type Person } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

const rule = z.object({
  hours: z
    .object({
      timeZone: z.string(),
      windows: z.array(z.object({ days: z.array(z.string()), from: z.string(), until: z.string() })),
    })
    .nullable(),
});

requires('ssh', 'browser').describe('rules in the console', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let admin: Person;
  let ruleId: string;
  let aliceId: string;
  let webId: string;
  let visitor: Visitor;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  });
  beforeAll(async () => {
    admin = await harness.addPerson('olga', { role: 'admin' });
    const alice = await harness.addPerson('alice');
    const { id: assetId } = await harness.admin.call('POST', '/assets', z.object({ id: z.string() }), {
      name: 'web-01',
      address: '10.0.0.1',
    });
    [aliceId, webId] = [alice.id, assetId];
    const dev = await harness.addSystemUser('dev', { password: 'x' });
    await harness.recordPush(dev, [assetId]);
    ruleId = await harness.addRule([alice.id], [assetId], [dev]);
    visitor = await browser.enter(harness.product.url, admin);
  });

  const hours = async () => (await harness.admin.call('GET', `/authorization-rules/${ruleId}`, rule)).hours;

  /** Takes the one hit of that name in a picker outside of a panel. */
  async function choose(inputId: string, name: string): Promise<void> {
    const box = visitor.page.locator(`#${inputId}`);
    await box.click();
    await box.pressSequentially(name);
    await visitor.page.locator('nz-option-item', { hasText: name }).first().click();
  }

  it('explains who may do what, and what is missing; the question stands in the address', async () => {
    await visitor.page.goto('/explain');
    await choose('explain-user', 'alice');
    await choose('explain-asset', 'web-01');
    await choose('explain-system-user', 'dev');
    await visitor.page.getByText('Yes, allowed now').waitFor();
    await expect
      .poll(() => visitor.page.locator('section.answer > p').first().textContent())
      .toMatch(/^The rules allow there: \S/);
    await expect
      .poll(() => visitor.page.locator('gh-explained-rule').textContent())
      .toContain('named by the rule');
    await harness.change(`/authorization-rules/${ruleId}`, { active: false });
    await visitor.page.reload();
    await visitor.page.getByText('No, refused').waitFor();
    await visitor.page.getByText('No active rule names all three.').waitFor();
    expect(await visitor.page.locator('gh-explained-rule .gap').allTextContents()).toEqual(['inactive']);
    await harness.change(`/authorization-rules/${ruleId}`, { active: true });
  });

  it('is asked from a user, an asset and a rule, with what is known filled in', async () => {
    const { page } = visitor;
    const asked = async (from: string, link: string): Promise<URLSearchParams> => {
      await page.goto(from);
      await page.getByRole('link', { name: link, exact: true }).first().click();
      await page.waitForURL('**/explain?*');
      return new URL(page.url()).searchParams;
    };
    expect([...(await asked(`/rules/${ruleId}`, 'Next: try whom it lets in…')).keys()].sort()).toEqual([
      'assetId',
      'systemUserId',
      'userId',
    ]);
    await page.getByText('Yes, allowed now').waitFor();
    expect((await asked(`/users/${aliceId}?tab=access`, 'Explain access…')).get('userId')).toBe(aliceId);
    await asked(`/users/${aliceId}?tab=access`, 'Why?');
    await page.getByText('Yes, allowed now').waitFor();
    expect((await asked(`/assets/${webId}/access`, 'Explain access…')).get('assetId')).toBe(webId);
    await asked(`/assets/${webId}/access`, 'Why?');
    await page.getByText('Yes, allowed now').waitFor();
  });

  it('is asked at the end of each line, of a user as of an asset', async () => {
    for (const [from, part] of [
      [`/users/${aliceId}?tab=access`, 'gh-user-access'],
      [`/assets/${webId}/access`, 'gh-asset-access'],
    ] as const) {
      await visitor.page.goto(from);
      const line = visitor.page.locator(`${part} .lines > li`, { hasText: 'Why?' }).first();
      const last = line.locator('> :last-child');
      expect(await last.textContent()).toBe('Why?');
      const [whole, end] = [await line.boundingBox(), await last.boundingBox()];
      const gap = (whole?.x ?? 0) + (whole?.width ?? 0) - (end?.x ?? 0) - (end?.width ?? 0);
      expect(gap).toBeLessThan(20);
    }
  });

  it('gives a rule hours of the week, and takes them away', async () => {
    await visitor.page.goto(`/rules/${ruleId}`);
    const limited = visitor.panel.locator('#hours');
    await expect.poll(() => visitor.panel.locator('#name').inputValue()).not.toBe('');
    await limited.click();
    await visitor.panel.locator('#hours-0-sat').check();
    const [from, until] = ['From', 'Until'].map((name) => visitor.panel.getByLabel(name, { exact: true }));
    for (const [typed, understood] of [
      ['9', '09:00'],
      ['930', '09:30'],
      ['9:30', '09:30'],
      ['9点30', '09:30'],
      ['２１：００', '21:00'],
    ] as const) {
      await from?.fill(typed);
      await from?.blur();
      await expect.poll(() => from?.inputValue()).toBe(understood);
    }
    for (const noTime of ['24:00', '9:60', 'noon', '']) {
      await from?.fill(noTime);
      await visitor.button('Save').click();
      await visitor.panel.getByRole('alert').filter({ hasText: 'Write times like 09:00' }).waitFor();
      expect(await from?.getAttribute('aria-invalid')).toBe('true');
      await visitor.panel.locator('#hours-0-from:focus').waitFor();
    }
    expect(await hours()).toBeNull();
    await from?.fill('09:00');
    await until?.fill('2400');
    await until?.press('Enter');
    await expect.poll(hours).toMatchObject({ windows: [{ from: '09:00', until: '24:00' }] });
    await visitor.page.goto(`/rules/${ruleId}`);
    await expect.poll(() => until?.inputValue()).toBe('24:00');
    await until?.fill('2');
    await visitor.panel.getByText('of the next day').waitFor();
    await visitor.button('Save').click();
    await expect.poll(hours).toMatchObject({
      windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'], from: '09:00', until: '02:00' }],
    });
    await visitor.page.goto(`/rules/${ruleId}`);
    await visitor.panel.locator('#hours-0-mon').waitFor();
    for (const day of ['mon', 'tue', 'wed', 'thu', 'fri', 'sat']) {
      await visitor.panel.locator(`#hours-0-${day}`).uncheck();
    }
    await visitor.button('Save').click();
    await visitor.panel.getByRole('alert').waitFor();
    await limited.click();
    await visitor.button('Save').click();
    await expect.poll(hours).toBeNull();
    expect(browser.complaints).toEqual([]);
  });
});
