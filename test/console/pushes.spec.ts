import { beforeAll, expect, it } from 'vitest';
import { Harness, type Person } from '../gateway/harness.js';
import { PushDesk } from '../gateway/push-desk.js';
import { requires, type Host } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

requires('hosts', 'ssh', 'sudo', 'browser').describe('pushes in the console', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let desk: PushDesk;
  let host: Host;
  let operator: Person;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  });
  beforeAll(async () => {
    desk = await PushDesk.open(harness);
    host = await harness.startHost({ name: 'web-01', setup: desk.rootSetup });
    await desk.addAsset(host);
    await desk.addAsset({ ...host, name: 'away', port: 1 });
    operator = await harness.addPerson('olga', { role: 'admin' });
  });

  function enter(locale = 'en-US', scheme: 'light' | 'dark' = 'light'): Promise<Visitor> {
    return browser.enter(harness.product.url, operator, locale, scheme);
  }

  it('from a sudo alias to a proven account, with the failure of the other asset in words', async () => {
    const visitor = await enter();
    const { page } = visitor;
    await page.goto('/sudo-aliases/new');
    await page.locator('#name').fill('web_ids');
    await page.locator('#commands').fill('/usr/bin/id\nls');
    await page.locator('button[type=submit]').click();
    await expect.poll(() => page.locator('#commands-problem').textContent()).toMatch(/absolute/);
    await page.locator('#commands').fill('/usr/bin/id\n/usr/bin/tail -f a,b');
    await page.locator('button[type=submit]').click();
    await expect.poll(() => page.locator('gh-sudo-alias-list td').allTextContents()).toContain('WEB_IDS');

    await page.goto('/system-users/new');
    await page.locator('#username').fill('dev');
    await visitor.pick('sudoAliasIds', 'WEB_IDS');
    await page.locator('gh-form-buttons button[type=submit]').click();
    await page.locator('a', { hasText: 'Push…' }).click();
    await page.waitForURL('**/pushes/new**');
    await page.locator('gh-form-buttons button[type=submit]').click();
    await page.locator('#assetIds-problem').getByText('at least one asset').waitFor();
    for (const name of ['web-01', 'away']) await visitor.pick('assetIds', name);
    await page.locator('gh-form-buttons button[type=submit]').click();
    const results = page.locator('gh-push-panel li.asset');
    await expect.poll(() => results.filter({ hasText: 'web-01' }).textContent()).toContain('Succeeded');
    await expect
      .poll(() => results.filter({ hasText: 'away' }).textContent())
      .toMatch(/Failed.*connection refused/);
    // the list behind hears of the end too, and each asset is a link
    await expect.poll(() => visitor.row('dev').first().textContent()).toContain('Partly failed');
    expect(await results.locator('.row a').allTextContents()).toEqual(
      expect.arrayContaining(['web-01', 'away']),
    );
    await results.filter({ hasText: 'web-01' }).locator('summary').click();
    await expect
      .poll(() => results.filter({ hasText: 'web-01' }).textContent())
      .toContain('Prove it by a login');
    expect((await host.exec('sudo -n -l -U dev')).text).toContain('/usr/bin/tail -f a\\,b');
    await expect.poll(() => page.locator('button', { hasText: 'Push again: 1' }).count()).toBe(1);
  });

  it('are told in Chinese too: each step, and why one failed', async () => {
    const { page } = await enter('zh-CN', 'dark');
    await page.goto('/pushes');
    await page.locator('gh-push-list tbody a', { hasText: 'dev' }).click();
    const results = page.locator('gh-push-panel li.asset');
    await expect
      .poll(() => results.filter({ hasText: 'away' }).locator('.reason').textContent())
      .toMatch(/^无法连接 away：.*连接被拒绝/);
    await results.filter({ hasText: 'web-01' }).locator('summary').click();
    const steps = results.filter({ hasText: 'web-01' }).locator('.steps li > span');
    await expect.poll(() => steps.allTextContents()).toContain('已用 dev 登录成功。sudo 允许 WEB_IDS。');
    const untold = (await steps.allTextContents()).filter((text) => /[a-z]+ [a-z]+ [a-z]+/i.test(text));
    expect(untold).toEqual([]);

    await page.goto('/push-states?state=failed');
    const row = page.locator('gh-push-state-list tbody tr', { hasText: 'away' });
    await expect.poll(() => row.locator('gh-state').first().getAttribute('title')).toMatch(/^无法连接 away/);
    await row.locator('a').click();
    await expect
      .poll(() => page.locator('gh-push-state-panel .notice.bad').textContent())
      .toMatch(/^无法连接 away/);
  });

  it('that failed for want of a pinned host key are pushed again with one', async () => {
    const visitor = await enter();
    const { page } = visitor;
    const asset = await desk.addAsset({ ...host, name: 'unpinned' }, { hostKeys: [] });
    const user = await desk.addSystemUser('pinner');
    await page.goto(`/pushes/${await desk.start(user, [asset], 'key')}`);
    const result = page.locator('gh-push-panel li.asset', { hasText: 'unpinned' });
    await expect.poll(() => result.textContent()).toContain('Failed');
    await visitor.link('Push again where no host key is pinned…').click();
    await expect.poll(() => page.locator('gh-push-form').textContent()).toMatch(/pinner.*unpinned/s);
    await page.locator('#pinHostKey').check();
    await page.locator('gh-form-buttons button[type=submit]').click();
    await expect.poll(() => result.textContent()).toContain('Succeeded');
    expect(await visitor.link('Push again where no host key is pinned…').count()).toBe(0);
    await visitor.leave();
  });

  it('are stopped while they run, and say where', async () => {
    const { page } = await enter();
    await page.goto('/pushes');
    const asset = await desk.addAsset({ ...host, name: 'hangs' });
    const user = await desk.addSystemUser('halted');
    await host.exec(
      'mv /usr/sbin/useradd /usr/sbin/useradd.real; printf "#!/bin/sh\\nsleep 1000\\n" >/usr/sbin/useradd; chmod 755 /usr/sbin/useradd',
    );
    try {
      await page.goto(`/pushes/${await desk.start(user, [asset], 'key')}`);
      const panel = page.locator('gh-push-panel');
      // the account is being made: what the row names was done before it, and is said to be
      await expect
        .poll(() => panel.locator('li.asset').textContent())
        .toMatch(/Running.*hangs.*after: Check the privileges/s);
      await panel.locator('button', { hasText: 'Stop' }).click();
      await expect.poll(() => panel.locator('li.asset').textContent()).toMatch(/Stopped.*hangs/s);
      await expect.poll(() => panel.locator('dl.facts').textContent()).toContain('Stopped');
      await expect.poll(() => panel.locator('button', { hasText: 'Push again: 1' }).count()).toBe(1);
    } finally {
      await host.exec('pkill -f "[s]leep 1000"; mv /usr/sbin/useradd.real /usr/sbin/useradd');
    }
  }, 60_000);

  it('are taken back from the system user, after a question that names the assets', async () => {
    const { page } = await enter();
    await page.goto('/system-users');
    await page.locator('a', { hasText: 'dev' }).first().click();
    await expect.poll(() => page.locator('gh-push-records').textContent()).toMatch(/web-01.*Pushed/s);
    await page.locator('button', { hasText: 'Recycle' }).click();
    const question = page.getByRole('dialog', { name: 'Recycle dev' });
    await expect.poll(() => question.textContent()).toContain('web-01');
    await question.locator('button', { hasText: 'Recycle' }).click();
    await page.waitForURL('**/pushes/**');
    await expect
      .poll(() => page.locator('li.asset', { hasText: 'web-01' }).textContent())
      .toContain('Succeeded');
    expect((await host.exec('id dev')).status).not.toBe(0);
  });
});
