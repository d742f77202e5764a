import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Harness } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

const made = z.object({ id: z.string() });

/** More than any page of a list holds. */
const MANY = 300;

requires('ssh', 'browser').describe('choosing of more than a page of things', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let admin: Visitor;
  let page: Page;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 120_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  });
  beforeAll(async () => {
    const operator = await harness.addPerson('olga', { role: 'admin' });
    const make = async (path: string, body: object): Promise<string> =>
      made.parse(await (await harness.admin.send('POST', path, body)).json()).id;
    await make('/data-centers', { name: 'dc' });
    await make('/admin-accounts', { name: 'account', username: 'root', password: 'x' });
    await make('/asset-groups', { name: 'group' });
    await make('/user-groups', { name: 'team' });
    await make('/system-users', { username: 'role', password: 'x' });
    await make('/users', { username: 'crowd', name: 'One of many', role: 'user' });
    await copies('data_centers', 'name', 'dc');
    await copies('admin_accounts', 'name', 'account');
    await copies('asset_groups', 'name', 'group');
    await copies('user_groups', 'name', 'team');
    await copies('system_users', 'username', 'role');
    await assets('node', MANY);
    await copies('users', 'username', 'crowd');
    admin = await browser.enter(harness.product.url, operator);
    ({ page } = admin);
  }, 120_000);
  afterAll(() => {
    expect(browser.complaints).toEqual([]);
  });

  /** Rows like the one of this name: `name-001`… */
  async function copies(table: string, column: string, name: string): Promise<void> {
    await query(
      `INSERT INTO ${table} SELECT (jsonb_populate_record(t,
         jsonb_build_object('id', gen_random_uuid(), '${column}', t.${column} || '-' || lpad(n::text, 3, '0')))).*
       FROM ${table} t, generate_series(1, $1) n WHERE t.${column} = $2`,
      [MANY, name],
    );
  }

  async function assets(name: string, count: number): Promise<void> {
    await query(
      `INSERT INTO assets (id, name, address, cabinet, brand)
       SELECT gen_random_uuid(), $1 || '-' || lpad(n::text, 3, '0'), '10.0.0.1', 'A', 'B' FROM generate_series(1, $2) n`,
      [name, count],
    );
  }

  async function query(sql: string, values: unknown[] = []): Promise<void> {
    const client = new pg.Client({ connectionString: harness.product.databaseUrl });
    await client.connect();
    await client.query(sql, values).finally(() => client.end());
  }

  /** Searches in the select with this id and takes the hit. */
  async function take(inputId: string, name: string): Promise<void> {
    await page.locator(`nz-select:has(#${inputId})`).click();
    await page.locator(`#${inputId}`).pressSequentially(name);
    await page.locator('nz-option-item', { hasText: name }).first().click();
    await page.locator('h1, #panel-heading').last().click();
  }
  const shownIn = (inputId: string): Promise<string | null> =>
    page.locator(`nz-select:has(#${inputId})`).textContent();

  it('an asset gets data center, admin account and group by typing; its form names them again', async () => {
    await page.goto('/assets/new');
    await page.locator('#name').fill('picked');
    await page.locator('#address').fill('10.0.0.2');
    await take('adminAccountId', 'account-299');
    await take('groupIds', 'group-299');
    await take('dataCenterId', 'dc-299');
    await admin.button('Save').click();
    await page.waitForURL('**/host-keys');
    await page.goto('/assets?q=picked');
    await expect.poll(() => admin.row('picked').textContent()).toMatch(/dc-299.*group-299|group-299.*dc-299/);
    await page.goto(page.url().replace('/assets?', `/assets/${await idOf('picked')}/edit?`));
    for (const [field, name] of Object.entries({
      adminAccountId: 'account-299',
      groupIds: 'group-299',
      dataCenterId: 'dc-299',
    }))
      await expect.poll(() => shownIn(field)).toContain(name);
    await page.locator('nz-select:has(#dataCenterId)').hover();
    await page.locator('nz-select:has(#dataCenterId) nz-select-clear').click();
    await admin.button('Save').click();
    await page.locator('#panel-heading').getByText('picked').waitFor();
    await expect.poll(() => admin.row('picked').textContent()).not.toContain('dc-299');
  });

  async function idOf(asset: string): Promise<string> {
    const list = z.object({ items: z.array(made) });
    return (await harness.admin.call('GET', `/assets?q=${asset}`, list)).items[0]?.id ?? '';
  }

  it('default settings take an admin account from anywhere and name it again; no account is a choice', async () => {
    await page.goto('/settings/defaults');
    await take('adminAccountId', 'account-298');
    await admin.button('Save').click();
    await page.getByText('Default settings saved').waitFor();
    await page.reload();
    await expect.poll(() => shownIn('adminAccountId')).toContain('account-298');
    await page.goto('/assets/new');
    await expect.poll(() => shownIn('adminAccountId')).toContain('account-298');
  });

  it('rules, groups and explanations find users, assets and system users anywhere', async () => {
    await page.goto('/rules/new');
    await take('userIds', 'crowd-299');
    await take('userGroupIds', 'team-299');
    await take('assetIds', 'node-299');
    await take('assetGroupIds', 'group-298');
    await take('systemUserIds', 'role-299');
    for (const [field, name] of Object.entries({ userIds: 'crowd-299', systemUserIds: 'role-299' }))
      expect(await shownIn(field)).toContain(name);
    await page.goto('/user-groups/new');
    await page.locator('#name').fill('picked team');
    await take('memberIds', 'crowd-298');
    await admin.button('Save').click();
    await admin.row('picked team').waitFor();
    await page.goto('/asset-groups/new');
    await page.locator('#name').fill('picked group');
    await take('parentId', 'group-300');
    await take('assetIds', 'node-298');
    await admin.button('Save').click();
    await page.goto('/asset-groups?q=picked');
    await admin.row('picked group').waitFor();
    await page.goto('/explain');
    await take('explain-user', 'crowd-297');
    await take('explain-asset', 'node-297');
    await take('explain-system-user', 'role-297');
    await page.getByText('No rule').first().waitFor();
    await page.reload();
    await expect.poll(() => shownIn('explain-user')).toContain('crowd-297');
  });

  it('lists filter by what is not on the first page, and name it when the address is opened', async () => {
    await page.goto('/users');
    await take('groupId-filter', 'picked team');
    await expect.poll(() => page.locator('tbody a').allTextContents()).toEqual(['crowd-298']);
    await page.reload();
    await expect.poll(() => shownIn('groupId-filter')).toContain('picked team');
    await expect.poll(() => page.locator('tbody a').allTextContents()).toEqual(['crowd-298']);
    await page.goto('/assets');
    await take('groupId-filter', 'group-300');
    await expect.poll(() => page.locator('tbody a.name').allTextContents()).toEqual(['node-298']);
    await admin.button('More filters').click();
    await take('dataCenterId-filter', 'dc-277');
    await page.getByText('Nothing matches').waitFor();
  });

  it('a group of thousands opens without asking for each of them', async () => {
    await assets('member', 999);
    await query(
      `INSERT INTO asset_group_members (asset_id, group_id)
       SELECT a.id, g.id FROM assets a, asset_groups g WHERE a.name LIKE 'member-%' AND g.name = 'group-001'`,
    );
    let asked = 0;
    page.on('request', (request) => (asked += /\/assets\/[\da-f-]{36}$/.test(request.url()) ? 1 : 0));
    await page.goto('/asset-groups?q=group-001');
    await admin.link('group-001').click();
    await admin.panel.getByText('and 969 more').waitFor();
    expect(await shownIn('assetIds')).toContain('member-');
    expect(asked).toBeLessThan(40);
    await page.locator('#name').fill('group-001 renamed');
    await admin.button('Save').click();
    await admin.row('group-001 renamed').waitFor();
    await expect.poll(() => admin.row('group-001 renamed').textContent()).toContain('999');
  });

  it('several labels narrow list, export and batch edit; the address holds them', async () => {
    await query(`UPDATE assets SET labels = '{"team": "pay", "tier": "1"}' WHERE name ~ '^node-00[1-5]$'`);
    await query(`UPDATE assets SET labels = '{"team": "pay"}' WHERE name ~ '^node-01[1-5]$'`);
    await query(`UPDATE assets SET labels = '{"team": "web", "tier": "2"}' WHERE name ~ '^node-02[1-5]$'`);
    const names = (): Promise<string[]> => page.locator('tbody a.name').allTextContents();
    const firstFive = [1, 2, 3, 4, 5].map((number) => `node-00${number}`);
    await page.goto('/assets');
    for (const term of ['team=pay', 'tier']) {
      await page.locator('#label-filter').fill(term);
      await page.keyboard.press('Enter');
      await expect.poll(() => page.url()).toContain(encodeURIComponent(term));
    }
    await expect.poll(names).toEqual(firstFive);
    await page.goto('/assets?label=tier');
    await expect.poll(names).toHaveLength(10);
    await admin.row('node-001').getByRole('button', { name: 'team=pay' }).click();
    await expect.poll(names).toEqual(firstFive);
    await expect.poll(() => new URL(page.url()).searchParams.getAll('label')).toEqual(['tier', 'team=pay']);
    await page.reload();
    await expect.poll(names).toEqual(firstFive);

    await page.getByRole('button', { name: 'Export' }).click();
    const [exported] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'CSV file' }).click(),
    ]);
    const lines = (await readFile(await exported.path(), 'utf8')).trim().split('\r\n').slice(1);
    expect(lines.map((line) => line.split(',')[0])).toEqual(firstFive);

    await page.goto('/assets?label=tier&label=team%3Dpay&pageSize=20');
    await expect.poll(names).toEqual(firstFive);
    await page.locator('thead input').check();
    await page.locator('.batch').getByRole('link', { name: 'Edit' }).click();
    await take('dataCenterId', 'dc-298');
    await page.locator('#empty-cabinet').check();
    await expect.poll(() => page.locator('#cabinet').isDisabled()).toBe(true);
    await admin.panel.getByText('5 assets get another: Cabinet (emptied), Data center.').waitFor();
    await admin.button('Change 5 assets').click();
    await page.getByText('5 of 5 assets changed').waitFor();
    const assets = z.object({ items: z.array(z.object({ cabinet: z.string(), brand: z.string() })) });
    const { items } = await harness.admin.call('GET', '/assets?label=tier&label=team%3Dpay', assets);
    expect(items).toEqual(Array.from({ length: 5 }, () => ({ cabinet: '', brand: 'B' })));
    await expect.poll(() => admin.row('node-003').textContent()).toContain('dc-298');

    await admin.button('Remove the filter team=pay').click();
    await expect.poll(names).toHaveLength(10);
    await admin.button('Clear filters').click();
    await expect.poll(() => new URL(page.url()).searchParams.has('label')).toBe(false);
  });

  it('takes the choice under the pointer, though a search ends while the mouse is held', async () => {
    await page.goto('/rules/new');
    await page.locator('#systemUserIds').click();
    const choice = page.locator('nz-option-item', { hasText: 'role-003' });
    await choice.waitFor();
    await page.locator('#systemUserIds').pressSequentially('003');
    await choice.click({ delay: 1_000 });
    await page.locator('gh-rule-form nz-select-item', { hasText: 'role-003' }).waitFor();
  });
});
