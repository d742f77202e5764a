import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeEach } from 'vitest';
import { ConsoleBrowser } from './browser.js';

/** From the project's root; not a part of what is built. */
const FOLDER = 'dist/failures';
/** Of a page's text, in the log. */
const MOST_CHARACTERS = 3000;

/** Runs before the tests of the console: of each page that is open when one fails a picture is kept, its address and text told. */
beforeEach(({ task, onTestFailed }) => {
  onTestFailed(async () => {
    await mkdir(FOLDER, { recursive: true });
    const name = `${task.suite?.name ?? ''} ${task.name}`.replaceAll(/[^\p{L}\p{N}]+/gu, '-');
    for (const [index, page] of ConsoleBrowser.openPages().entries()) {
      await keep(page, join(FOLDER, `${name.slice(0, 120)}-${index + 1}.png`));
    }
  });
});

async function keep(page: Page, path: string): Promise<void> {
  try {
    await page.screenshot({ path, timeout: 5_000 });
    const text = await page.locator('body').innerText({ timeout: 5_000 });
    process.stdout.write(`${page.url()} (${path}) shows:\n${text.slice(0, MOST_CHARACTERS)}\n`);
  } catch (error) {
    process.stdout.write(`${page.url()} can't be pictured: ${String(error)}\n`);
  }
}
