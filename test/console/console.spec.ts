import { beforeAll, expect, it } from 'vitest';
import { KeyRing, type KeyPair } from '../gateway/key-ring.js';
import { Product } from '../gateway/product.js';
import { requires, startHost, type Host } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';
import { CuttableNetwork } from '../hosts/cuttable-network.js';

const ADMIN_PASSWORD = 'admin pass phrase 4712';
const ALICE_PASSWORD = 'alice pass phrase 4713';
const CUT_MS = 30_000;

/** A machine that tests share with others may need a while. */

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

requires('hosts', 'ssh', 'browser').describe('the console, from the first login to a replay', () => {
  let product: Product;
  let network: CuttableNetwork;
  let keys: KeyRing;
  let systemKey: KeyPair;
  let host: Host;
  let browser: ConsoleBrowser;
  let admin: Visitor;
  let alice: Visitor;
  let oneTimePassword = '';
  let terminal: Visitor['page'];

  beforeAll(async () => {
    product = await Product.start();
    return () => product.stop();
  }, 60_000);
  beforeAll(async () => {
    network = await CuttableNetwork.before(product.httpPort);
    return () => network.stop();
  });
  beforeAll(async () => {
    keys = await KeyRing.open();
    systemKey = await keys.make('system');
    return () => keys.discard();
  });
  beforeAll(async () => {
    host = await startHost({ name: 'web-01', accounts: [{ username: 'dev', publicKey: systemKey.public }] });
    return () => host.stop();
  });
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  });

  it('a wrong password is refused in words', async () => {
    admin = await browser.visit(product.url);
    await admin.logIn('admin', 'not this one');
    await expect.poll(() => admin.page.getByRole('alert').textContent()).toContain('wrong');
  });

  it('a one-time password opens nothing but the page to change it', async () => {
    await admin.logIn('admin', product.adminPassword);
    await admin.page.waitForURL('**/password');
    await admin.page.goto('/users');
    await admin.page.waitForURL('**/password');
    await admin.field('Current password').fill(product.adminPassword);
    await admin.page.locator('#newPassword').fill('too short');
    await admin.page.locator('#repeated').fill('something else');
    await admin.button('Change password').click();
    await expect
      .poll(() => admin.page.locator('.problem').allTextContents())
      .toEqual(['Use at least 12 characters.', 'The two are not the same.']);
    await admin.changePassword(product.adminPassword, ADMIN_PASSWORD);
    await admin.page.waitForURL('**/{home,my-assets}');
  });

  it('a user is added with a public key and a one-time password that is shown once', async () => {
    const key = await keys.make('alice');
    await admin.link('Users').click();
    await admin.add('Add user');
    await admin.field('User name').fill('alice');
    await admin.button('Save').click();
    await expect.poll(() => admin.panel.getByRole('alert').first().textContent()).toContain('fill this in');
    await admin.field('Name').fill('Alice Brown');
    await admin.page.locator('#publicKeys').fill(`${key.public} alice@laptop`);
    await admin.button('Save').click();
    const secret = admin.panel.locator('gh-once-shown code');
    await secret.waitFor();
    oneTimePassword = (await secret.textContent()) ?? '';
    expect(oneTimePassword).toMatch(/^\S{20,}$/);
    await expect.poll(() => admin.panel.textContent()).toContain('alice@laptop');
    await admin.button('Done').click();
    await expect.poll(() => admin.panel.textContent()).toContain('One-time password');
    expect(await admin.panel.textContent()).not.toContain(oneTimePassword);
    await admin.page.keyboard.press('Escape');
    await admin.row('alice').waitFor();
  });

  it('what the server refuses stands at its field, and unsaved input is not lost by a slip', async () => {
    await admin.link('Assets').click();
    await admin.add('Add asset');
    await admin.field('Name').fill('web@01');
    await admin.field('Address').fill('not an address');
    await admin.button('Save').click();
    const problems = admin.panel.locator('gh-field .problem');
    await expect.poll(() => problems.count()).toBe(2);
    expect(await problems.allTextContents()).toEqual([
      expect.stringContaining('@, # and /'),
      expect.stringContaining('IP address'),
    ]);
    await admin.page.keyboard.press('Escape');
    await admin.page.getByText('Leave without saving?').waitFor();
    await admin.page.locator('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await admin.field('Name').inputValue()).toBe('web@01');
  });

  it('an asset is added, scanned, and its host key pinned', async () => {
    await admin.field('Name').fill('web-01');
    await admin.field('Address').fill(host.address);
    await admin.page.locator('#port').fill(String(host.port));
    await admin.button('Save').click();
    await expect.poll(() => admin.panel.textContent()).toContain('nobody can connect yet');
    await admin.button('Scan the asset').click();
    await admin.panel.getByText('Compare a fingerprint').waitFor();
    await admin.button('Pin these keys').click();
    await expect.poll(() => admin.panel.textContent()).toContain('pinned by admin');
    await expect.poll(() => admin.row('web-01').textContent()).toContain('1 pinned');
  });

  it('a system user is added with a pasted key, and a rule without its push is refused by name', async () => {
    await admin.link('System users').click();
    await admin.add('Add system user');
    await admin.field('User name on the assets').fill('dev');
    await admin.field('Paste a private key').check();
    await admin.page.locator('#privateKey').fill(systemKey.private);
    await admin.button('Save').click();
    await expect.poll(() => admin.panel.textContent()).toContain(systemKey.public.split(' ')[1]);
    expect(await admin.page.content()).not.toContain('PRIVATE KEY');
    await admin.link('Rules').click();
    await admin.add('Add rule');
    await admin.button('Save').click();
    const missing = ['name', 'userIds', 'assetIds', 'systemUserIds'].map((field) => `#${field}-problem`);
    await expect.poll(() => admin.panel.locator(missing.join()).count()).toBe(missing.length);
    expect(await admin.panel.locator('.problem').allTextContents()).toContain(
      'Choose at least one system user.',
    );
    expect(await admin.panel.locator('.problem').count()).toBe(missing.length);
    await admin.page.locator('#name').fill('alice on the web server');
    await admin.pick('userIds', 'alice');
    await admin.pick('assetIds', 'web-01');
    await admin.pick('systemUserIds', 'dev');
    await admin.button('Save').click();
    await expect
      .poll(() => admin.panel.getByRole('alert').first().textContent())
      .toMatch(/dev\s+on\s+web-01/);
  });

  it('a record-only push makes the rule possible', async () => {
    await admin.panel.getByRole('link', { name: 'dev' }).click();
    await admin.page.locator('dialog').getByRole('button', { name: 'Leave' }).click();
    await admin.page.waitForURL('**/system-users/*');
    await admin.pick('pushAssets', 'web-01');
    await admin.button('Record').click();
    await expect.poll(() => admin.panel.locator('.lines').last().textContent()).toContain('web-01');
    await admin.link('Rules').click();
    await admin.add('Add rule');
    await admin.page.locator('#name').fill('alice on the web server');
    await admin.pick('userIds', 'alice');
    await admin.pick('assetIds', 'web-01');
    await admin.pick('systemUserIds', 'dev');
    await admin.button('Save').click();
    await expect
      .poll(() => admin.row('alice on the web server').textContent())
      .toMatch(/alice.*web-01.*dev.*Active/s);
  });

  it('the user sees what the rule gives, and no page of an admin', async () => {
    alice = await browser.visit(network.url);
    await alice.logIn('alice', oneTimePassword);
    await alice.page.waitForURL('**/password');
    await alice.changePassword(oneTimePassword, ALICE_PASSWORD);
    await alice.row('web-01').waitFor();
    expect(await alice.page.getByRole('navigation').textContent()).not.toMatch(/Users|Rules|Online/);
    await alice.page.goto('/users');
    await alice.page.waitForURL('**/{home,my-assets}');
  });

  it('opens a terminal, types and reads, and the asset follows its size', async () => {
    const opened = alice.context.waitForEvent('page');
    await alice.row('web-01').getByRole('link', { name: 'Open a terminal as dev on web-01' }).click();
    terminal = await opened;
    await shows('dev@web-01:~$');
    await terminal.locator('textarea:focus').waitFor({ state: 'attached' });
    await terminal.keyboard.type('echo $((40+2)) 中文; stty size\n');
    await shows('42 中文');
    const rows = async (): Promise<number> => {
      const size = await terminal.locator('footer').textContent();
      return Number(/×(\d+)/.exec(size ?? '')?.[1]);
    };
    const before = await rows();
    await shows(new RegExp(`${before} \\d+`));
    await terminal.setViewportSize({ width: 1000, height: 560 });
    await expect.poll(rows).toBeLessThan(before);
    await terminal.keyboard.type('clear; stty size\n');
    await shows(new RegExp(`${await rows()} \\d+`));
  });

  it('a paste of several lines asks first, and can not smuggle keys', async () => {
    await paste('echo one\necho two\n');
    await terminal.getByText('Paste 2 lines?').waitFor();
    await terminal.locator('dialog').getByRole('button', { name: 'Cancel' }).click();
    await paste('echo \u001b[201~harm\u0003less');
    await shows('echo [201~harmless');
    await terminal.locator('textarea:focus').waitFor({ state: 'attached' });
    await terminal.keyboard.press('Control+u');
  });

  it('survives a cut of 30 s: grey meanwhile, back by itself, nothing lost', async () => {
    await terminal.keyboard.type(
      'clear; for i in $(seq 1 40); do echo tick-$i; sleep 1; done | tail -n +3; echo over\n',
    );
    await shows('tick-3');
    network.cut();
    await expect.poll(() => terminal.locator('footer').textContent()).toContain('Waiting');
    await pause(CUT_MS - 15_000);
    await terminal.keyboard.type('typed blindly');
    network.restore();
    await expect.poll(() => terminal.locator('footer').textContent()).toContain('Connected');
    await shows('over', 30_000);
    const text = await screenText();
    const ticks = [...text.matchAll(/tick-(\d+)$/gm)].map((match) => Number(match[1]));
    expect(ticks).toEqual(ticks.map((_, index) => (ticks[0] ?? 0) + index));
    expect(ticks.at(-1)).toBe(40);
    expect(text).not.toContain('typed blindly');
  });

  it('the history has the session while it runs, and leads to the monitor; a filter leaves it out', async () => {
    await admin.link('Login history').click();
    const row = admin.row('alice');
    await expect.poll(() => row.textContent()).toMatch(/dev@web-01.*Web terminal.*Online.*Watch/s);
    await admin.page.getByRole('button', { name: /^More filters/ }).click();
    await admin.button('State').click();
    await admin.page.getByRole('menuitemradio', { name: 'Ended' }).click();
    await admin.page.getByText('Nothing matches').waitFor();
    await admin.page.goto('/audit/history?state=online');
    await row.getByRole('link', { name: 'Watch' }).click();
    await admin.page.waitForURL('**/audit/monitor/*');
    await admin.page.goBack();
    await row.waitFor();
  });

  it('an auditor’s pages show the session as it runs', async () => {
    await admin.link('Online').click();
    const row = admin.row('alice');
    await expect.poll(() => row.textContent()).toMatch(/dev@web-01.*Web terminal.*127\.0\.0\.1/s);
  });

  it('leaves, and the terminal says so', async () => {
    await terminal.locator('.xterm').click();
    await terminal.keyboard.type('exit\n');
    await terminal.getByText('The session has ended').waitFor();
    await expect.poll(() => admin.row('alice').count()).toBe(0);
  });

  it('the history names the session, and replays what was shown', async () => {
    await admin.link('Login history').click();
    const row = admin.row('alice');
    await expect.poll(() => row.textContent()).toMatch(/dev@web-01.*Web terminal/s);
    await row.getByRole('link', { name: 'Replay' }).click();
    await expect
      .poll(() => admin.page.locator('.replay-stage .xterm-rows').textContent())
      .toContain('dev@web-01');
  });

  it('the replay lists the commands as they were meant; a click jumps to its moment and lights it', async () => {
    const commands = admin.page.getByRole('complementary', { name: 'Commands' });
    await commands.getByRole('button', { name: 'echo $((40+2)) 中文; stty size' }).waitFor();
    const chosen = commands.getByRole('button', { name: 'clear; stty size' });
    await chosen.click();
    await expect.poll(() => chosen.getAttribute('aria-current')).toBe('true');
    await admin.page.goto('/audit/commands?q=stty&kind=line');
    const row = admin.row('clear; stty size');
    await row.getByRole('link', { name: 'Replay from here' }).click();
    await admin.page.waitForURL(/\/audit\/replay\/[0-9a-f-]+\?at=[\d.]+$/);
    await expect.poll(() => chosen.getAttribute('aria-current')).toBe('true');
  });

  it('a session that runs is terminated from the console within a second', async () => {
    await terminal.getByRole('button', { name: 'Connect again' }).click();
    await shows('dev@web-01');
    await admin.link('Online').click();
    await admin.row('alice').getByRole('button', { name: 'Terminate' }).click();
    const since = Date.now();
    await admin.page.locator('dialog').getByRole('button', { name: 'Terminate' }).click();
    await terminal.getByRole('alert').waitFor();
    expect(Date.now() - since).toBeLessThan(1500);
    expect(await terminal.getByRole('alert').textContent()).toContain('admin');
  });

  it('whoever logs out is out, in every window', async () => {
    await alice.button('Alice Brown').click();
    await alice.page.getByRole('menuitem', { name: 'Log out' }).click();
    await alice.page.waitForURL('**/login');
    await alice.page.goto('/my-assets');
    await alice.page.waitForURL('**/login?next=*');
  });

  it('no page broke the content security policy or threw an error', () => {
    expect(browser.complaints).toEqual([]);
  });

  async function screenText(): Promise<string> {
    const lines = await terminal.locator('.xterm-rows > div').allTextContents();
    return lines.map((line) => line.replaceAll('\u00a0', ' ').trimEnd()).join('\n');
  }

  async function shows(text: string | RegExp, timeout = 15_000): Promise<void> {
    const screen = expect.poll(screenText, { timeout });
    await (typeof text === 'string' ? screen.toContain(text) : screen.toMatch(text));
  }

  /** Pastes as the browser does; headless Chromium has no clipboard of its own. */
  async function paste(text: string): Promise<void> {
    // A text, as the compiler knows no browser here.
    await terminal.evaluate(`{
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', ${JSON.stringify(text)});
      const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      document.querySelector('.xterm-helper-textarea').dispatchEvent(event);
    }`);
  }
});
