import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Harness, type Way } from '../gateway/harness.js';
import type { KeyPair } from '../gateway/key-ring.js';
import { requires, type Host } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

const made = z.object({ id: z.string() });

requires('hosts', 'ssh', 'browser').describe('what administrators put right in the console', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let host: Host;
  let way: Way;
  let admin: Visitor;
  /** With what alice logs in now. */
  let key: KeyPair;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 120_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  });
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    host = await harness.startHost({ name: 'web-01', accounts });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    ({ key } = way.person);
    const operator = await harness.addPerson('olga', { role: 'admin' });
    admin = await enter(operator.username, operator.password);
  }, 120_000);
  afterAll(() => {
    expect(browser.complaints).toEqual([]);
  });

  function enter(username: string, password: string): Promise<Visitor> {
    return browser.enter(harness.product.url, { username, password });
  }

  /** What a command on the asset gives with this key. */
  const asset = async (by: KeyPair = key) =>
    (await harness.ssh(way.person, 'alice@dev@web-01')).as({ key: by }).exec('hostname');

  it('an account that too many wrong passwords locked is unlocked', async () => {
    const { username, password, id } = await harness.addPerson('locked');
    await admin.page.goto(`/users/${id}`);
    await admin.button('Deactivate').waitFor();
    expect(await admin.button('Unlock').count()).toBe(0);
    for (let tries = 0; tries < 10; tries++) {
      await fetch(`${harness.product.url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username, password: `wrong ${tries}` }),
      });
    }
    const visitor = await browser.visit(harness.product.url);
    await visitor.logIn(username, password);
    await visitor.page.getByRole('alert').getByText('Too many').waitFor();
    await admin.page.goto(`/users/${id}`);
    await admin.page.getByText('Locked until').waitFor();
    await admin.button('Unlock').click();
    await admin.page.getByText('locked may try again').waitFor();
    await admin.button('Unlock').waitFor({ state: 'detached' });
    await visitor.logIn(username, password);
    await visitor.page.waitForURL('**/{home,my-assets}');
    await visitor.page.goto('/profile/logins');
    await visitor.page.getByText('ends after 30 minutes without use, and after 12 hours').waitFor();
    await visitor.page.getByText('After 10 wrong passwords or 5 wrong codes within 15 minutes').waitFor();
    await visitor.leave();
  });

  it('a key is renewed by its owner, then by an administrator; the one before stops at once', async () => {
    const first = key;
    expect((await asset(first)).text).toBe('web-01\n');
    const owner = await enter('alice', way.person.password);
    await owner.page.goto('/profile/keys');
    const second = await renewOn(owner, 'second');
    expect((await asset(first)).stderr).toContain('Permission denied');
    expect((await asset(second)).text).toBe('web-01\n');
    await admin.page.goto(`/users/${way.person.id}`);
    const third = await renewOn(admin, 'third');
    expect((await asset(second)).stderr).toContain('Permission denied');
    expect((await asset(third)).text).toBe('web-01\n');
    await admin.page.reload();
    await admin.page.locator('gh-public-keys li').waitFor();
    expect(await admin.panel.textContent()).not.toContain('PRIVATE KEY');
    key = third;
    await owner.leave();
  });

  async function renewOn({ page }: Visitor, name: string): Promise<KeyPair> {
    await page.getByRole('button', { name: 'Renew', exact: true }).click();
    await page.locator('dialog').getByText('The old key logs nobody in any more').waitFor();
    await page.locator('dialog').getByRole('button', { name: 'Renew' }).click();
    const shown = page.locator('gh-once-shown code');
    await shown.getByText('BEGIN OPENSSH PRIVATE KEY').waitFor();
    const text = `${(await shown.textContent()) ?? ''}\n`;
    const file = join(harness.keys.folder, name);
    await writeFile(file, text, { mode: 0o600 });
    return { file, private: text, public: '' };
  }

  it('a changed host key refuses everybody until it is approved', async () => {
    await host.changeHostKey();
    const refused = await asset();
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toMatch(/host key/i);
    await admin.page.goto(`/assets/${way.assetId}/host-keys`);
    await admin.button('Scan the asset').click();
    await admin.panel.getByText('offers other keys than those pinned').waitFor();
    expect((await asset()).status).not.toBe(0);
    await admin.button('Pin these keys').click();
    await admin.panel.getByText('pinned by olga').waitFor();
    expect((await asset()).text).toBe('web-01\n');
    await admin.button('Scan the asset').click();
    await admin.panel.getByText('offers exactly the keys that are pinned').waitFor();
  });

  it('an admin account in use says by what, and goes when nothing uses it any more', async () => {
    const { id } = await harness.admin.call('POST', '/admin-accounts', made, {
      ...{ name: 'fleet', username: 'root', password: 'x' },
    });
    await harness.change(`/assets/${way.assetId}`, { adminAccountId: id });
    await admin.page.goto(`/admin-accounts/${id}`);
    await admin.panel.getByText('1 asset names it: web-01').waitFor();
    await admin.panel.getByText('can not be deleted; choose another where it is used first').waitFor();
    expect(await admin.button('Delete').isDisabled()).toBe(true);
    await admin.link('Show them').click();
    await expect.poll(() => admin.page.locator('tbody a.name').allTextContents()).toEqual(['web-01']);
    await harness.change(`/assets/${way.assetId}`, { adminAccountId: null });
    await admin.page.goto(`/admin-accounts/${id}`);
    await admin.button('Delete').click();
    await admin.page.locator('dialog').getByText('The account on the assets stays as it is').waitFor();
    await admin.page.locator('dialog').getByRole('button', { name: 'Delete' }).click();
    await admin.page.getByText('fleet was deleted').waitFor();
  });

  it('an asset that is made inactive leaves the pages of its users', async () => {
    const alice = await enter('alice', way.person.password);
    await alice.row('web-01').waitFor();
    await admin.page.goto('/assets');
    await admin.row('web-01').locator('input').check();
    await admin.button('Deactivate').click();
    await admin.page.getByText('1 deactivated').waitFor();
    await expect.poll(() => admin.row('web-01').textContent()).toContain('Inactive');
    await alice.page.reload();
    await alice.page.locator('h1').waitFor();
    await expect.poll(() => alice.row('web-01').count()).toBe(0);
    expect((await asset()).stderr).toContain('web-01 is inactive');
    await alice.leave();
  });

  it('the banner of SSH logins is written, refused with control characters, and shown to whoever connects', async () => {
    const { page } = admin;
    await page.goto('/settings/ssh');
    const field = page.getByLabel('Banner');
    await field.fill('rings \u0007');
    await admin.button('Save').click();
    await expect.poll(() => page.locator('#banner-problem').textContent()).toContain('Control characters');
    await field.fill('  Authorized use only.\n  未经授权禁止登录。');
    await admin.button('Save').click();
    await page.getByText('It counts from the next connection').waitFor();
    await page.reload();
    await expect.poll(() => field.inputValue()).toBe('  Authorized use only.\n  未经授权禁止登录。');
    await expect.poll(async () => (await asset()).stderr).toContain('  Authorized use only.\r\n');
    await field.fill('');
    await admin.button('Save').click();
    await expect.poll(async () => (await asset()).stderr).not.toContain('Authorized use only');
  });

  it('users are exported as the filter shows them', async () => {
    await admin.page.goto('/users?role=user&sort=-username');
    await admin.page.getByRole('button', { name: 'Export' }).click();
    const [file] = await Promise.all([
      admin.page.waitForEvent('download'),
      admin.page.getByRole('menuitem', { name: 'CSV file' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^users-\d{4}-\d\d-\d\d\.csv$/);
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n').slice(1);
    expect(lines.map((line) => line.split(',')[0])).toEqual(['locked', 'alice']);
  });
});
