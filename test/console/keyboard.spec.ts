import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Harness, type Way } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser } from './browser.js';
import { KeyHand } from './key-hand.js';

const withId = z.object({ id: z.uuid() });
const patience = { timeout: 20_000 };

requires('hosts', 'ssh', 'browser').describe('the console by keyboard alone', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let way: Way;

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
    const host = await harness.startHost({
      name: 'web-01',
      accounts: [{ username: 'dev', publicKey: systemKey.public }],
    });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    const { id } = await harness.admin.call('POST', '/assets', withId, {
      name: 'web-02',
      address: '10.0.0.2',
    });
    await harness.recordPush(way.systemUserId, [id]);
  }, 60_000);

  const enter = async (person: Parameters<ConsoleBrowser['enter']>[1]): Promise<KeyHand> =>
    new KeyHand((await browser.enter(harness.product.url, person)).page);

  /** The workplace with one live terminal, which has the keys. */
  async function openTerminal(): Promise<KeyHand> {
    const hand = await enter(way.person);
    const { page } = hand;
    await page.goto(`/terminal?asset=${way.assetId}&systemUser=${way.systemUserId}`);
    await page.locator('gh-terminal-pane .state.live').waitFor(patience);
    await expect.poll(() => hand.at()).toBe('Terminal input');
    return hand;
  }

  it('an admin logs in and gives somebody access: account, system user, push, rule, and why they may', async () => {
    const { page } = await browser.visit(harness.product.url);
    const hand = new KeyHand(page);
    const admin = await harness.addPerson('olga', { role: 'admin' });
    await page.goto('/login');
    await page.locator('#username:focus').waitFor();
    await hand.type(admin.username);
    await hand.tabTo('Password');
    await hand.type(admin.password);
    await hand.press('Enter');
    await page.waitForURL('**/home', { timeout: 60_000 });
    await expect.poll(() => hand.isIn('main')).toBe(true);

    await hand.goTo('admin accounts');
    await hand.tabTo('Add admin account');
    await hand.press('Enter');
    await page.locator('#name:focus').waitFor();
    await hand.type('root of all');
    await hand.tabTo('User name on the asset');
    await hand.type('root');
    await hand.tabTo(/^Paste a private key/);
    await hand.press('ArrowDown');
    await hand.tabTo('No password');
    await hand.press('ArrowUp');
    await hand.tabTo('New password');
    await hand.type('a pass phrase 4712');
    await hand.tabTo('Save');
    await hand.press('Enter');
    await page.locator('tbody', { hasText: 'root of all' }).waitFor();
    await expect.poll(() => hand.at()).toBe('Add admin account');

    await hand.goTo('assets'); // not those of oneself, which only hold the word
    expect(page.url()).toMatch(/\/assets$/);
    await hand.goTo('system users');
    await hand.tabTo('Add system user');
    await hand.press('Enter');
    await page.locator('#username:focus').waitFor();
    await hand.type('ops');
    await hand.tabTo('Save');
    await hand.press('Enter');
    await page.getByText('stands on no asset yet').waitFor();
    await hand.goTo('pushes');
    await hand.tabTo('New push');
    await hand.press('Enter');
    await hand.pick('System users', 'ops');
    await hand.pick('Assets', 'web-02');
    await hand.tabTo('What');
    await hand.tabTo('Record only', 'ArrowDown', 3);
    await hand.tabTo('Begin');
    await hand.press('Enter');
    await page.locator('gh-push-panel li.asset', { hasText: 'Succeeded' }).waitFor(patience);

    await hand.goTo('rules');
    await hand.tabTo('Add rule');
    await hand.press('Enter');
    await page.locator('#name:focus').waitFor();
    await hand.type('ops on web-02');
    await hand.pick('Users', 'alice');
    await hand.press('Escape');
    await page.locator('.ant-select-dropdown').first().waitFor({ state: 'detached' });
    expect(await page.getByRole('dialog').count()).toBe(1); // it closed the choices only
    await hand.press('Escape');
    await page.getByText('Leave without saving?').waitFor();
    await expect.poll(() => hand.at()).toBe('Cancel'); // what changes nothing
    await hand.press('Enter');
    await expect.poll(() => hand.at()).toBe('Users');
    await hand.pick('Assets', 'web-02');
    await hand.pick('System users', 'ops');
    await hand.tabTo('Save');
    await hand.press('Enter');
    await page.locator('tbody', { hasText: 'ops on web-02' }).waitFor();
    await hand.goTo('explain access');
    await hand.pick('User', 'alice');
    await hand.pick('Asset', 'web-02');
    await hand.pick('System user', 'ops');
    await page.getByText('Yes, allowed now').waitFor();
    expect(browser.complaints).toEqual([]);
  }, 120_000);

  it('shows what has the focus: links, buttons, rows', async () => {
    const admin = await harness.addPerson('omar', { role: 'admin' });
    const hand = await enter(admin);
    const { page } = hand;
    await page.goto('/assets');
    await page.locator('tbody a').first().waitFor();
    expect(await hand.unseenStops(45)).toEqual([]);
    await page.locator('tbody tr').first().focus();
    await hand.press('ArrowDown');
    expect(await hand.isSeen()).toBe(true);
  });

  it('keys go on where they were when a filter or the bar of selected rows goes away', async () => {
    const admin = await harness.addPerson('otto', { role: 'admin' });
    const hand = await enter(admin);
    const { page } = hand;
    await page.goto('/assets?environment=production');
    await page.locator('.chip.on').waitFor();
    await hand.tabTo('Remove the filter Environment');
    await hand.press('Enter');
    await expect.poll(() => hand.at()).toBe('Environment');
    await page.locator('tbody tr', { hasText: 'web-02' }).waitFor();
    await hand.tabTo(/^web-01/);
    await hand.press('Space');
    await page.getByRole('toolbar').waitFor();
    await hand.tabTo('Clear selection', 'Shift+Tab');
    await hand.press('Enter');
    await expect.poll(() => hand.at()).toMatch(/^web-01/);
  });

  it('a terminal is left for every part of the workplace, and entered again', async () => {
    const hand = await openTerminal();
    const { page } = hand;
    await hand.press('Tab');
    expect(await hand.at()).toBe('Terminal input'); // Tab belongs to the shell
    await hand.press('Control+Shift+E');
    await expect.poll(() => page.locator('gh-terminal-pane .state.live').count(), patience).toBe(2);
    const round: string[] = [];
    for (let part = 0; part < 6; part++) {
      await hand.press('Control+Shift+L');
      round.push(await hand.at());
    }
    expect(round).toEqual([
      'Character set of the asset',
      'Share of the room',
      'Find in my assets',
      expect.stringMatching(/^dev@web-01/),
      'Search in the terminal (Ctrl Shift F)',
      'Terminal input',
    ]);
    await hand.part('Share of the room');
    await hand.press('ArrowLeft');
    await expect.poll(() => page.getByRole('separator').getAttribute('aria-valuenow')).toBe('45');

    await hand.part(/^Search in the terminal/);
    await hand.tabTo('Files of this asset');
    await hand.press('Enter');
    await expect.poll(() => hand.at()).toBe('Hide the files');
    await page.getByRole('button', { name: 'New folder' }).waitFor(patience);
    await hand.tabTo('New folder');
    await hand.press('Enter');
    await page.getByPlaceholder('Name of the new folder').waitFor();
    await hand.type('by-keys');
    await hand.press('Enter');
    await page.getByRole('button', { name: 'by-keys', exact: true }).waitFor(patience);
    await hand.part('Hide the files');
    await hand.press('Enter');
    await expect.poll(() => hand.at()).toBe('Terminal input');

    await hand.part('Find in my assets');
    await hand.tabTo('Hide the list');
    await hand.press('Enter');
    await expect.poll(() => hand.at()).toBe('Show the list');
    await hand.press('Enter');
    await expect.poll(() => hand.at()).toBe('Find in my assets');
    expect(browser.complaints).toEqual([]);
  });

  it('tabs are named, moved and closed, and the keys stay at them', async () => {
    const hand = await openTerminal();
    const { page } = hand;
    const names = (): Promise<string[]> => page.getByRole('tab').allInnerTexts();
    await hand.part('Find in my assets');
    await hand.tabTo('Open dev@web-01');
    await hand.press('Enter');
    await expect.poll(names).toHaveLength(2);
    await expect.poll(() => hand.at()).toBe('Terminal input');
    await hand.part(/^dev@web-01/);
    await hand.press('F2');
    await expect.poll(() => hand.at()).toBe('Name of the tab');
    await hand.type('night shift');
    await hand.press('Enter');
    await expect.poll(() => hand.at()).toBe('night shift');
    await hand.press('F2');
    await expect.poll(() => hand.at()).toBe('Name of the tab');
    await hand.press('Escape');
    await expect.poll(() => hand.at()).toBe('night shift');
    await hand.press('Shift+ArrowRight'); // it is the last
    expect(await names()).toEqual(['dev@web-01', 'night shift']);
    await hand.press('Shift+ArrowLeft');
    await expect.poll(names).toEqual(['night shift', 'dev@web-01']);
    await expect.poll(() => hand.at()).toBe('night shift');
    await hand.press('ArrowRight');
    await expect.poll(() => hand.at()).toBe('dev@web-01');
    expect(await hand.isSeen()).toBe(true);
    for (const left of [1, 0]) {
      await hand.part(/^(?:night shift|dev@web-01)$/);
      await hand.press('Delete');
      await expect.poll(() => hand.at()).toBe('Cancel');
      await hand.tabTo('Close');
      await hand.press('Enter');
      await expect.poll(names).toHaveLength(left);
    }
    await expect.poll(() => hand.at()).toBe('Find in my assets');
  });

  it('an ended terminal lets Tab go to what connects again', async () => {
    const hand = await openTerminal();
    const { page } = hand;
    await page.keyboard.type('exit\n');
    await page.locator('gh-terminal-pane .state.ended').waitFor(patience);
    await hand.tabTo('Connect again', 'Tab', 1);
    await hand.press('Enter');
    await page.locator('gh-terminal-pane .state.live').waitFor(patience);
    await expect.poll(() => hand.at()).toBe('Terminal input');
  });

  it('an auditor watches, searches what ran, and replays; the screen keeps no key', async () => {
    const user = await openTerminal();
    await user.page.keyboard.type('echo seen-by-keys\n');
    const auditor = await harness.addPerson('audrey', { role: 'auditor' });
    const hand = await enter(auditor);
    const { page } = hand;
    await hand.goTo('online');
    await hand.tabTo('Watch');
    await hand.press('Enter');
    await page.getByText('Live', { exact: true }).waitFor(patience);
    await hand.tabTo("The user's terminal");
    await hand.press('Tab');
    expect(await hand.at()).not.toBe("The user's terminal");
    await hand.goTo('command records');
    await hand.press('/');
    await hand.type('seen-by-keys');
    await page.locator('tbody tr', { hasText: 'echo seen-by-keys' }).waitFor(patience);
    await user.page.keyboard.type('exit\n');
    await user.page.locator('gh-terminal-pane .state.ended').waitFor(patience);
    await hand.goTo('login history');
    await hand.tabTo('Replay');
    await hand.press('Enter');
    const isPlaying = (): Promise<boolean> => page.getByRole('button', { name: 'Pause' }).isVisible();
    const speed = (): Promise<string | null> =>
      page.locator('.replay-speeds [aria-pressed=true]').textContent();
    await page.locator('.replay-controls button:not(:disabled)').first().waitFor(patience);
    await hand.tabTo('Download as asciicast'); // keys hold on its buttons too
    const before = (await speed())?.trim();
    await hand.press('>');
    await expect.poll(async () => (await speed())?.trim()).not.toBe(before);
    await hand.tabTo('Recording');
    const played = await isPlaying();
    await hand.press('Space');
    await expect.poll(isPlaying).toBe(!played);
    await hand.press('/');
    expect(await hand.at()).toBe('Search in what was shown');
    await hand.type('seen-by-keys');
    await hand.tabTo(/seen-by-keys/);
    await hand.press('Enter');
    await expect.poll(() => shown(page)).toContain('seen-by-keys');
    expect(browser.complaints).toEqual([]);
  }, 120_000);

  const shown = (page: Page): Promise<string | null> =>
    page.locator('.replay-stage .xterm-rows').textContent();
});
