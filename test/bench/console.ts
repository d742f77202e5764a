import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { ConsoleBrowser } from '../console/browser.js';
import type { Person } from '../gateway/harness.js';
import { median, quantile, type Figures } from './figures.js';
import type { Bench } from './routes.js';

const ROUNDS = 7;
const ASSETS = 200;
const FILE_MEBIBYTES = 100;
const WATCHED_MS = 3000;
const LISTS = ['/assets', '/users', '/audit/history', '/my-assets'];
const listed = z.object({ items: z.array(z.object({ id: z.string() })) });
const LIMITS = { kilobytes: 350, listMs: 300, terminalMs: 500, stopMs: 200 };

/** B11: the console in a real browser: its first load, its lists, a terminal from the click on, and a flood in it. */
export async function measureConsole(bench: Bench): Promise<Figures> {
  const { harness } = bench;
  const operator = await prepare(bench);
  const browser = await ConsoleBrowser.start();
  const samples: Record<string, number[]> = {};
  const note = (what: string, value: number): void => void (samples[what] ??= []).push(value);
  try {
    const visitor = await browser.visit(harness.product.url);
    const { page } = visitor;
    const loaded = noteLoads(page);
    await visitor.logIn(operator.username, operator.password);
    await page.locator('gh-day-line').first().waitFor();
    let packed = 0;
    for (const url of loaded) {
      packed += gzipSync(await (await visitor.context.request.get(url)).body()).length;
    }
    note('first load, KiB gzip', packed / 1024);
    for (let round = 0; round <= ROUNDS; round++) {
      for (const path of LISTS) {
        const taken = await timeOf(() => goTo(page, path));
        // the first round loads the code of each page
        if (round > 0) note(`list ${path}, ms`, taken);
      }
    }
    await page.goto('/terminal');
    for (let round = 0; round <= ROUNDS; round++) {
      const opener = page.getByRole('button', { name: 'Open dev@web-01', exact: true });
      await opener.waitFor();
      const taken = await timeOf(async () => {
        await opener.click();
        await untilPrompt(page);
      });
      if (round > 0) note('terminal, from the click to the prompt, ms', taken);
      if (round < ROUNDS) await closeTab(page);
    }
    await flood(page, note);
  } finally {
    await browser.stop();
  }
  return figuresOf(samples);
}

async function prepare({ harness, asset }: Bench): Promise<Person> {
  const operator = await harness.addPerson('olga', { role: 'admin' });
  for (let number = 1; number <= ASSETS; number++) {
    await harness.admin.do('POST', '/assets', { name: `app-${number}`, address: `10.1.0.${number}` });
  }
  const idsOf = async (path: string): Promise<string[]> =>
    (await harness.admin.call('GET', path, listed)).items.map(({ id }) => id);
  await harness.addRule([operator.id], await idsOf('/assets?q=web-01'), await idsOf('/system-users'));
  await asset.exec(
    `base64 -w 100 /dev/urandom | head -c ${FILE_MEBIBYTES}M > /home/dev/big.txt; chmod a+r /home/dev/big.txt`,
  );
  return operator;
}

/** Addresses of everything that the page loads from now on. */
function noteLoads(page: Page): Set<string> {
  const urls = new Set<string>();
  page.on('response', (response) => {
    if (response.ok() && response.request().method() === 'GET') urls.add(response.url());
  });
  return urls;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** As a link does: the console is not loaded again. */
async function goTo(page: Page, path: string): Promise<void> {
  await page.evaluate(`history.pushState({}, '', '${path}'); dispatchEvent(new PopStateEvent('popstate'))`);
  await untilTrue(
    page,
    `location.pathname === '${path}' && document.querySelector('table[aria-busy=false] tbody tr:not(.skeleton), .nothing')`,
  );
}

const LAST_LINE = `[...document.querySelectorAll('gh-terminal-pane .xterm-rows > div')]
  .map((line) => line.textContent.trimEnd()).filter((line) => line !== '').at(-1)`;

const untilPrompt = (page: Page): Promise<unknown> =>
  untilTrue(page, `/^(?:\\^C)?\\$$/.test(${LAST_LINE} ?? '')`);

/** Looks with each frame. The page's own policy forbids it to evaluate texts, so playwright's way to wait is none here. */
function untilTrue(page: Page, condition: string): Promise<unknown> {
  return page.evaluate(`new Promise((resolve) => {
    const look = () => ((${condition}) ? resolve() : requestAnimationFrame(look));
    look();
  })`);
}

async function closeTab(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Close dev@web-01' }).click();
  await page.locator('dialog').getByRole('button', { name: 'Close' }).click();
  await page.locator('gh-terminal-pane').waitFor({ state: 'detached' });
}

/** `cat` of a big file: how long the page stands still at most meanwhile, and how soon Ctrl-C has ended it. */
async function flood(page: Page, note: (what: string, value: number) => void): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await page.keyboard.type('cat big.txt\n');
    await untilTrue(page, `(${LAST_LINE} ?? '').length > 60`);
    const still = await page.evaluate<number[]>(`new Promise((resolve) => {
      const gaps = [];
      const begin = performance.now();
      let last = begin;
      const frame = (now) => {
        gaps.push(now - last);
        last = now;
        if (now - begin < ${WATCHED_MS}) requestAnimationFrame(frame);
        else resolve(gaps.slice(1));
      };
      requestAnimationFrame(frame);
    })`);
    for (const gap of still) note(`between two frames during cat of ${FILE_MEBIBYTES} MiB, ms`, gap);
    const taken = await timeOf(async () => {
      await page.keyboard.press('Control+c');
      await untilPrompt(page);
    });
    note('from Ctrl-C to the prompt, ms', taken);
  }
}

function figuresOf(samples: Record<string, number[]>): Figures {
  const of = (what: string): number => median(samples[what] ?? []);
  const lists = Math.max(...LISTS.map((path) => of(`list ${path}, ms`)));
  return {
    id: 'B11',
    title: `the console in Chromium without a window, ${ASSETS} assets, median of ${ROUNDS}`,
    columns: ['what', 'median', 'p95', 'worst'],
    rows: Object.entries(samples).map(([what, series]) => [
      what,
      ...[median(series), quantile(series, 0.95), Math.max(...series)].map((value) => value.toFixed(0)),
    ]),
    samples,
    verdict:
      `Reach: first load ≤ ${LIMITS.kilobytes} KiB, lists ≤ ${LIMITS.listMs} ms, terminal ≤ ${LIMITS.terminalMs} ms, Ctrl-C ≤ ${LIMITS.stopMs} ms. ` +
      `Measured: ${of('first load, KiB gzip').toFixed(0)} KiB, ${lists.toFixed(0)} ms, ` +
      `${of('terminal, from the click to the prompt, ms').toFixed(0)} ms, ${of('from Ctrl-C to the prompt, ms').toFixed(0)} ms.`,
  };
}
