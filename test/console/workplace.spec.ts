import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Harness, type Way } from '../gateway/harness.js';
import { requires, type Host } from '../hosts/index.js';
import { ConsoleBrowser } from './browser.js';

const withId = z.object({ id: z.uuid() });

requires('hosts', 'ssh', 'browser').describe('the terminal workplace', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let way: Way;
  let second: string;
  let hosts: [Host, Host];
  let page: Page;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 120_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  });
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    const start = (name: string): Promise<Host> => harness.startHost({ name, accounts });
    hosts = await Promise.all([start('web-01'), start('web-02')]);
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host: hosts[0], systemKey });
    second = await harness.addAsset('web-02', hosts[1]);
    await harness.recordPush(way.systemUserId, [second]);
    await harness.addRule([way.person.id], [second], [way.systemUserId]);
    const visitor = await browser.enter(harness.product.url, way.person);
    ({ page } = visitor);
    await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto('/terminal');
    await page.getByText('Choose an asset at the left.').waitFor();
  }, 120_000);

  const pane = (at: number) => page.locator('gh-terminal-pane').nth(at);
  const button = (name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' });

  async function textOf(at: number): Promise<string> {
    const lines = await pane(at).locator('.xterm-rows > div').allTextContents();
    return lines.map((line) => line.replaceAll('\u00a0', ' ').trimEnd()).join('\n');
  }
  const shows = (at: number, text: string | RegExp): Promise<void> =>
    expect.poll(() => textOf(at)).toMatch(text);
  const tabNames = async (): Promise<string[]> =>
    (await page.getByRole('tab').allTextContents()).map((name) => name.trim());

  it('says what is missing to somebody who may reach nothing yet', async () => {
    const visitor = await browser.enter(harness.product.url, await harness.addPerson('newcomer'));
    await visitor.page.goto('/terminal');
    await visitor.page.getByText('appear here as soon as an admin gives you a rule').waitFor();
    await visitor.page.getByText('Ask an admin for an authorization rule').waitFor();
    await visitor.leave();
  });

  it('keeps favourites at the top of the list, for the console as for the SSH menu', async () => {
    await page.getByRole('heading', { name: 'All others' }).waitFor();
    await page.getByRole('button', { name: /favourite.*web-02|web-02.*favourite/i }).click();
    const favourites = page.getByRole('list', { name: 'Favourites' });
    await expect.poll(() => favourites.textContent()).toContain('web-02');
    await page.reload();
    await expect.poll(() => favourites.textContent()).toContain('web-02');
    expect(await favourites.getByRole('listitem').count()).toBe(1);
  });

  it('splits a tab; keys go to one of its terminals, or to all of them', async () => {
    await button('Open dev@web-01').click();
    await shows(0, /dev@web-01:~\$/);
    await button('Open dev@web-02 beside').click();
    await shows(1, /dev@web-02:~\$/);
    await pane(1).locator('textarea:focus').waitFor({ state: 'attached' });
    await page.keyboard.type('echo only-$((1+1))-$(hostname)\n');
    await shows(1, /^only-2-web-02$/m);
    expect(await textOf(0)).not.toContain('only-');
    // the tools step aside for what is written, and are back for the mouse
    const opacity = (at = 1) =>
      page.evaluate(
        `Number(getComputedStyle(document.querySelectorAll("gh-terminal-pane .tools")[${at}]).opacity)`,
      );
    expect(await opacity()).toBe(0);
    await pane(1)
      .locator('.screen')
      .hover({ position: { x: 60, y: 200 } });
    await expect.poll(() => opacity()).toBeGreaterThan(0.3);
    // those of the other terminal are not there at all, and a mouse that rests hides them too
    expect(await opacity(0)).toBe(0);
    await expect.poll(() => opacity()).toBe(0);

    await page.keyboard.press('Control+Shift+B');
    await expect.poll(() => page.getByText('Typing into all').count()).toBe(2);
    await page.keyboard.type('echo all-$((2+3))-$(hostname)\n');
    await shows(0, /^all-5-web-01$/m);
    await shows(1, /^all-5-web-02$/m);
    // an answer of one terminal to its asset is nobody else's: both ask, each reads its own once
    await page.keyboard.type("clear; printf '\\033[6n'; read -rsdR p; echo at-${p#*[}; echo done-$((4+4))\n");
    await shows(0, /at-\d+;\d+[^]*done-8/);
    await shows(1, /at-\d+;\d+[^]*done-8/);
    for (const at of [0, 1]) expect(await textOf(at)).not.toMatch(/\d+;\d+R/);
    // side by side in a small window, the line below still has its character set, and says the state in words
    const usual = page.viewportSize();
    await page.setViewportSize({ width: 1280, height: 800 });
    for (const at of [0, 1]) {
      const line = await pane(at).locator('footer').boundingBox();
      const set = await pane(at).locator('footer select').boundingBox();
      expect((set?.x ?? Infinity) + (set?.width ?? 0)).toBeLessThanOrEqual(
        (line?.x ?? 0) + (line?.width ?? 0),
      );
      expect((await pane(at).getByText('Connected').boundingBox())?.width).toBeGreaterThan(40);
    }
    if (usual) await page.setViewportSize(usual);
  });

  it('a paste for several terminals says for how many, and comes once to each', async () => {
    const paste = `{
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', 'echo one-$((1+2))\\necho two-$((2+2))\\n');
      const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      document.activeElement.dispatchEvent(event);
    }`;
    await page.keyboard.type('clear\n');
    await page.evaluate(paste);
    await page.getByText('on 2 terminals').waitFor();
    await page.locator('dialog').getByRole('button', { name: 'Paste' }).click();
    await page.locator('gh-terminal-pane textarea:focus').waitFor({ state: 'attached' });
    await page.keyboard.type('\n');
    for (const at of [0, 1]) {
      await shows(at, /^one-3$[^]*^two-4$/m);
      expect((await textOf(at)).match(/^one-3$/gm)).toHaveLength(1);
    }
    await page.keyboard.press('Control+Shift+B');
    await expect.poll(() => page.getByText('Typing into all').count()).toBe(0);
  });

  it('is worked by keys: another pane, another split, its share, its end', async () => {
    await page.keyboard.press('Control+Shift+ArrowUp');
    await pane(0).locator('textarea:focus').waitFor({ state: 'attached' });
    await page.keyboard.type('echo first-$((3+4))\n');
    await shows(0, /^first-7$/m);
    await page.keyboard.press('Control+Shift+O');
    await shows(2, /dev@web-01:~\$/);
    const bar = page.getByRole('separator').nth(1);
    const before = (await pane(0).boundingBox())?.height ?? 0;
    await bar.focus();
    await page.keyboard.press('ArrowUp');
    await expect.poll(async () => (await pane(0).boundingBox())?.height).toBeLessThan(before);
    await pane(2).getByRole('button', { name: 'Close dev@web-01' }).click();
    await page.locator('dialog').getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => page.locator('gh-terminal-pane').count()).toBe(2);
  });

  it('shows the files of an asset beside its terminal', async () => {
    await hosts[1].exec('echo hello > /home/dev/beside.txt; chown dev /home/dev/beside.txt');
    await pane(1).getByRole('button', { name: 'Files of this asset' }).click();
    const files = page.getByRole('complementary', { name: 'Files of dev@web-02' });
    await files.getByRole('button', { name: 'beside.txt', exact: true }).waitFor();
    await files.getByRole('button', { name: 'Hide the files' }).click();
    await expect.poll(() => files.count()).toBe(0);
  });

  it('searches what has passed, and copies what is marked', async () => {
    await pane(1).locator('.xterm-screen').click();
    await page.keyboard.type('clear; echo needle-$((40+2)); seq 1 200\n');
    await shows(1, /^200$/m);
    expect(await textOf(1)).not.toContain('needle-42');
    await page.keyboard.press('Control+Shift+F');
    const box = page.getByRole('textbox', { name: /Search in the terminal/ });
    await box.fill('was never there');
    await page.getByText('It was not shown.').waitFor();
    await box.fill('needle-42');
    await page.getByText('It was not shown.').waitFor({ state: 'detached' });
    await shows(1, /needle-42/);
    await page.keyboard.press('Escape');
    const found = await pane(1).getByText('needle-42', { exact: true }).first().boundingBox();
    await page.mouse.dblclick((found?.x ?? 0) + 20, (found?.y ?? 0) + 5);
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toMatch(/needle/);
  });

  it('what connects again is all in its terminal, however narrow that is', async () => {
    const usual = page.viewportSize();
    await pane(1).locator('.xterm-screen').click();
    await page.keyboard.type('exit\n');
    const again = pane(1).getByRole('button', { name: 'Connect again' });
    await again.waitFor();
    for (const width of [1280, 700, 500]) {
      await page.setViewportSize({ width, height: 800 });
      const [place, note, press] = await Promise.all(
        [pane(1), pane(1).getByRole('alert'), again].map((each) => each.boundingBox()),
      );
      const right = (box: typeof place): number => (box?.x ?? 0) + (box?.width ?? 0);
      expect(note?.x).toBeGreaterThanOrEqual(place?.x ?? Infinity);
      expect(right(note ?? null)).toBeLessThanOrEqual(right(place ?? null));
      expect(right(press ?? null)).toBeLessThanOrEqual(right(note ?? null));
    }
    if (usual) await page.setViewportSize(usual);
    await again.click();
    await pane(1).getByText('Connected', { exact: true }).waitFor();
  });

  it('tabs are renamed and moved', async () => {
    await button('Open dev@web-02').click();
    await expect.poll(tabNames).toEqual([expect.stringContaining('dev@web-0'), 'dev@web-02']);
    const last = page.getByRole('tab').nth(1);
    await last.focus();
    await page.keyboard.press('F2');
    await page.getByRole('textbox', { name: 'Name of the tab' }).fill('night shift');
    await page.keyboard.press('Enter');
    await expect.poll(tabNames).toContain('night shift');
    await page.getByRole('tab', { name: 'night shift' }).focus();
    await page.keyboard.press('Shift+ArrowLeft');
    await expect.poll(async () => (await tabNames())[0]).toBe('night shift');
    await page.getByRole('tab').nth(1).dragTo(page.getByRole('tab').nth(0));
    await expect.poll(async () => (await tabNames())[1]).toBe('night shift');
  });

  it('what was used last stands in the list, and the asset’s page says who was there as whom', async () => {
    const list = await page.context().newPage();
    await list.goto('/terminal');
    const last = list.getByRole('list', { name: 'Used last' });
    await expect.poll(() => last.textContent()).toContain('web-01');
    await list.close();
    const admin = await browser.enter(
      harness.product.url,
      await harness.addPerson('olga', { role: 'admin' }),
    );
    await admin.page.goto(`/assets/${second}/access`);
    await expect.poll(() => admin.panel.textContent()).toMatch(/alice.*dev/s);
    await admin.panel.getByRole('link', { name: 'Pushes', exact: true }).click();
    await expect.poll(() => admin.panel.textContent()).toMatch(/dev.*Recorded/s);
    await admin.panel.getByRole('link', { name: 'Sessions', exact: true }).click();
    await expect.poll(() => admin.panel.textContent()).toMatch(/alice\s+dev.*Web terminal.*Online/s);
    await admin.leave();
  });

  it('reads and writes the character set of an asset, and keeps it with the other settings', async () => {
    await page.getByRole('tab', { name: 'night shift' }).click();
    const front = pane(2);
    await shows(2, /dev@web-02:~\$/);
    await front.getByLabel('Character set of the asset').selectOption('GBK');
    await front.locator('textarea:focus').waitFor({ state: 'attached' });
    await page.keyboard.type("clear; printf '\\xd6\\xd0\\xce\\xc4\\n'\n");
    await shows(2, /^中文$/m);
    await page.keyboard.type('echo reading; od -An -tx1\n');
    // before that the shell reads keys one by one, and takes Ctrl-D for one of them
    await shows(2, /^reading$/m);
    await page.keyboard.insertText('汉字');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+d');
    await shows(2, /ba ba d7 d6 0a/);
    await button('Settings of the terminals').click();
    await page.getByLabel('Colours').selectOption('Light');
    await button('Bigger letters').click();
    const ground = (): Promise<unknown> =>
      page.evaluate("getComputedStyle(document.querySelector('gh-terminal-page')).backgroundColor");
    await expect.poll(ground).toBe('rgb(251, 252, 252)');
    page.once('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await expect.poll(ground).toBe('rgb(251, 252, 252)');
    await button('Open dev@web-02').click();
    expect(await pane(0).getByLabel('Character set of the asset').inputValue()).toBe('GBK');
    await pane(0).getByText('Connected', { exact: true }).waitFor();
  });

  it('shows my assets by their groups, one request for each that is opened, all worked by keys', async () => {
    const many = Array.from({ length: 101 }, (_, at) => `spare-${String(at).padStart(3, '0')}`);
    const make = async (path: string, body: object): Promise<string> =>
      (await harness.admin.call('POST', path, withId, body)).id;
    const spares = await Promise.all(many.map((name) => make('/assets', { name, address: '10.9.9.9' })));
    const hidden = await make('/assets', { name: 'hidden', address: '10.9.9.9' });
    await harness.recordPush(way.systemUserId, [...spares, hidden]);
    await make('/asset-groups', { name: 'Many', assetIds: spares });
    await make('/asset-groups', { name: 'Secret', assetIds: [hidden] });
    const parentId = await make('/asset-groups', { name: 'Shanghai' });
    await make('/asset-groups', { name: 'Web', parentId, assetIds: [way.assetId] });
    await harness.addRule([way.person.id], spares, [way.systemUserId]);

    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/me/asset')) asked.push(new URL(request.url()).pathname);
    });
    await button('Show by group').click();
    const tree = page.getByRole('tree', { name: 'My assets by group' });
    const lines = async (): Promise<string[]> =>
      (await tree.getByRole('treeitem').allTextContents()).map((text) => text.trim().replace(/\s+/g, ' '));
    await expect.poll(lines).toEqual(['Many101', 'Shanghai1', 'In no group1']);
    expect(asked).toEqual(['/api/v1/me/asset-groups']);

    const lit = tree.locator('[role=treeitem]:focus');
    const press = async (key: string, name: string | RegExp): Promise<void> => {
      await page.keyboard.press(key);
      await lit.filter({ hasText: name }).waitFor();
    };
    await tree.getByRole('treeitem').first().focus();
    await press('ArrowRight', 'Many');
    await expect.poll(lines).toContain('Show more');
    expect(await tree.getByRole('treeitem', { name: 'spare-099' }).getAttribute('aria-setsize')).toBe('101');
    await press('ArrowDown', 'spare-000');
    await press('ArrowUp', 'Many');
    await press('s', 'spare-000');
    await press('End', 'In no group');
    await press('ArrowUp', 'Shanghai');
    await press('ArrowUp', 'Show more');
    await press('Enter', 'spare-100');
    await expect.poll(lines).not.toContain('Show more');
    await press('ArrowLeft', 'Many');
    await press('ArrowLeft', 'Many');
    await press('ArrowDown', 'Shanghai');
    await press('ArrowRight', 'Shanghai');
    await press('ArrowRight', 'Web');
    await press('Enter', 'Web');
    await tree.getByRole('treeitem', { name: 'web-01' }).waitFor();
    await press('ArrowRight', 'web-01');
    await press('ArrowLeft', 'Web');
    await press('Home', 'Many');
    await press('End', 'In no group');
    expect(asked).toEqual([...asked.slice(0, 1), ...Array<string>(3).fill('/api/v1/me/assets')]);
    await page.keyboard.press('ArrowRight');
    await tree.getByRole('treeitem', { name: 'web-02' }).waitFor();
    await press('ArrowRight', 'web-02');
    await page.keyboard.press('Control+Enter');
    await shows(1, /dev@web-02:~\$/);
  });

  it('colours a terminal by what its asset is for, and says it in a word; a tree is a tree next time too', async () => {
    await harness.change(`/assets/${second}`, { environment: 'production' });
    page.once('dialog', (dialog) => void dialog.accept());
    await page.reload();
    const tree = page.getByRole('tree');
    await tree.getByRole('treeitem', { name: 'In no group' }).click();
    await tree.getByRole('treeitem', { name: /web-02.*production/ }).click();
    await shows(0, /dev@web-02:~\$/);
    await page.getByRole('tab', { name: /web-02.*production/ }).waitFor();
    expect(await pane(0).locator('footer').textContent()).toContain('production');
    const colourOf = (property: string): Promise<unknown> =>
      page.evaluate(`getComputedStyle(document.querySelector('gh-terminal-pane')).${property}`);
    expect(await colourOf('borderTopWidth')).toBe('4px');
    expect(await colourOf('borderTopColor')).toBe('rgb(179, 38, 30)');
    await button('Show by group').click();
    await page.getByRole('heading', { name: 'All others' }).waitFor();
    expect(browser.complaints).toEqual([]);
  });
});
