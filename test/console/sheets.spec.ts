import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { Harness, type Person } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

requires('ssh', 'browser').describe('spreadsheets in the console', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let operator: Person;
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
    operator = await harness.addPerson('olga', { role: 'admin' });
    auditor = await harness.addPerson('audrey', { role: 'auditor' });
    for (const [name, address] of [
      ['old-1', '10.0.0.1'],
      ['left', '10.0.0.9'],
    ]) {
      await harness.admin.do('POST', '/assets', { name, address });
    }
  });

  function enter(person: Person): Promise<Visitor> {
    return browser.enter(harness.product.url, person);
  }

  const csv = (text: string) => ({ name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });

  it('assets are checked, shown row by row with errors at their cells, imported and exported', async () => {
    const { page, leave } = await enter(operator).then((visitor) => ({
      page: visitor.page,
      leave: () => visitor.leave(),
    }));
    await page.goto('/assets');
    await page.getByRole('link', { name: 'Import' }).click();
    await page
      .locator('input[type=file]')
      .setInputFiles(csv('name,address,colour\nold-1,10.0.0.2,\nnew-1,10.0.0.3,\nbad-1,not an address,\n'));
    await page.getByText('1 row is refused').waitFor();
    await page.getByText('colour').waitFor();
    await page.locator('.error', { hasText: 'B4' }).waitFor();
    expect(await page.locator('.error').textContent()).toContain('not an address');
    expect(await page.locator('tbody tr', { hasText: 'old-1' }).textContent()).toContain('10.0.0.1');
    await page.getByRole('button', { name: /^Added/ }).click();
    await page.locator('tbody tr', { hasText: 'old-1' }).waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Import 2 rows' }).click();
    await page.getByText('Done: 1 added, 1 changed, 1 refused.').waitFor();
    const [refused] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Refused rows as a file' }).click(),
    ]);
    expect(refused.suggestedFilename()).toBe('assets-refused.xlsx');
    // not of the one that had no host key before
    await page.getByRole('button', { name: 'Scan host keys of what was imported' }).click();
    await page.waitForURL('**/assets/host-key-scans/*');
    await expect
      .poll(() => page.locator('tbody td a').allTextContents())
      .toEqual([expect.stringContaining('new-1'), expect.stringContaining('old-1')]);

    await page.goto('/assets?q=1&sort=-name');
    await page.getByRole('button', { name: 'Export' }).click();
    const [exported] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'CSV file' }).click(),
    ]);
    expect(exported.suggestedFilename()).toMatch(/^assets-\d{4}-\d\d-\d\d\.csv$/);
    const lines = (await readFile(await exported.path(), 'utf8')).split('\r\n');
    expect(lines.slice(1, 3).map((line) => line.split(',').slice(0, 2))).toEqual([
      ['old-1', '10.0.0.2'],
      ['new-1', '10.0.0.3'],
    ]);
    await leave();
  });

  it('a sheet with English headers is shown in the reader’s language', async () => {
    const visitor = await browser.enter(harness.product.url, operator, 'zh-CN');
    const { page } = visitor;
    await page.goto('/assets/import');
    const file = csv(
      'name,address,environment,active,labels\nzh-1,10.0.0.5,test,no,a=1;b=2\nzh@2,10.0.0.6,,,\n',
    );
    await page.locator('input[type=file]').setInputFiles(file);
    await expect
      .poll(() => visitor.row('zh-1').locator('.change').allTextContents())
      .toEqual(['地址10.0.0.5', '启用否', '环境测试', '标签a：1；b：2']);
    expect(await visitor.row('zh@2').locator('.error').textContent()).toMatch(/A3名称.*不能包含 @、# 和 \//s);
    await page.getByRole('button', { name: '语言' }).click();
    await page.getByRole('menuitemradio', { name: 'English' }).click();
    await expect
      .poll(() => visitor.row('zh@2').locator('.error').textContent())
      .toMatch(/A3Name.*@, # and \/ have a meaning/s);
    await visitor.leave();
  });

  it('a template explains its columns and is a file that can be imported; all rows or none', async () => {
    const visitor = await enter(operator);
    const { page } = visitor;
    await page.goto('/assets/import');
    const [template] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Template as CSV' }).click(),
    ]);
    const [headers = ''] = (await readFile(await template.path(), 'utf8'))
      .replace('\ufeff', '')
      .split('\r\n');
    expect(headers.split(',').length).toBeGreaterThan(20);
    const columns = headers.split(',').map((_, index) => ['whole-1', '10.0.0.4'][index] ?? '');
    const broken = columns.with(0, 'broken-1').with(1, 'no address');
    const file = csv([headers, columns.join(','), broken.join(',')].join('\n'));
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByText('1 row is refused').waitFor();
    await page.getByRole('checkbox', { name: 'All rows or none' }).check();
    await page.getByRole('button', { name: 'Import 1 row' }).click();
    await page.getByRole('alert').getByText('nothing was changed').waitFor();
    await page.getByRole('button', { name: 'Another file' }).click();
    await page.locator('input[type=file]').setInputFiles(csv([headers, broken.join(',')].join('\n')));
    await page.getByText('1 row is refused, and no other has anything to import').waitFor();
    await page.goto('/assets?q=whole-1');
    await page.getByText('Nothing matches this search').waitFor();
    await visitor.leave();
  });

  it('new users’ passwords are shown once', async () => {
    const visitor = await enter(operator);
    await visitor.page.goto('/users/import');
    await visitor.page.locator('input[type=file]').setInputFiles(csv('username,name\nfresh,Fresh Face\n'));
    await visitor.page.getByRole('button', { name: 'Import 1 row' }).click();
    await visitor.page.getByText('Done: 1 added').waitFor();
    expect(await visitor.page.locator('code').textContent()).toMatch(/^fresh,[\w-]{23}$/);
    await visitor.leave();
  });

  it('an import goes on when its page is left, stands among the jobs, and is found again with its passwords', async () => {
    await harness.addPerson('busy');
    const visitor = await enter(operator);
    const { page } = visitor;
    await page.goto('/users/import');
    await page
      .locator('input[type=file]')
      .setInputFiles(csv('username,name\nbusy,Busy Bee\nlate,Late Comer\n'));
    await page.getByRole('button', { name: 'Import 2 rows' }).waitFor();
    // somebody else's transaction holds a row, so that the import waits
    const other = new pg.Client({ connectionString: harness.product.databaseUrl });
    await other.connect();
    try {
      await other.query('BEGIN');
      await other.query("SELECT FROM users WHERE username = 'busy' FOR UPDATE");
      await page.getByRole('button', { name: 'Import 2 rows' }).click();
      await page.getByText('Importing: 0 of 2 rows').waitFor();
      await page.getByRole('link', { name: 'Back to the list' }).click();
      await page.getByRole('button', { name: '1 job under way' }).click();
      const job = page.getByRole('menuitem', { name: /Under way.*Import of users.*0 of 2/s });
      await job.click();
      await page.getByText('Importing: 0 of 2 rows').waitFor();
      await page.getByRole('link', { name: 'Back to the list' }).click();
    } finally {
      await other.query('ROLLBACK');
      await other.end();
    }
    await page.getByRole('button', { name: 'Jobs', exact: true }).click();
    await page.getByRole('menuitem', { name: /Under way/ }).waitFor({ state: 'detached' });
    await page
      .getByRole('menuitem', { name: /Done.*Import of users/s })
      .first()
      .click();
    await page.getByText('Done: 1 added, 1 changed').waitFor();
    expect(await page.locator('code').textContent()).toMatch(/^late,[\w-]{23}$/);
    await page.reload();
    await page.getByText('Done: 1 added, 1 changed').waitFor();
    expect(await page.locator('code').count()).toBe(0);
    await page.goto('/users/import?import=00000000-0000-4000-8000-000000000000');
    await page.getByRole('alert').getByText('upload the file again').waitFor();
    await visitor.leave();
  });

  it('auditors and users see neither', async () => {
    const visitor = await enter(auditor);
    await visitor.page.goto('/assets');
    await visitor.page.getByText('old-1').first().waitFor();
    expect(await visitor.page.getByRole('link', { name: 'Import' }).count()).toBe(0);
    expect(await visitor.page.getByRole('button', { name: 'Export' }).count()).toBe(0);
    await visitor.page.goto('/assets/import');
    await visitor.page.waitForURL((url) => !url.pathname.endsWith('/import'));
    await visitor.leave();
  });
});
