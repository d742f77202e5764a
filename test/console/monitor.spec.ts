import type { Locator } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Harness, type Person, type Way } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

requires('hosts', 'ssh', 'terminal', 'browser').describe('the page of the live monitor', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let way: Way;
  let admin: Person;

  beforeAll(async () => {
    harness = await Harness.start({ gateways: 2 });
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  });
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    const host = await harness.startHost({ name: 'web-01', accounts });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    admin = await harness.addPerson('adele', { role: 'admin' });
  });

  function enter(locale: string): Promise<Visitor> {
    return browser.enter(harness.product.url, admin, locale);
  }

  it('is opened from the online sessions, shows the terminal, follows it, and ends the session', async () => {
    const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    const terminal = ssh.terminal(undefined, [], { rows: 20, columns: 70 });
    await terminal.waitFor('$ ');
    terminal.line('printf "\\033[1;32m%s\\033[0m\\n" "中文 $((40+2))"');
    await terminal.waitFor('中文 42');
    const visitor = await enter('zh-CN');
    const { page } = visitor;
    const [running] = await harness.sessions('&state=online');
    await page.goto(`/audit/online/${running?.id}`);
    await expect
      .poll(() => visitor.panel.locator('dl.facts').textContent())
      .toMatch(/状态\s*在线\s*录像\s*录像中/);
    await page.goto('/audit/online');
    await page.getByRole('link', { name: '监控', exact: true }).click();
    const rows = page.locator('.monitor-stage .xterm-rows');
    await expect.poll(() => rows.textContent()).toContain('中文 42');
    expect(await page.locator('.monitor-line').textContent()).toContain('正在监控：adele');
    terminal.line('echo sum=$((1+2))');
    await expect.poll(() => rows.textContent()).toContain('sum=3');
    terminal.resize(30, 100);
    terminal.line('stty size');
    await expect.poll(() => rows.textContent()).toContain('30 100');
    await expect.poll(() => rows.locator('> div').count()).toBe(30);
    await page.locator('.monitor-stage').click();
    await page.keyboard.type('intruded');
    await visitor.button('阻断').click();
    await page.getByRole('dialog').getByRole('button', { name: '阻断' }).click();
    await expect
      .poll(() => page.getByRole('status').allTextContents())
      .toContainEqual(expect.stringContaining('adele'));
    await terminal.untilEnded();
    expect(terminal.shown).not.toContain('intruded');
    expect(terminal.shown).not.toContain('watches');
    expect(browser.complaints).toEqual([]);
  });

  it('shows a web terminal as its page does, and ends it there too', async () => {
    const alice = await browser.enter(harness.product.url, way.person);
    const own = alice.page.locator('gh-terminal-pane .xterm-rows');
    await alice.page.goto('/terminal');
    await alice.button('Open dev@web-01').click();
    await expect.poll(() => own.textContent()).toMatch(/dev@web-01:~\$/);
    await alice.page.locator('gh-terminal-pane textarea:focus').waitFor({ state: 'attached' });
    await alice.page.keyboard.type('echo "网页 $((40+2))"\n');
    await expect.poll(() => own.textContent()).toContain('网页 42');
    const watcher = await enter('en-GB');
    const { page } = watcher;
    await page.goto('/audit/online');
    await page.getByRole('link', { name: 'Watch', exact: true }).click();
    const watched = page.locator('.monitor-stage .xterm-rows');
    const lines = (of: Locator): Promise<string[]> => of.locator('> div').allTextContents();
    await expect.poll(() => lines(watched)).toEqual(await lines(own));
    await alice.page.setViewportSize({ width: 1000, height: 600 });
    await expect.poll(async () => (await lines(own)).length).toBeLessThan(30);
    await alice.page.keyboard.type('echo smaller-$((1+1))\n');
    await expect.poll(() => own.textContent()).toContain('smaller-2');
    await expect.poll(() => lines(watched)).toEqual(await lines(own));
    await page.getByRole('button', { name: 'Terminate', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Terminate', exact: true }).click();
    await alice.page.getByText('Your session was ended by adele.').first().waitFor();
    await alice.leave();
    await watcher.leave();
    expect(browser.complaints).toEqual([]);
  });

  it('tells who is watched when the settings say so, from the next time on', async () => {
    const visitor = await enter('zh-CN');
    const { page } = visitor;
    const told = page.getByLabel('有人开始监控会话时告知用户');
    const choose = async (checked: boolean): Promise<void> => {
      await page.goto('/settings/monitor');
      await told.setChecked(checked);
      await visitor.button('保存').click();
      await page.getByText('下次有人开始监控时生效').waitFor();
      await page.reload();
      await expect.poll(() => told.isChecked()).toBe(checked);
    };
    for (const checked of [true, false]) {
      await choose(checked);
      const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
      const terminal = ssh.terminal(undefined, [], { rows: 20, columns: 70 });
      await terminal.waitFor('$ ');
      await page.goto('/audit/online');
      await page.getByRole('link', { name: '监控', exact: true }).click();
      const rows = page.locator('.monitor-stage .xterm-rows');
      await expect.poll(() => rows.textContent()).toContain('$');
      if (checked) await terminal.waitFor('An auditor watches this session.');
      terminal.line('echo after=$((1+2))');
      await terminal.waitFor('after=3');
      expect(terminal.shown.includes('An auditor watches this session.')).toBe(checked);
      terminal.line('exit');
      await terminal.untilEnded();
      await expect.poll(async () => (await harness.sessions('&state=online')).length).toBe(0);
    }
    const changes = z.object({
      items: z.array(z.looseObject({ subjectName: z.string(), after: z.unknown() })),
    });
    const { items } = await harness.admin.call('GET', '/operations?action=settings.update', changes);
    const ours = items.filter(({ subjectName }) => subjectName === 'monitor');
    expect(ours.map(({ after }) => after)).toEqual([{ tellsWatched: false }, { tellsWatched: true }]);
    expect(browser.complaints).toEqual([]);
  });
});
