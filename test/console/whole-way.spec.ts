import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Harness, type Person } from '../gateway/harness.js';
import { PushDesk } from '../gateway/push-desk.js';
import { requires, type Host } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

const idPage = z.object({ items: z.array(z.object({ id: z.uuid() })) });

requires('hosts', 'ssh', 'sudo', 'browser').describe('the whole way in the console', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let hosts: Host[];
  let operator: Person;
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
    const desk = await PushDesk.open(harness);
    const names = ['way-01', 'way-02', 'way-03'];
    hosts = await Promise.all(names.map((name) => harness.startHost({ name, setup: desk.rootSetup })));
    for (const host of hosts) await desk.addAsset(host);
    operator = await harness.addPerson('olga', { role: 'admin' });
    visitor = await browser.enter(harness.product.url, operator, 'en-US');
  }, 60_000);

  it('leads from a sudo alias over a system user and a push to a rule, each page offering the next step', async () => {
    const { page } = visitor;
    // the third host refuses the sudoers file at first
    await hosts[2]?.exec('mv /usr/sbin/visudo /usr/sbin/visudo.away');
    await page.goto('/sudo-aliases/new');
    await page.locator('#name').fill('WAY');
    await page.locator('#commands').fill('/usr/bin/id');
    await page.locator('button[type=submit]').click();
    await page.locator('a', { hasText: 'Next: a system user with it' }).click();
    await page.waitForURL('**/system-users/new**');
    await page.locator('#username').fill('way');
    await expect.poll(() => page.locator('gh-system-user-form').textContent()).toContain('WAY');
    await page.locator('gh-form-buttons button[type=submit]').click();
    await page.locator('a', { hasText: 'Push…' }).click();
    await page.waitForURL('**/pushes/new**');
    for (const { name } of hosts) await visitor.pick('assetIds', name);
    await page.locator('gh-form-buttons button[type=submit]').click();

    const results = page.locator('gh-push-panel li.asset');
    await expect.poll(() => results.filter({ hasText: 'way-03' }).textContent()).toMatch(/Failed.*no sudo/s);
    expect(await results.filter({ hasText: 'way-03' }).locator('.reason').getAttribute('title')).toMatch(
      /install it/,
    );
    for (const name of ['way-01', 'way-02']) {
      await expect.poll(() => results.filter({ hasText: name }).textContent()).toContain('Succeeded');
    }
    await hosts[2]?.exec('mv /usr/sbin/visudo.away /usr/sbin/visudo');
    await page.locator('button', { hasText: 'Push again: 1' }).click();
    await expect
      .poll(() => results.allTextContents())
      .toEqual([expect.stringMatching(/way-03.*|.*way-03.*/s)]);
    await expect.poll(() => results.first().textContent()).toContain('Succeeded');
    await page.locator('a', { hasText: 'Next: make a rule' }).click();
    await page.waitForURL('**/rules/new**');
    await page.locator('#name').fill('way rule');
    await visitor.pick('userIds', 'olga');
    // those of the first try stand there too
    await expect.poll(() => page.locator('gh-rule-form').textContent()).toMatch(/way-01/);
    for (const { name } of hosts) expect(await page.locator('gh-rule-form').textContent()).toContain(name);
    await page.locator('gh-form-buttons button[type=submit]').click();
    await expect
      .poll(() => page.locator('gh-rule-list td').allTextContents())
      .toEqual(expect.arrayContaining([expect.stringContaining('way rule')]));
    await page.locator('a', { hasText: 'Next: try whom it lets in' }).click();
    await page.waitForURL('**/explain**');
    await expect
      .poll(() => page.locator('gh-explain-page').textContent())
      .toMatch(/Yes, allowed now.*way rule/s);
  }, 120_000);

  it('ends in a web terminal, where sudo runs what is allowed and refuses the rest', async () => {
    const { page, context } = visitor;
    const opened = context.waitForEvent('page');
    await page.locator('a', { hasText: 'Next: open a terminal there' }).click();
    const terminal = await opened;
    const screen = terminal.locator('.xterm-rows');
    await expect.poll(() => screen.textContent()).toMatch(/way@way-0\d|\$/);
    await terminal.locator('.xterm-helper-textarea').focus();
    await terminal.keyboard.type('sudo -n /usr/bin/id -un; id -un\n');
    await expect.poll(() => screen.textContent()).toMatch(/root\s*way/);
    await terminal.keyboard.type('sudo -n /usr/bin/cat /etc/shadow; echo status=$?\n');
    await expect.poll(() => screen.textContent()).toMatch(/(?:password is required|not allowed).*status=1/s);
    await terminal.close();
  }, 60_000);

  it('shows a rule that lacks a push what is missing, and offers to push it', async () => {
    const { page, context } = visitor;
    await page.goto('/system-users/new');
    await page.locator('#username').fill('late');
    await page.locator('gh-form-buttons button[type=submit]').click();
    await expect.poll(() => page.locator('gh-push-records').textContent()).toMatch(/stands on no asset yet/);
    await page.goto('/rules/new');
    await page.locator('#name').fill('late rule');
    await visitor.pick('userIds', 'olga');
    await visitor.pick('assetIds', 'way-01');
    await visitor.pick('systemUserIds', 'late');
    await page.locator('gh-form-buttons button[type=submit]').click();
    const notice = page.locator('gh-rule-form .notice.bad').first();
    await expect.poll(() => notice.textContent()).toMatch(/late.*way-01/s);
    const opened = context.waitForEvent('page');
    await notice.locator('a', { hasText: 'Push them' }).click();
    const push = await opened;
    await expect.poll(() => push.locator('gh-push-form').textContent()).toMatch(/late.*way-01/s);
    await push.locator('gh-form-buttons button[type=submit]').click();
    await expect.poll(() => push.locator('gh-push-panel li.asset').textContent()).toContain('Succeeded');
    await push.close();
    await page.locator('gh-form-buttons button[type=submit]').click();
    await expect.poll(() => page.locator('gh-rule-list').textContent()).toContain('late rule');
  }, 120_000);

  it('shows what an edited sudo alias outdates and what drifted, and pushes it again', async () => {
    const { page } = visitor;
    await page.goto('/sudo-aliases');
    await page.locator('a', { hasText: 'WAY' }).first().click();
    await page.locator('#commands').fill('/usr/bin/id\n/usr/bin/uptime');
    await page.locator('button[type=submit]').click();
    await page.locator('a', { hasText: 'Show what is outdated' }).click();
    await page.waitForURL('**/push-states**');
    const rows = page.locator('gh-push-state-list tbody tr');
    await expect.poll(() => rows.allTextContents()).toHaveLength(3);
    await page.locator('thead input[type=checkbox]').click();
    await page.locator('a', { hasText: 'Push again…' }).click();
    await page.waitForURL('**/pushes/new**');
    await page.locator('gh-form-buttons button[type=submit]').click();
    await expect.poll(() => page.locator('gh-push-panel li.asset', { hasText: 'Succeeded' }).count()).toBe(3);

    await hosts[0]?.exec('rm /etc/sudoers.d/gatehouse-way; usermod -s /bin/sh way');
    await page.goto('/push-states');
    await page.locator('button', { hasText: 'Scan for drift' }).click();
    await expect.poll(() => page.locator('gh-job-panel').textContent()).toMatch(/Succeeded.*4 of 4|3 of 3/s);
    await page.goto('/push-states?drift=drifted');
    await expect.poll(() => rows.allTextContents()).toEqual([expect.stringMatching(/way-01.*Drifted/s)]);
    await rows.locator('a', { hasText: 'way' }).click();
    const panel = page.locator('gh-push-state-panel');
    await expect.poll(() => panel.textContent()).toMatch(/shell is \/bin\/sh.*sudoers file is gone/s);
    await expect.poll(() => panel.textContent()).toMatch(/All pushes.*Key.*Agentless.*olga.*Key.*Agentless/s);
    await panel.locator('a', { hasText: 'Push again…' }).click();
    await page.locator('gh-form-buttons button[type=submit]').click();
    await expect.poll(() => page.locator('gh-push-panel li.asset').textContent()).toContain('Succeeded');
    await page.goto('/push-states?drift=drifted');
    await expect.poll(() => page.locator('gh-push-state-list').textContent()).not.toContain('way-01');
  }, 120_000);

  it('takes a system user back from everywhere and deletes it', async () => {
    const { page } = visitor;
    await page.goto('/system-users');
    await page.locator('a', { hasText: 'late' }).first().click();
    await expect.poll(() => page.locator('gh-push-records').textContent()).toContain('way-01');
    const rules = await harness.admin.call('GET', '/authorization-rules?q=late', idPage);
    for (const { id } of rules.items) await harness.admin.do('DELETE', `/authorization-rules/${id}`);
    await page.locator('button', { hasText: 'Delete' }).click();
    const question = page.getByRole('dialog', { name: 'Delete the system user late?' });
    await expect.poll(() => question.textContent()).toMatch(/way-01/);
    await question.locator('button', { hasText: 'Delete' }).click();
    await page.waitForURL('**/pushes/**');
    await expect.poll(() => page.locator('gh-push-panel').textContent()).toMatch(/late\s*\(deleted\)/);
    expect((await hosts[0]?.exec('id late'))?.status).not.toBe(0);
    expect(browser.complaints).toEqual([]);
  }, 60_000);
});
