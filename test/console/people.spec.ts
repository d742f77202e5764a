import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Harness, type Person } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

const withId = z.object({ id: z.string() });

requires('ssh', 'browser').describe('users and their groups in the console', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let boss: Person;
  let leader: Person;
  let ann: Person;
  let outsider: Person;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  });
  beforeAll(async () => {
    boss = await harness.addPerson('boss', { role: 'admin' });
    leader = await harness.addPerson('leader', { role: 'group_admin' });
    ann = await harness.addPerson('ann');
    outsider = await harness.addPerson('outsider');
    const made = async (path: string, body: object): Promise<string> =>
      (await harness.admin.call('POST', path, withId, body)).id;
    const assetId = await made('/assets', { name: 'web-01', address: '192.0.2.1' });
    const systemUserId = await made('/system-users', { username: 'dev', password: 'system pass 4714' });
    await harness.recordPush(systemUserId, [assetId]);
    const sides = { userIds: [ann.id], assetIds: [assetId], systemUserIds: [systemUserId] };
    await made('/authorization-rules', { name: 'Web for Ann', ...sides });
  });

  function enter(person: Person): Promise<Visitor> {
    return browser.enter(harness.product.url, person);
  }

  const names = (visitor: Visitor): Promise<string[]> => visitor.page.locator('tbody a').allTextContents();

  it('an administrator gives a group its members and its administrator', async () => {
    const admin = await enter(boss);
    await admin.page.goto('/user-groups');
    await admin.add('Add user group');
    await admin.page.locator('#name').fill('Web team');
    await admin.pick('memberIds', 'ann');
    await admin.pick('administratorIds', 'leader');
    await admin.button('Save').click();
    await admin.row('Web team').waitFor();
    await admin.row('Web team').getByRole('link').first().click();
    await expect.poll(() => admin.panel.textContent()).toMatch(/ann.*leader/s);
    await admin.leave();
  });

  it('an administrator adds a user whose account ends, and finds users by state', async () => {
    const admin = await enter(boss);
    await admin.page.goto('/users');
    await admin.add('Add user');
    await admin.page.locator('#username').fill('No user name');
    await admin.page.locator('#name').fill('Temporary Help');
    await admin.page.locator('#password').fill('temporary pass 4715');
    await admin.button('Save').click();
    // the cursor goes to what was refused, which may stand out of sight
    await admin.page.locator('#username:focus').waitFor();
    await admin.page.locator('#username').fill('temporary');
    await admin.page.locator('#validUntil').click();
    await admin.page.locator('.ant-picker-header-super-next-btn').first().click();
    await admin.page.locator('.ant-picker-cell-in-view').nth(14).click();
    await admin.page.locator('.ant-picker-ok button').click();
    await admin.button('Save').click();
    await expect.poll(() => admin.panel.textContent()).toMatch(/Account ends.*Active|Active.*Account ends/s);
    const ended = { validUntil: '2020-01-01T00:00:00Z' };
    await harness.change(`/users/${outsider.id}`, ended);
    await admin.page.keyboard.press('Escape');
    await admin.button('State').click();
    await admin.page.getByRole('menuitemradio', { name: 'Ended' }).click();
    await expect.poll(() => names(admin)).toEqual(['outsider']);
    await expect.poll(() => admin.row('outsider').textContent()).toContain('Ended');
    await harness.change(`/users/${outsider.id}`, { validUntil: null });
    await admin.page.goto('/users?role=group_admin');
    await expect.poll(() => names(admin)).toEqual(['leader']);
    await admin.leave();
  });

  it('shows how many assets each user reaches, and by which rule as whom', async () => {
    const admin = await enter(boss);
    await admin.page.goto('/users?q=ann');
    await expect.poll(() => admin.row('ann').locator('td').allTextContents()).toContain('1');
    await admin.page.goto(`/users/${ann.id}`);
    await admin.link('Access').click();
    await expect.poll(() => admin.panel.textContent()).toMatch(/Web for Ann.*dev@\s*web-01.*Web for Ann/s);
    expect(admin.page.url()).toContain('tab=access');
    await admin.panel.getByRole('link', { name: 'Logins', exact: true }).click();
    await expect.poll(() => admin.panel.textContent()).toContain('Never logged in');
    await admin.page.goto(`/users/${boss.id}?tab=logins`);
    await expect.poll(() => admin.panel.textContent()).toMatch(/Succeeded|Logged in/);
    await admin.leave();
  });

  it('a group admin sees and adds the users of their groups, and nobody else', async () => {
    const visitor = await enter(leader);
    const menu = visitor.page.getByRole('navigation').first();
    expect(await menu.textContent()).toMatch(/Users/);
    expect(await menu.textContent()).not.toMatch(/Rules|Online|Admin accounts/);
    await visitor.page.goto('/users');
    await expect.poll(() => names(visitor)).toEqual(['ann']);
    await visitor.page.goto(`/users/${outsider.id}`);
    await expect.poll(() => visitor.panel.textContent()).toContain('No such user');
    await visitor.page.goto('/users');
    await visitor.add('Add user');
    expect(await visitor.page.locator('#role').count()).toBe(0);
    await visitor.page.locator('#username').fill('newcomer');
    await visitor.page.locator('#name').fill('New Comer');
    await visitor.page.locator('#password').fill('newcomer pass 4716');
    await visitor.button('Save').click();
    await expect.poll(() => visitor.panel.textContent()).toContain('at least one of your groups');
    await visitor.pick('groupIds', 'Web team');
    await visitor.button('Save').click();
    await expect.poll(() => visitor.page.locator('#panel-heading').textContent()).toBe('newcomer');
    expect(await visitor.panel.getByRole('link', { name: 'Access' }).count()).toBe(0);
    await visitor.page.goto('/user-groups');
    await expect.poll(() => names(visitor)).toEqual(['Web team']);
    expect(await visitor.link('Add user group').count()).toBe(0);
    await visitor.row('Web team').getByRole('link').first().click();
    await expect.poll(() => visitor.panel.textContent()).toMatch(/ann.*newcomer|newcomer.*ann/s);
    expect(await visitor.button('Delete').count()).toBe(0);
    await visitor.leave();
  });

  it('a group admin edits a user of their groups, but not their role', async () => {
    const visitor = await enter(leader);
    await visitor.page.goto(`/users/${ann.id}/edit`);
    await visitor.page.locator('#name').fill('Ann Other');
    expect(await visitor.page.locator('#role').count()).toBe(0);
    await visitor.button('Save').click();
    await expect.poll(() => visitor.panel.textContent()).toContain('Ann Other');
    await expect.poll(() => visitor.row('ann').first().textContent()).toContain('Ann Other');
    await visitor.leave();
  });

  it('a form waits for what it changes: nothing that is typed is lost when it comes', async () => {
    const { page, ...visitor } = await enter(boss);
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    await page.route(`**/api/v1/users/${ann.id}`, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(`/users/${ann.id}/edit`);
    await expect.poll(() => page.locator('#panel-heading').textContent()).toBe('Edit user');
    expect(await page.locator('#username').count()).toBe(0);
    go();
    const focused = page.locator('#username:focus');
    await expect.poll(() => focused.count()).toBe(1);
    expect(await focused.inputValue()).toBe('ann');
    await visitor.context.close();
  });

  it('one user goes, then several', async () => {
    const going = ['going-1', 'going-2', 'going-3'];
    for (const name of going) await harness.addPerson(name);
    const admin = await enter(boss);
    await admin.page.goto('/users?q=going&sort=username');
    await admin.link('going-1').click();
    await admin.button('Delete').click();
    const question = admin.page.locator('dialog[open]');
    await question.getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => names(admin)).toEqual(['going-2', 'going-3']);
    for (const name of going.slice(1)) await admin.row(name).getByRole('checkbox').check();
    await admin.page.locator('.batch').getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => question.textContent()).toMatch(/going-2.*going-3/s);
    await question.getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => names(admin)).toEqual([]);
    await admin.leave();
  });

  it('says what goes with a user before they are deleted', async () => {
    const admin = await enter(boss);
    await admin.page.goto(`/users/${ann.id}`);
    await admin.button('Delete').click();
    const question = admin.page.locator('dialog[open]');
    await expect.poll(() => question.textContent()).toMatch(/Web team.*Web for Ann/s);
    await question.getByRole('button', { name: 'Cancel' }).click();
    await admin.page.goto('/user-groups');
    await admin.row('Web team').getByRole('link').first().click();
    await admin.button('Delete').click();
    await expect.poll(() => question.textContent()).toContain('members (2) stay');
    await question.getByRole('button', { name: 'Cancel' }).click();
    await admin.leave();
  });

  it('deletes several groups at once, after it has said what goes with them', async () => {
    for (const name of ['Night shift', 'Night guards'])
      await harness.admin.call('POST', '/user-groups', withId, { name, memberIds: [ann.id] });
    const admin = await enter(boss);
    await admin.page.goto('/user-groups?q=night');
    for (const name of ['Night shift', 'Night guards']) await admin.row(name).getByRole('checkbox').check();
    await admin.button('Delete').click();
    const question = admin.page.locator('dialog[open]');
    await expect.poll(() => question.textContent()).toMatch(/groups: 2.*members \(1\) stay.*Night guards/s);
    await question.getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => names(admin)).toEqual([]);
    await admin.page.goto('/user-groups');
    await expect.poll(() => names(admin)).toEqual(['Web team']);
    await admin.leave();
  });

  it('a plain user has no page of users, and makes an API token that works until it is revoked', async () => {
    const visitor = await enter(ann);
    expect(await visitor.page.getByRole('navigation').first().textContent()).not.toContain('User');
    await visitor.page.goto('/users');
    await visitor.page.waitForURL('**/{home,my-assets}');
    await visitor.page.goto('/profile/api-tokens');
    await visitor.page.locator('#tokenName').fill('sync');
    await visitor.page.locator('#networks').fill('10.0.0.0/33');
    await visitor.button('Make the token').click();
    await expect.poll(() => visitor.page.locator('gh-field .problem').textContent()).toContain('network');
    await visitor.page.locator('#networks').fill('127.0.0.0/8\n::1');
    await visitor.button('Make the token').click();
    const secret = visitor.page.locator('gh-once-shown code');
    await secret.waitFor();
    const token = (await secret.textContent()) ?? '';
    expect(token).toMatch(/^gatehouse_/);
    const call = async (): Promise<number> => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${harness.product.url}/api/v1/me/assets`, { headers })).status;
    };
    expect(await call()).toBe(200);
    const admin = await enter(boss);
    await admin.page.goto(`/users/${ann.id}?tab=tokens`);
    await expect.poll(() => admin.panel.textContent()).toMatch(/sync.*last used.*127\.0\.0\.1/s);
    expect(await admin.page.content()).not.toContain(token);
    await admin.leave();
    await visitor.button('Revoke').click();
    await visitor.page.locator('dialog[open]').getByRole('button', { name: 'Revoke' }).click();
    await expect.poll(call).toBe(401);
    await visitor.leave();
  });

  it('no page broke the content security policy or threw an error', () => {
    expect(browser.complaints).toEqual([]);
  });
});
