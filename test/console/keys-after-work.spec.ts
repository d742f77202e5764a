import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { Harness, type Person, type Way } from '../gateway/harness.js';
import { requires, startMisbehavingHost, type Host } from '../hosts/index.js';
import { ConsoleBrowser } from './browser.js';
import { KeyHand } from './key-hand.js';

const patience = { timeout: 20_000 };

requires('hosts', 'ssh', 'terminal', 'browser').describe('keys go on where work has ended', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let host: Host;
  let way: Way;
  let admin: Person;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  });
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    host = await harness.startHost({ name: 'web-01', accounts });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    admin = await harness.addPerson('olga', { role: 'admin' });
  });

  async function open(person: Person, path: string): Promise<KeyHand> {
    const { page } = await browser.enter(harness.product.url, person);
    onTestFinished(() => page.context().close());
    await page.goto(path);
    return new KeyHand(page);
  }

  /** Says yes to the question on the screen. */
  async function agree(hand: KeyHand, yes: string): Promise<void> {
    await expect.poll(() => hand.isIn('dialog')).toBe(true);
    await hand.tabTo(yes, 'Tab', 3);
    await hand.press('Enter');
    await hand.page.locator('dialog[open]').waitFor({ state: 'detached' });
  }
  const at = (hand: KeyHand) => expect.poll(() => hand.at(), patience);

  it('an import: its button goes when it has run, and so does the file', async () => {
    const hand = await open(admin, '/users/import');
    const file = { name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from('username,name\nnew,New\n') };
    await hand.page.locator('input[type=file]').setInputFiles(file);
    await hand.page.getByRole('button', { name: 'Import 1 row' }).waitFor();
    await hand.tabTo('Import 1 row');
    await hand.press('Enter');
    await hand.page.getByText('Done: 1 added').waitFor(patience);
    await expect.poll(() => hand.isIn('gh-import-page')).toBe(true);
    await hand.tabTo('Another file', 'Tab', 8);
    await hand.press('Enter');
    await hand.page.locator('input[type=file]').waitFor();
    await expect.poll(() => hand.isIn('gh-import-page')).toBe(true);
  }, 60_000);

  it('a scan of host keys: no new key is left to pin', async () => {
    const fresh = await startMisbehavingHost('none');
    onTestFinished(() => fresh.stop());
    const { address, port } = fresh;
    await harness.admin.do('POST', '/assets', { name: 'fresh-01', address, port });
    const hand = await open(admin, '/assets?q=fresh-01');
    await hand.page.locator('tbody a', { hasText: 'fresh-01' }).waitFor();
    await hand.page.locator('gh-asset-list thead input[type=checkbox]').check();
    await hand.page.getByRole('button', { name: 'Scan host keys' }).click();
    await hand.page.getByRole('button', { name: 'Pin all new keys (1)' }).waitFor(patience);
    await hand.tabTo('Pin all new keys (1)');
    await hand.press('Enter');
    await agree(hand, 'Pin new keys (1)');
    await hand.page
      .getByRole('button', { name: 'Pin all new keys (1)' })
      .waitFor({ state: 'detached', ...patience });
    await expect.poll(() => hand.isIn('gh-host-key-scan')).toBe(true);
  }, 60_000);

  it('files to many assets: one that failed is tried again, the list is cleared', async () => {
    await host.exec('install -d -o root /home/dev/many');
    const hand = await open(way.person, '/files/many?way=upload');
    const { page } = hand;
    await page.getByLabel('Assets', { exact: true }).fill('web-01');
    await page.getByText('1 asset chosen').waitFor(patience);
    await page.getByLabel('Folder on the assets').fill('/home/dev/many');
    const file = { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('first') };
    await page.locator('gh-many-page input[type=file]').setInputFiles(file);
    await page.getByRole('button', { name: 'Try a.txt again' }).waitFor(patience);
    await host.exec('chown dev /home/dev/many');
    await hand.tabTo('Try a.txt again');
    await hand.press('Enter');
    await page.getByText('1 of 1 done').waitFor(patience);
    await expect.poll(() => hand.isIn('gh-many-page')).toBe(true);
    await hand.page.getByRole('button', { name: 'Clear the list' }).focus();
    await hand.press('Enter');
    await page.getByRole('button', { name: 'Clear the list' }).waitFor({ state: 'detached' });
    await at(hand).toBe('Upload files');
  }, 60_000);

  it('the live monitor: a session that was terminated', async () => {
    const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    const terminal = ssh.terminal(undefined, [], { rows: 20, columns: 70 });
    await terminal.waitFor('$ ');
    const [running] = await harness.sessions('&state=online');
    const hand = await open(admin, `/audit/monitor/${running?.id}`);
    await hand.page.getByRole('button', { name: 'Terminate' }).waitFor(patience);
    await hand.tabTo('Terminate');
    await hand.press('Enter');
    await agree(hand, 'Terminate');
    await terminal.untilEnded();
    await hand.page.getByRole('button', { name: 'Terminate' }).waitFor({ state: 'detached', ...patience });
    await at(hand).toBe("The user's terminal");
    expect(browser.complaints).toEqual([]);
  }, 60_000);
});
