import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { sftp } from '../gateway/file-clients.js';
import { Harness, type Person } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

/** The pause in the middle of the session, seconds. */
const PAUSE = 8;

/** Script of a page: each moment that the replay shows, in `moments`. */
const NOTE_MOMENTS = `
  globalThis.moments = [];
  const note = () => {
    const at = document.querySelector('[aria-label="Moment of the recording"]')?.value;
    if (at !== undefined && moments.at(-1) !== Number(at)) moments.push(Number(at));
    requestAnimationFrame(note);
  };
  note();`;

requires('hosts', 'ssh', 'terminal', 'browser').describe('the replay of a session', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let auditor: Person;
  let visitor: Visitor;
  let sessionId: string;

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
    const host = await harness.startHost({ name: 'web-01', accounts });
    const way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    auditor = await harness.addPerson('audrey', { role: 'auditor' });
    const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    const terminal = ssh.terminal(undefined, [], { rows: 20, columns: 70 });
    await terminal.waitFor('$ ');
    terminal.line('printf "\\033[1;32mneedle-%s\\033[0m\\n" "中文-$((40+2))"');
    await terminal.waitFor('needle-中文-42');
    await sleep(PAUSE * 1000);
    terminal.resize(30, 100);
    // the scroll region, the cursor and the colour that this leaves must be right after a jump, too
    terminal.line('seq 1 200000; printf "\\033[3;9r\\033[9;1H\\033[33mlast-%s\\n" $((50+5))');
    await terminal.waitFor('last-55');
    terminal.line('exit');
    await terminal.untilEnded();
    await sftp(ssh, [`get /etc/hostname ${join(harness.keys.folder, 'taken')}`]);
    const rows = await harness.sessions('&kind=ssh');
    sessionId = rows[0]?.id ?? '';
    visitor = await browser.enter(harness.product.url, auditor);
  }, 120_000);

  const shown = (): Promise<string | null> => visitor.page.locator('.replay-stage .xterm-rows').textContent();
  const moment = async (): Promise<number> =>
    Number(await visitor.page.getByLabel('Moment of the recording').inputValue());
  const noted = (): Promise<number[]> => visitor.page.evaluate<number[]>('moments');
  const moveTo = (seconds: number): Promise<void> =>
    visitor.page.getByLabel('Moment of the recording').fill(String(seconds));

  it('begins by itself, skips the pause, plays to the end and says how long it was; at another speed too', async () => {
    const { page } = visitor;
    await page.addInitScript({ content: NOTE_MOMENTS });
    await page.goto(`/audit/replay/${sessionId}`);
    await expect.poll(shown).toContain('last-55');
    await visitor.button('Play').waitFor();
    expect(await moment()).toBeGreaterThan(PAUSE);
    await expect.poll(() => page.locator('.replay-stage .xterm-rows > div').count()).toBe(30);
    // played at its own speed, only the pause can be gone from one frame to the next
    const moments = await noted();
    const steps = moments.map((at, index) => at - (moments[index - 1] ?? at));
    expect(steps.filter((step) => step > PAUSE / 2)).toHaveLength(1);
    await page.getByRole('button', { name: '×16' }).click();
    await visitor.button('Play').click();
    await expect.poll(async () => Math.min(...(await noted()).slice(moments.length))).toBeLessThan(PAUSE / 2);
    await expect.poll(shown).toContain('last-55');
    await visitor.button('Play').waitFor();
  });

  it('shows all rows, however high the window is', async () => {
    const { page } = visitor;
    const hidden = async (): Promise<number> => {
      const [drawn, room] = await Promise.all([
        page.locator('.replay-stage .xterm-screen').boundingBox(),
        page.locator('.replay-stage > div').boundingBox(),
      ]);
      return drawn && room ? drawn.y + drawn.height - room.y - room.height : Infinity;
    };
    const tallest = page.viewportSize()?.height ?? 0;
    for (let height = tallest - 200; height <= tallest; height += 8) {
      await page.setViewportSize({ width: 1360, height });
      // the page looks at its size once more than it changed
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      expect(await hidden(), `${height} px`).toBeLessThanOrEqual(0.5);
    }
  });

  it('says how long the session was while its recording still comes', async () => {
    const { page } = visitor;
    let letCome = (): void => undefined;
    const mayCome = new Promise<void>((resolve) => (letCome = resolve));
    await page.route(/\/recording/, async (route) => {
      await mayCome;
      await route.continue();
    });
    await page.reload();
    const told = (): Promise<string | null> => page.locator('.replay-time').first().textContent();
    await expect.poll(told).toMatch(/^00:00 \/ 00:\d\d$/);
    await expect.poll(async () => Number((await told())?.slice(-2))).toBeGreaterThanOrEqual(PAUSE);
    letCome();
    await page.unrouteAll({ behavior: 'wait' });
    await expect.poll(shown).toContain('last-55');
    await visitor.button('Play').waitFor();
  });

  it('a jump back shows exactly that moment, at its size; one forward the very end', async () => {
    const atEnd = await shown();
    await moveTo(PAUSE / 2);
    await expect.poll(shown).toContain('needle-中文-42');
    expect(await shown()).not.toContain('last-55');
    expect(await visitor.page.locator('.replay-stage .xterm-rows > div').count()).toBe(20);
    await moveTo(10_000);
    await expect.poll(shown).toBe(atEnd);
  });

  it('finds what was shown and jumps there', async () => {
    const { page } = visitor;
    const box = page.getByRole('searchbox');
    await box.fill('NEEDLE-中文-42');
    await page.getByText('Places: 1', { exact: true }).waitFor();
    await page.locator('.replay-hits button').click();
    await expect.poll(shown).toContain('needle-中文-42');
    expect(await moment()).toBeLessThan(PAUSE);
    await box.fill('was never there');
    await page.getByText('It was not shown.').waitFor();
    await box.press('Escape');
    await page.getByRole('heading', { name: 'Commands' }).waitFor();
  });

  it('obeys the keyboard', async () => {
    const { page } = visitor;
    await moveTo(0);
    await page.getByRole('button', { name: '×1', exact: true }).click();
    await page.locator('.replay-stage').click();
    await page.keyboard.press(' ');
    await visitor.button('Pause').waitFor();
    await page.keyboard.press(' ');
    await visitor.button('Play').waitFor();
    const before = await moment();
    await page.keyboard.press('ArrowRight');
    await expect.poll(moment).toBeCloseTo(before + 5, 0);
    await page.keyboard.press('>');
    await expect
      .poll(() => page.getByRole('button', { name: '×2' }).getAttribute('aria-pressed'))
      .toBe('true');
  });

  it('leads back to where it was opened, with its filters', async () => {
    const { page } = visitor;
    await page.goto('/audit/commands?q=seq');
    await page.getByRole('link', { name: 'Replay' }).first().click();
    await page.waitForURL('**/audit/replay/**');
    await visitor.link('Back').click();
    await page.waitForURL('**/audit/commands?q=seq');
    await page.goto(`/audit/replay/${sessionId}`);
    await visitor.link('Back').click();
    await page.waitForURL('**/audit/history');
  });

  it('from who and where an auditor gets to commands, their moment, files and operations by links alone', async () => {
    const { page } = visitor;
    const same = (list: string) =>
      page.getByRole('navigation', { name: 'The same in' }).getByRole('link', { name: list, exact: true });
    const download = async (press: () => Promise<void>): Promise<string> => {
      const [saved] = await Promise.all([page.waitForEvent('download'), press()]);
      return readFile(await saved.path(), 'utf8');
    };
    await page.goto('/audit/history');
    for (const [field, name] of [
      ['userId', 'alice'],
      ['assetId', 'web-01'],
      ['systemUserId', 'dev'],
    ]) {
      if (field === 'systemUserId') await visitor.button('More filters').click();
      await page.locator(`#${field}-filter`).click();
      await page.locator(`#${field}-filter`).pressSequentially(name ?? '');
      await page.locator('nz-option-item', { hasText: name }).first().click();
      await page.waitForURL(`**${field}=**`);
    }
    await same('Command records').click();
    await page.waitForURL(/commands\?(?=.*userId=)(?=.*assetId=)(?=.*systemUserId=)/);
    await visitor.button('Export').click();
    expect(await download(() => page.getByRole('menuitem', { name: 'CSV file' }).click())).toContain('seq 1');
    await visitor.row('needle').getByRole('link', { name: 'Replay from here' }).click();
    await expect.poll(shown).toContain('needle-中文-42');
    expect(await download(() => visitor.button('Download as asciicast').click())).toMatch(/^{"version":2/);
    await visitor.link('Session').click();
    await visitor.panel.getByText(/seq 1 200000/).waitFor();
    await page.goBack();
    await page.goBack();
    await same('File transfers').click();
    await visitor.row('/etc/hostname').getByRole('link', { name: 'Session' }).click();
    await visitor.panel.getByText('SFTP').first().waitFor();
    await visitor.panel.getByRole('link', { name: 'File transfers' }).click();
    await page.getByText('One session only').waitFor();
    await visitor.row('/etc/hostname').getByRole('link', { name: 'alice', exact: true }).click();
    await page.waitForURL('**userId=**');
    await same('Operations').click();
    await page.waitForURL('**/audit/operations?userId=**');
    await expect.poll(() => page.locator('#userId-filter').count()).toBe(1);
    expect(browser.complaints).toEqual([]);
  }, 60_000);

  it('days of an audit list are those of the zone in the profile', async () => {
    const { page } = visitor;
    await page.goto('/profile/me');
    await page.locator('nz-select:has(#timeZone)').click();
    await page.locator('#timeZone').pressSequentially('Kiritimati');
    await page.locator('nz-option-item', { hasText: 'Pacific/Kiritimati' }).click();
    await visitor.button('Save').click();
    await page.getByText('Saved', { exact: true }).waitFor();
    await page.goto('/audit/history');
    await page.locator('nz-range-picker').click();
    await page.locator('.ant-picker-footer').getByText('Today', { exact: true }).click();
    await page.waitForURL('**/audit/history?**from=**');
    const { searchParams } = new URL(page.url());
    const [from, to] = [searchParams.get('from') ?? '', searchParams.get('to') ?? ''];
    // 14 hours ahead of UTC
    expect(from).toMatch(/T10:00:00.000Z$/);
    expect(Date.parse(to) - Date.parse(from)).toBe(86_400_000);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(from));
    expect(Date.now()).toBeLessThan(Date.parse(to));
    const day = new Date(Date.parse(from) + 14 * 3_600_000).toISOString().slice(0, 10);
    await expect.poll(() => page.locator('nz-range-picker input').first().inputValue()).toBe(day);
    // an hour of them
    await visitor.field('Time on the last day').fill('11:00');
    await visitor.field('Time on the last day').press('Enter');
    await page.waitForURL(/to=[^&]*T21(%3A|:)00/);
    await visitor.field('Time on the first day').fill('10:30');
    await visitor.field('Time on the first day').press('Enter');
    await page.waitForURL(/from=[^&]*T20(%3A|:)30/);
    const [begin, end] = ['from', 'to'].map((name) => new URL(page.url()).searchParams.get(name) ?? '');
    expect(Date.parse(end ?? '') - Date.parse(begin ?? '')).toBe(30 * 60_000);
    expect(Date.parse(begin ?? '') - Date.parse(from)).toBe(10.5 * 3_600_000);
    await page.reload();
    await expect.poll(() => visitor.field('Time on the last day').inputValue()).toBe('11:00');
  });

  it('an hour that is none, or before the period begins, says so and changes nothing', async () => {
    const { page } = visitor;
    const lastHour = visitor.field('Time on the last day');
    const before = page.url();
    for (const [hour, why] of [
      ['25:99', 'A time from 00:00 to 24:00, for example 09:30.'],
      ['09:00', 'The period must end after it begins.'],
    ] as const) {
      await lastHour.fill(hour);
      await lastHour.press('Enter');
      await expect.poll(() => page.getByRole('alert').textContent()).toBe(why);
      expect(await lastHour.getAttribute('aria-describedby')).toBe(
        await page.getByRole('alert').getAttribute('id'),
      );
      expect(page.url()).toBe(before);
    }
    // as an input method for Chinese writes it
    await lastHour.fill('12：00');
    await lastHour.press('Enter');
    await page.waitForURL(/to=[^&]*T22(%3A|:)00/);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('says in words that there is none', async () => {
    await visitor.page.goto('/audit/replay/00000000-0000-7000-8000-000000000000');
    await visitor.page.getByRole('alert').waitFor();
    expect(browser.complaints).toEqual([]);
  });
});
