import { beforeAll, expect, it } from 'vitest';
import { Harness, type Person, type Way } from '../gateway/harness.js';
import { requires, type Host } from '../hosts/index.js';
import { ConsoleBrowser } from './browser.js';
import { KeyHand } from './key-hand.js';

requires('hosts', 'ssh', 'browser').describe('keys go on where what had the focus goes away', () => {
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

  /** Says yes to the question on the screen. */
  async function agree(hand: KeyHand, yes: string): Promise<void> {
    await expect.poll(() => hand.isIn('dialog')).toBe(true);
    await hand.tabTo(yes, 'Tab', 3);
    await hand.press('Enter');
  }
  const at = (hand: KeyHand) => expect.poll(() => hand.at(), { timeout: 20_000 });

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
});
