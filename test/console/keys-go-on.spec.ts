import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { Harness, type Person, type Way } from '../gateway/harness.js';
import { requires, startMisbehavingHost, type Host } from '../hosts/index.js';
import { ConsoleBrowser } from './browser.js';
import { KeyHand } from './key-hand.js';

const patience = { timeout: 20_000 };

requires('hosts', 'ssh', 'terminal', 'browser').describe(
  'keys go on where what had the focus goes away',
  () => {
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

    const enter = async (person: Person): Promise<KeyHand> =>
      new KeyHand((await browser.enter(harness.product.url, person)).page);

    /** The same on a page, which is closed when the test ends. */
    async function open(person: Person, path: string): Promise<KeyHand> {
      const hand = await enter(person);
      onTestFinished(() => hand.page.context().close());
      await hand.page.goto(path);
      return hand;
    }

    /** Says yes to the question on the screen. */
    async function agree(hand: KeyHand, yes: string): Promise<void> {
      await expect.poll(() => hand.isIn('dialog')).toBe(true);
      await hand.tabTo(yes, 'Tab', 3);
      await hand.press('Enter');
      await hand.page.locator('dialog[open]').waitFor({ state: 'detached' });
    }
    const at = (hand: KeyHand) => expect.poll(() => hand.at(), patience);

    it('in a folder: a name that is given or not, a file that is deleted, another folder', async () => {
      await host.exec('install -d -o dev -g dev /home/dev/work/sub && touch /home/dev/work/sub/deep');
      await host.exec('cd /home/dev/work && touch a.txt b.txt c.txt && chown -R dev .');
      const hand = await enter(way.person);
      const { assetId, systemUserId } = way;
      const where = new URLSearchParams({ assetId, systemUserId, path: '/home/dev/work' });
      await hand.page.goto(`/files?${where.toString()}`);
      await hand.page.getByRole('button', { name: 'a.txt', exact: true }).waitFor({ timeout: 20_000 });

      await hand.tabTo('New folder');
      for (const leave of ['Escape', 'Cancel'] as const) {
        await hand.press('Enter');
        await at(hand).toBe('Name of the new folder');
        if (leave === 'Cancel') await hand.tabTo(leave, 'Tab', 2);
        await hand.press(leave === 'Cancel' ? 'Enter' : leave);
        await at(hand).toBe('New folder');
      }
      await hand.press('Enter');
      await at(hand).toBe('Name of the new folder');
      await hand.type('made');
      await hand.press('Enter');
      await at(hand).toBe('made');

      await hand.tabTo('Rename a.txt');
      await hand.press('Enter');
      await at(hand).toBe('New name');
      await hand.press('Escape');
      await at(hand).toBe('Rename a.txt');
      await hand.press('Enter');
      await at(hand).toBe('New name');
      await hand.type('z.txt');
      await hand.press('Enter');
      await at(hand).toBe('z.txt');
      await hand.press('Shift+Tab');
      await hand.tabTo('Delete c.txt', 'Shift+Tab');
      await hand.press('Enter');
      await agree(hand, 'Delete');
      await at(hand).toBe('z.txt');
      await hand.tabTo('sub', 'Shift+Tab');
      await hand.press('Enter');
      await at(hand).toBe('deep');
      expect(browser.complaints).toEqual([]);
    }, 60_000);

    it('in a list and its panel: a key that is removed, a user who is deleted', async () => {
      for (const username of ['ursula-1', 'ursula-2']) await harness.addPerson(username);
      const hand = await enter(admin);
      await hand.page.goto('/users?q=ursula');
      await hand.page.locator('tbody a', { hasText: 'ursula-2' }).waitFor();
      await hand.tabTo('ursula-1');
      await hand.press('Enter');
      await expect.poll(() => hand.isIn('[role=dialog]')).toBe(true);
      await hand.tabTo('Remove');
      await hand.press('Enter');
      await agree(hand, 'Remove');
      await hand.page.getByText('No key').first().waitFor();
      await expect.poll(() => hand.isIn('[role=dialog]')).toBe(true);
      expect(await hand.at()).not.toBe('nothing');
      await hand.tabTo('Delete', 'Shift+Tab');
      await hand.press('Enter');
      await agree(hand, 'Delete');
      await hand.page.locator('tbody tr', { hasText: 'ursula-1' }).waitFor({ state: 'detached' });
      await at(hand).toMatch(/^ursula-2/);
    }, 60_000);

    it('in the own profile: a token that is revoked', async () => {
      const hand = await enter(admin);
      await hand.page.goto('/profile/api-tokens');
      for (const name of ['one', 'two']) {
        await hand.tabTo('Name');
        await hand.type(name);
        await hand.press('Enter');
        await hand.page.locator('ul.lines li', { hasText: name }).waitFor();
      }
      await hand.tabTo('Revoke');
      await hand.press('Enter');
      await agree(hand, 'Revoke');
      await hand.page.locator('ul.lines li').nth(1).waitFor({ state: 'detached' });
      await at(hand).toBe('Revoke');
    }, 60_000);

    it('in the workplace: an asset that becomes a favourite', async () => {
      const hand = await enter(way.person);
      await hand.page.goto('/terminal');
      await hand.page.getByRole('button', { name: /favourite/ }).waitFor();
      await hand.tabTo(/favourite/);
      await hand.press('Enter');
      await hand.page.getByRole('heading', { name: 'Favourites' }).waitFor();
      await at(hand).toBe('Keep web-01 as a favourite');
    });

    it('at home: the first steps that are put away', async () => {
      const hand = await enter(admin);
      await hand.page.goto('/home');
      await hand.page.getByRole('button', { name: 'Hide this list' }).waitFor();
      await hand.tabTo('Hide this list');
      await hand.press('Enter');
      await hand.page.getByRole('button', { name: 'Hide this list' }).waitFor({ state: 'detached' });
      expect(await hand.isIn('gh-home-page')).toBe(true);
    });

    it('an import: its button goes when it has run, and so does the file', async () => {
      const hand = await open(admin, '/users/import');
      const file = {
        name: 'list.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from('username,name\nnew,New\n'),
      };
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
  },
);
