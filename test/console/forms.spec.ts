import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Harness, type Person } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

const withId = z.object({ id: z.uuid() });

requires('ssh', 'browser').describe('the forms of the console', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let operator: Person;
  let visitor: Visitor;
  let page: Page;
  let save: Locator;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 120_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  });
  beforeAll(async () => {
    operator = await harness.addPerson('olga', { role: 'admin' });
    visitor = await browser.enter(harness.product.url, operator);
    ({ page } = visitor);
    save = page.locator('gh-form-buttons button[type=submit]');
  }, 90_000);

  const make = async (path: string, body: object): Promise<string> =>
    (await harness.admin.call('POST', path, withId, body)).id;

  /** How far the field of a control stands inside the part of the panel that scrolls, above and below; in pixels. */
  async function roomAround(control: string): Promise<{ above: number; below: number }> {
    const body = await page.locator('gh-side-panel .body').boundingBox();
    const field = await page.locator('gh-field', { has: page.locator(control) }).boundingBox();
    if (!body || !field) throw new Error(`${control} is not shown`);
    const end = body.y + body.height;
    return { above: field.y - body.y, below: end - field.y - field.height };
  }

  it('a refused field is shown whole, with its label and its error, wherever the form stood', async () => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto('/users/new');
    await page.locator('#username').fill('newcomer');
    await page.locator('#name').fill('New Comer');
    await page.locator('#email').fill('no address');
    await page.locator('#publicKeys').scrollIntoViewIfNeeded();
    await page.locator('#publicKeys').focus();
    await save.click();
    await page.locator('#email:focus').waitFor();
    await page.locator('#email-problem').waitFor();
    await expect.poll(async () => (await roomAround('#email')).above).toBeGreaterThanOrEqual(0);
    await page.goto('/assets/new');
    await page.locator('#name').fill('web-09');
    await page.locator('#address').fill('10.0.0.9');
    await page.locator('#outOfBandAddress').fill('no address');
    await page.locator('#name').focus();
    await save.click();
    await page.locator('#outOfBandAddress-problem').waitFor();
    await expect.poll(async () => (await roomAround('#outOfBandAddress')).below).toBeGreaterThanOrEqual(0);
  });

  it('what a choice asks for stands between it and the next one', async () => {
    await page.goto('/admin-accounts/new');
    const top = async (what: Locator): Promise<number> => (await what.boundingBox())?.y ?? NaN;
    const choice = (name: string): Locator => page.getByRole('radio', { name, exact: true });
    await choice('Set a password').check();
    const tops = [
      await top(choice('Paste a private key')),
      await top(page.locator('#privateKey')),
      await top(choice('No key')),
      await top(choice('Set a password')),
      await top(page.locator('#password')),
      await top(choice('No password')),
    ];
    expect(tops).toEqual(tops.toSorted((one, other) => one - other));
    expect(new Set(tops).size).toBe(tops.length);
  });

  it('saving twice in a hurry saves once, and the button says that it works', async () => {
    let asked = 0;
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/api/v1/user-groups', async (route) => {
      if (route.request().method() === 'POST') {
        asked++;
        await held;
      }
      await route.continue();
    });
    await page.goto('/user-groups/new');
    await page.locator('#name').fill('Night shift');
    await save.dblclick();
    await page.locator('gh-form-buttons button[type=submit][aria-busy=true]').waitFor();
    await page.locator('#name').press('Enter');
    answer();
    await visitor.row('Night shift').waitFor();
    expect(asked).toBe(1);
    await page.unrouteAll();
  });

  it('a sudo alias in use can not be deleted and says why; one that is free can', async () => {
    const used = await make('/sudo-aliases', { name: 'USED', commands: ['/usr/bin/id'] });
    const free = await make('/sudo-aliases', { name: 'FREE', commands: ['/usr/bin/id'] });
    await make('/system-users', { username: 'dev', generateKey: true, sudoAliasIds: [used] });
    await page.goto(`/sudo-aliases/${used}`);
    const remove = visitor.panel.getByRole('button', { name: 'Delete' });
    await visitor.panel.locator('.notice', { hasText: 'can’t be deleted while' }).waitFor();
    expect(await remove.isDisabled()).toBe(true);
    await page.goto(`/sudo-aliases/${free}`);
    await remove.click();
    await page.locator('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('FREE was deleted').waitFor();
  });

  it('mail that is to be sent says at once all that it lacks, and one that is off lacks nothing', async () => {
    await page.goto('/settings/mail');
    await page.locator('#enabled').click();
    await page.locator('form button[type=submit]').click();
    await page.locator('#host:focus').waitFor();
    expect(await page.locator('gh-field .problem').count()).toBe(2);
    await page.locator('#senderAddress-problem').waitFor();
    await page.locator('#enabled').click();
    await page.locator('form button[type=submit]').click();
    await page.getByText('Saved').waitFor();
  });

  it('a second factor for chosen roles needs one, which stands below that choice', async () => {
    await page.goto('/settings/security');
    await page.getByRole('radio', { name: 'Chosen roles' }).check();
    const role = page.getByRole('checkbox', { name: 'Auditor' });
    const everybody = page.getByRole('radio', { name: 'Everybody' });
    const [above, below] = [await role.boundingBox(), await everybody.boundingBox()];
    expect(above?.y).toBeLessThan(below?.y ?? 0);
    await page.locator('form button[type=submit]').click();
    await page.getByRole('alert').getByText('at least one role').waitFor();
    await role.check();
    await page.locator('form button[type=submit]').click();
    await page.getByText('Saved').waitFor();
    expect(await page.getByRole('alert').getByText('at least one role').count()).toBe(0);
  });

  it('a question about many long names shows that there are more of them', async () => {
    const systemUserId = await make('/system-users', { username: 'ops', generateKey: true });
    const assetIds = [];
    for (let number = 10; number < 20; number++) {
      const name = `k8s-production-eu-central-1-worker-node-pool-${number}.internal.example.org`;
      assetIds.push(await make('/assets', { name, address: `10.1.0.${number}` }));
    }
    await harness.recordPush(systemUserId, assetIds);
    await page.goto(`/system-users/${systemUserId}`);
    await visitor.panel.getByRole('button', { name: 'Delete' }).click();
    const names = page.locator('dialog .names');
    await names.getByText('2 more').waitFor();
    const hidden = `(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)(document.querySelector('dialog .names'))`;
    expect(await page.evaluate(hidden)).toBe(0);
    await page.keyboard.press('Escape');
  });
});
