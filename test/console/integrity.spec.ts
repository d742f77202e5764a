import { beforeAll, expect, it } from 'vitest';
import { openDatabase } from '#libs/database';
import { newId } from '#libs/kernel';
import { Harness, type Person } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

const PATIENT = { timeout: 30_000 };

requires('ssh', 'browser').describe('the page of the audit’s integrity', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let auditor: Person;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  });
  beforeAll(async () => {
    auditor = await harness.addPerson('audrey', { role: 'auditor' });
  });

  function enter(locale: string, scheme: 'light' | 'dark'): Promise<Visitor> {
    return browser.enter(harness.product.url, auditor, locale, scheme);
  }

  async function tamper(): Promise<void> {
    const database = await openDatabase(harness.product.databaseUrl);
    try {
      await database.query(`UPDATE operations SET subject_name = 'mallory' WHERE id =
        (SELECT row_id FROM audit_seals WHERE kind = 'operation' ORDER BY seq LIMIT 1)`);
    } finally {
      await database.destroy();
    }
  }

  /** As if another api had found all whole. */
  async function pretend(): Promise<void> {
    const database = await openDatabase(harness.product.databaseUrl);
    const id = newId();
    const found = { apiId: id, api: 'elsewhere', number: 9, at: new Date(), records: 9, problem: null };
    const row = [id, JSON.stringify(found), 'aaaaaaaaaaaaaaaa', 'AAAA'];
    await database
      .query('INSERT INTO audit_checks VALUES ($1, $2, $3, $4)', row)
      .finally(() => database.destroy());
  }

  it('checks when an auditor says so, and names the first record that is not as it was', async () => {
    const { page, context } = await enter('en-GB', 'light');
    await page.getByRole('link', { name: 'Integrity' }).click();
    await page.getByText('Not checked yet').waitFor();
    await page.getByText('Chain (SHA-256)').waitFor(PATIENT);
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.getByText(/^Whole: \d+ records are as they were sealed$/).waitFor(PATIENT);
    expect(await page.getByRole('alert').count()).toBe(0);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    expect((await download).suggestedFilename()).toBe('audit.public.pem');
    await tamper();
    await page.getByRole('button', { name: 'Check now' }).click();
    const alert = page.getByRole('alert');
    await expect
      .poll(() => alert.allTextContents(), PATIENT)
      .toContainEqual(expect.stringMatching(/Operation #\d+: was changed after it was sealed/));
    await page.getByText('Not whole').waitFor();
    await pretend();
    await expect
      .poll(() => alert.allTextContents(), PATIENT)
      .toContainEqual(expect.stringMatching(/not signed by a key that is trusted here/));
    await context.close();

    const chinese = await enter('zh-CN', 'dark');
    await chinese.page.goto('/audit/integrity');
    await expect
      .poll(() => chinese.page.getByRole('alert').allTextContents(), PATIENT)
      .toContainEqual(expect.stringMatching(/操作 #\d+：封存后被修改/));
    expect(await chinese.page.locator('h1').textContent()).toBe('完整性');
    await chinese.context.close();
    expect(browser.complaints).toEqual([]);
  });
});
