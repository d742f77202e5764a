import { beforeAll, expect, it } from 'vitest';
import { Harness, type Person, type Way } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

const PATIENT = { timeout: 20_000 };

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
    await page.goto('/audit/online');
    await page.getByRole('link', { name: '监控', exact: true }).click();
    const rows = page.locator('.monitor-stage .xterm-rows');
    await expect.poll(() => rows.textContent(), PATIENT).toContain('中文 42');
    expect(await page.locator('.monitor-line').textContent()).toContain('正在监控：adele');
    terminal.line('echo sum=$((1+2))');
    await expect.poll(() => rows.textContent(), PATIENT).toContain('sum=3');
    terminal.resize(30, 100);
    terminal.line('stty size');
    await expect.poll(() => rows.textContent(), PATIENT).toContain('30 100');
    await expect.poll(() => rows.locator('> div').count(), PATIENT).toBe(30);
    await page.locator('.monitor-stage').click();
    await page.keyboard.type('intruded');
    await visitor.button('阻断').click();
    await page.getByRole('dialog').getByRole('button', { name: '阻断' }).click();
    await expect
      .poll(() => page.getByRole('status').allTextContents(), PATIENT)
      .toContainEqual(expect.stringContaining('adele'));
    await terminal.untilEnded();
    expect(terminal.shown).not.toContain('intruded');
    expect(terminal.shown).not.toContain('watches');
    expect(browser.complaints).toEqual([]);
  });
});
