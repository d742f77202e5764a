import { z } from 'zod';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { Harness, type Person } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

const made = z.object({ id: z.string() });

requires('ssh', 'browser').describe('the inventory in the console', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let admin: Visitor;
  let auditor: Person;
  let plain: Person;
  let webId: string;
  let southId: string;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  });
  beforeAll(async () => {
    auditor = await harness.addPerson('audrey', { role: 'auditor' });
    plain = await harness.addPerson('petra');
    const make = async (path: string, body: object): Promise<string> =>
      made.parse(await (await harness.admin.send('POST', path, body)).json()).id;
    const north = await make('/asset-groups', { name: 'north' });
    await make('/asset-groups', { name: 'north-web', parentId: north });
    southId = await make('/asset-groups', { name: 'south' });
    await make('/data-centers', { name: 'SH-1', operator: 'Telecom' });
    await make('/admin-accounts', { name: 'fleet root', username: 'root', password: 'x' });
    for (let number = 1; number <= 30; number++) {
      const environment = number <= 25 ? 'test' : 'production';
      const name = `n-${String(number).padStart(2, '0')}`;
      await make('/assets', { name, address: `10.1.0.${number}`, environment });
    }
    webId = await make('/assets', { name: 'web', address: '10.0.0.1' });
    const dev = await make('/system-users', { username: 'dev', password: 'x' });
    await make('/pushes', { systemUserId: dev, assetIds: [webId], mode: 'record-only' });
    await make('/authorization-rules', {
      name: 'petra on web',
      ...{ userIds: [plain.id], userGroupIds: [], assetIds: [webId], assetGroupIds: [] },
      systemUserIds: [dev],
    });
    const operator = await harness.addPerson('olga', { role: 'admin' });
    admin = await enter(operator);
    return () => admin.leave();
  });

  function enter(person: Person, locale?: string): Promise<Visitor> {
    return browser.enter(harness.product.url, person, locale);
  }

  const choose = async (page: Page, select: string, option: string): Promise<void> => {
    await page.locator(`nz-select:has(#${select})`).click();
    await page.locator('nz-option-item', { hasText: option }).first().click();
  };
  const names = (page: Page): Promise<string[]> => page.locator('tbody a.name').allTextContents();

  it('an asset is added with all that is known of it, and says what it takes from the defaults', async () => {
    const { page } = admin;
    await page.goto('/assets/new');
    await admin.field('Name').fill('db-1');
    await admin.field('Address').fill('10.9.0.1');
    await choose(page, 'environment', 'production');
    await choose(page, 'dataCenterId', 'SH-1');
    await page.locator('#labels').fill('team=payments\ntier=1');
    await page.locator('#memoryMib').fill('sixteen');
    await page.locator('#disks').fill('sda 480 GiB\nsdb 1.5T');
    await page.locator('#macAddresses').fill('52-54-00-12-34-56');
    await page.locator('#cpuCount').fill('16');
    await admin.button('Save').click();
    await admin.panel.getByText('Write a size').waitFor();
    await page.locator('#memoryMib').fill('64');
    await admin.button('Save').click();
    await page.waitForURL('**/host-keys');
    await admin.link('Overview').click();
    for (const text of ['64 GiB', 'sda 480 GiB, sdb 1.5 TiB', '52:54:00:12:34:56', 'SH-1', 'team=payments']) {
      await admin.panel.getByText(text).waitFor();
    }
    await expect.poll(() => admin.panel.textContent()).toContain('22 by default');
    await page.keyboard.press('Escape');
    await admin.row('db-1').getByRole('button', { name: 'team=payments' }).click();
    await expect.poll(() => names(page)).toEqual(['db-1']);
    expect(page.url()).toContain('label=team%3Dpayments');
  });

  it('what was asked for and what was done is said in Chinese, too', async () => {
    const visitor = await enter(await harness.addPerson('wei', { role: 'admin' }), 'zh-CN');
    const { page } = visitor;
    const refusals = async (path: string, values: Record<string, string>): Promise<string[]> => {
      await page.goto(path);
      for (const [id, value] of Object.entries(values)) await page.locator(`#${id}`).fill(value);
      await page.locator('gh-form-buttons button[type=submit]').click();
      await page.locator('gh-field .problem').first().waitFor();
      return page.locator('gh-field .problem').allTextContents();
    };
    expect(await refusals('/asset-groups/new', { name: 'DB/MySQL' })).toEqual([
      '/ 用于分隔资产组的层级，请去掉，改为把该组放在上级资产组之下。',
    ]);
    expect(await refusals('/sudo-aliases/new', { name: 'IDS', commands: '/bin/id, /bin/ls' })).toEqual([
      '每行只写一条命令：这里不能用逗号分隔命令。',
    ]);
    expect(await refusals('/sudo-aliases/new', { name: 'all', commands: 'ALL' })).toEqual([
      '可用大写字母、数字和 _，以字母开头。ALL 是 sudo 自身的保留名称。',
    ]);
    expect(await refusals('/system-users/new', { username: 'Root', shell: 'bash', home: '/' })).toEqual([
      '请填写 Linux 用户名：可用小写字母、数字、_ 和 -，以小写字母或 _ 开头。root 不能作为系统用户。',
      '请填写 shell 的路径，例如 /bin/bash。',
      '请填写主目录的路径，例如 /srv/dev；留空则使用资产默认的位置。',
    ]);
    expect(await refusals('/assets/new', { name: 'web@1', address: '10.9.0.2:22', port: '70000' })).toEqual([
      '资产名称中不能包含 @、# 和 /，它们在填写资产名称的地方另有含义。',
      '请填写 IP 地址或域名，不含端口。',
      '请填写 1 到 65535 之间的整数。',
    ]);
    await page.goto('/audit/operations?subjectType=asset');
    const added = visitor.row('db-1').last();
    await added.locator('summary').click();
    await expect.poll(() => added.locator('ins').allTextContents()).toContain('team：payments；tier：1');
    await visitor.leave();
  });

  it('default settings count for every asset that has none of its own', async () => {
    const { page } = admin;
    await page.goto('/settings/defaults');
    await page.locator('#port').fill('70000');
    await choose(page, 'adminAccountId', 'fleet root');
    await admin.button('Save').click();
    await page.locator('gh-field .problem').waitFor();
    await page.locator('#port').fill('2222');
    await admin.button('Save').click();
    await page.getByText('Default settings saved').waitFor();
    await page.goto(`/assets/${webId}`);
    await expect.poll(() => admin.panel.textContent()).toContain('2222 by default');
    await expect.poll(() => admin.panel.textContent()).toMatch(/fleet root\s+by default/);
    await page.goto('/admin-accounts');
    await admin.link('fleet root').click();
    await admin.panel.getByText('This is the default admin account').waitFor();
    expect(await admin.button('Delete').isDisabled()).toBe(true);
  });

  it('a batch edit reaches everything that matches, and changes only what is filled in', async () => {
    const { page } = admin;
    await page.goto('/assets?environment=test&pageSize=20');
    await page.locator('tbody a.name').first().waitFor();
    await page.locator('thead input').check();
    await admin.button('Select all 25 that match').click();
    await page.getByText('25 selected').waitFor();
    await admin.page.locator('.batch').getByRole('link', { name: 'Edit' }).click();
    await page.locator('#cabinet').fill('A-07');
    await page.locator('#addLabels').fill('lot=7');
    await admin.pick('groupIds', 'south');
    await admin.panel.getByText('25 assets get another: Cabinet, Groups, Labels.').waitFor();
    await admin.button('Change 25 assets').click();
    await page.getByText('25 of 25 assets changed').waitFor();
    await page.goto('/assets?q=n-01');
    await expect.poll(() => admin.row('n-01').textContent()).toMatch(/south.*lot=7/);
    await page.locator('tbody a.name').click();
    await admin.link('Changes').click();
    await expect.poll(() => admin.panel.locator('li strong').allTextContents()).toHaveLength(3);
    await expect.poll(() => admin.panel.textContent()).toContain('(empty) → A-07');
    await page.goto('/assets?q=n-30');
    await expect.poll(() => admin.row('n-30').count()).toBe(1);
    expect(await admin.row('n-30').textContent()).not.toContain('lot=7');
  });

  it('a batch edit takes assets out of all groups, whatever was picked', async () => {
    const { page } = admin;
    await page.goto('/assets?q=n-0&sort=name');
    await admin.row('n-02').locator('input').check();
    await admin.row('n-03').locator('input').check();
    await admin.page.locator('.batch').getByRole('link', { name: 'Edit' }).click();
    await admin.pick('groupIds', 'north');
    await choose(page, 'groupEdit', 'Take out of all groups');
    await admin.panel.getByText('2 assets get another: Groups (emptied).').waitFor();
    await admin.button('Change 2 assets').click();
    await page.getByText('2 of 2 assets changed').waitFor();
    await expect.poll(() => admin.row('n-02').textContent()).not.toContain('south');
    expect(await admin.row('n-03').textContent()).not.toMatch(/south|north/);
    expect(await admin.row('n-04').textContent()).toContain('south');
  });

  it('facts are collected from all that match, also from what is on no page', async () => {
    const { page } = admin;
    await page.goto('/assets?environment=test&pageSize=20');
    await page.locator('tbody a.name').first().waitFor();
    await page.locator('thead input').check();
    await admin.button('Select all 25 that match').click();
    await page.getByText('25 selected').waitFor();
    await admin.button('Collect facts').click();
    const told = page.locator('gh-job-panel .told');
    await expect.poll(() => told.innerText()).toMatch(/of 25/);
  });

  it('deleting says what hangs on the assets', async () => {
    const { page } = admin;
    await page.goto(`/assets/${webId}/access`);
    await expect.poll(() => admin.panel.textContent()).toMatch(/petra.*dev.*petra on web/);
    await admin.button('Delete').click();
    await page.locator('dialog').getByText('Rules that lose them (1): petra on web').waitFor();
    await page.locator('dialog').getByRole('button', { name: 'Cancel' }).click();
  });

  it('one asset goes, then several; what was done with them keeps their names', async () => {
    const { page } = admin;
    for (const name of ['gone-1', 'gone-2', 'gone-3'])
      await harness.admin.do('POST', '/assets', { name, address: '10.8.0.1' });
    await page.goto('/assets?q=gone&sort=name');
    await admin.link('gone-1').click();
    await admin.button('Delete').click();
    await page.locator('dialog[open]').getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => names(page)).toEqual(['gone-2', 'gone-3']);
    for (const name of ['gone-2', 'gone-3']) await admin.row(name).locator('input').check();
    await page.locator('.batch').getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => page.locator('dialog[open]').textContent()).toMatch(/gone-2.*gone-3/s);
    await page.locator('dialog[open]').getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => names(page)).toEqual([]);
    const log = z.object({ items: z.array(z.object({ action: z.string(), subjectName: z.string() })) });
    const { items } = await harness.admin.call('GET', '/operations?action=asset.delete&pageSize=10', log);
    const told = items.map(({ subjectName }) => subjectName).join(' ');
    for (const name of ['gone-1', 'gone-2', 'gone-3']) expect(told).toContain(name);
  });

  it('groups are a tree, which folds and finds', async () => {
    const { page } = admin;
    await page.goto('/asset-groups');
    const shown = (): Promise<string[]> => page.locator('tbody .line a').allTextContents();
    await expect.poll(shown).toEqual(['north', 'north-web', 'south']);
    await page.getByRole('button', { name: 'Hide what is below north' }).click();
    await expect.poll(shown).toEqual(['north', 'south']);
    await page.getByRole('searchbox').fill('WEB');
    await expect.poll(shown).toEqual(['north', 'north-web']);
    await page.goto('/asset-groups');
    await admin.link('south').click();
    await choose(page, 'parentId', 'north / north-web');
    await admin.button('Save').click();
    await expect.poll(shown).toEqual(['north', 'north-web', 'south']);
    await expect.poll(() => page.locator('tbody .line').nth(2).getAttribute('style')).toContain('44px');
  });

  it('a form sends what was changed in it: what others change meanwhile stays', async () => {
    const { page } = admin;
    const now = z.object({
      comment: z.string(),
      kernel: z.string().optional(),
      assetIds: z.unknown().optional(),
    });
    await page.goto('/asset-groups');
    await admin.link('south').click();
    await page.locator('#comment').waitFor();
    await harness.change(`/asset-groups/${southId}`, { assetIds: [webId] });
    await page.locator('#comment').fill('the warm side');
    await admin.button('Save').click();
    await expect.poll(() => admin.panel.count()).toBe(0);
    expect(await harness.admin.call('GET', `/asset-groups/${southId}`, now)).toMatchObject({
      comment: 'the warm side',
      assetIds: [webId],
    });
    await page.goto(`/assets/${webId}/edit`);
    await page.locator('#comment').waitFor();
    await harness.change(`/assets/${webId}`, { kernel: '6.1.0-99' });
    await page.locator('#comment').fill('serves pages');
    await admin.button('Save').click();
    await expect.poll(() => page.url()).toMatch(new RegExp(`/assets/${webId}$`));
    expect(await harness.admin.call('GET', `/assets/${webId}`, now)).toMatchObject({
      comment: 'serves pages',
      kernel: '6.1.0-99',
    });
  });

  it('a group with others below it says why it stays; one without goes', async () => {
    const { page } = admin;
    await page.goto('/asset-groups');
    await admin.link('north').click();
    await admin.button('Delete').click();
    await admin.panel.getByText('while groups are below it: north-web').waitFor();
    await page.goto('/asset-groups');
    await admin.link('south').click();
    await admin.button('Delete').click();
    await page.locator('dialog').getByText('Its 1 asset stays').waitFor();
    await page.locator('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => page.locator('tbody .line a').allTextContents()).toEqual(['north', 'north-web']);
  });

  it('a data center shows its assets, and leaves them when it goes', async () => {
    const { page } = admin;
    await page.goto('/data-centers');
    await admin.row('SH-1').getByRole('link', { name: '1', exact: true }).click();
    await expect.poll(() => names(page)).toEqual(['db-1']);
    await page.goto('/data-centers');
    await admin.link('SH-1').click();
    await page.locator('#networks').fill('10.1.0.0/33');
    await admin.button('Save').click();
    await page.locator('gh-field .problem').waitFor();
    await page.locator('#networks').fill('10.1.0.0/16\n10.2.0.0/16');
    await admin.button('Save').click();
    await expect.poll(() => admin.row('SH-1').textContent()).toContain('10.1.0.0/16, 10.2.0.0/16');
    await admin.link('SH-1').click();
    await admin.button('Delete').click();
    await page.locator('dialog').getByText('Its 1 asset stays').waitFor();
    await page.locator('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('SH-1 deleted').waitFor();
    await page.goto('/assets?q=db-1');
    await expect.poll(() => names(page)).toEqual(['db-1']);
  });

  it('an auditor reads all of it and changes nothing', async () => {
    const visitor = await enter(auditor);
    const { page } = visitor;
    for (const path of ['/asset-groups', '/data-centers', '/admin-accounts', '/settings/defaults']) {
      await page.goto(path);
      await page.locator('h1').waitFor();
      expect(await page.getByRole('link', { name: /^Add/ }).count()).toBe(0);
      expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
    }
    await page.goto(`/assets/${webId}/access`);
    await expect.poll(() => visitor.panel.textContent()).toContain('petra on web');
    expect(await page.getByRole('button', { name: /Edit|Delete|activate/ }).count()).toBe(0);
    await page.goto('/assets/batch');
    await page.waitForURL('**/{home,my-assets}');
    await visitor.leave();
  });

  it('a user sees their own assets only, and keeps favourites', async () => {
    const visitor = await enter(plain);
    const { page } = visitor;
    await visitor.row('web').waitFor();
    await page.getByRole('button', { name: 'Keep web as a favourite' }).click();
    await page.getByText('web is a favourite').waitFor();
    await page.goto('/my-assets?favourite=true');
    await visitor.row('web').waitFor();
    expect(await page.getByRole('link', { name: 'Assets', exact: true }).count()).toBe(0);
    await page.goto('/assets');
    await page.waitForURL('**/{home,my-assets}');
    await visitor.leave();
  });

  it('no page broke the content security policy or threw an error', () => {
    expect(browser.complaints).toEqual([]);
  });
});
