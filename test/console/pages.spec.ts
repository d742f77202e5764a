import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Harness, type Person } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

/** FEATURES B11. */
const FIRST_LOAD_LIMIT = 350 * 1024;
const ASSETS = 60;
const made = z.object({ id: z.string() });

requires('ssh', 'browser').describe('the pages of the console', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let auditor: Person;
  let operator: Person;

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
    operator = await harness.addPerson('olga', { role: 'admin' });
    for (let number = 1; number <= ASSETS; number++) {
      const name = `web-${String(number).padStart(2, '0')}`;
      const active = number % 2 === 0;
      await harness.admin.do('POST', '/assets', { name, address: `10.0.0.${number}`, active });
    }
  });

  function enter(person: Person, locale?: string): Promise<Visitor> {
    return browser.enter(harness.product.url, person, locale);
  }

  const heading = (page: Page): Promise<string | null> => page.locator('h1').textContent();

  it('the first page needs no more than 350 KB, compressed', async () => {
    const visitor = await browser.visit(harness.product.url);
    const loaded = new Map<string, { isPacked: boolean }>();
    visitor.page.on('response', (response) => {
      const isPacked = response.headers()['content-encoding'] !== undefined;
      if (response.ok() && response.request().method() === 'GET') loaded.set(response.url(), { isPacked });
    });
    await visitor.page.goto('/login');
    await visitor.field('User name').fill(operator.username);
    await visitor.field('Password').fill(operator.password);
    await visitor.button('Log in').click();
    await visitor.page.waitForURL('**/{home,my-assets}');
    await visitor.page.locator('gh-day-line').first().waitFor();
    await visitor.page.waitForLoadState('networkidle');
    // read again: the browser lets go of what it has used
    const parts = await Promise.all(
      [...loaded].map(async ([url, { isPacked }]) => {
        const body = await (await visitor.context.request.get(url)).body();
        return { url, isPacked, length: body.length, packed: gzipSync(body).length };
      }),
    );
    const isPlainCode = (part: (typeof parts)[number]): boolean =>
      /\.(?:js|css)$/.test(part.url) && !part.isPacked && part.length > 2048;
    expect(parts.length).toBeGreaterThan(5);
    expect(parts.filter(isPlainCode)).toEqual([]);
    expect(parts.reduce((sum, { packed }) => sum + packed, 0)).toBeLessThan(FIRST_LOAD_LIMIT);
    await visitor.leave();
  });

  it('never shows the other theme first', async () => {
    const visitor = await browser.visit(harness.product.url, 'en-GB', 'light');
    const sheets: string[] = [];
    visitor.page.on('request', (request) => {
      if (request.url().includes('/theme-')) sheets.push(request.url().replace(/.*\//, ''));
    });
    await visitor.page.goto('/login');
    await visitor.button('Theme').click();
    await visitor.page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await expect.poll(() => visitor.page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    sheets.length = 0;
    await visitor.page.reload({ waitUntil: 'commit' });
    await visitor.page.locator('gh-sign-in').waitFor();
    expect(sheets).toEqual(['theme-dark.css']);
    const ground = 'getComputedStyle(document.body).backgroundColor';
    expect(await visitor.page.evaluate(ground)).toBe('rgb(18, 20, 23)');
    await visitor.leave();
  });

  it('speaks the language of the browser, then that of the person’s profile', async () => {
    const first = await enter(operator, 'zh-CN');
    expect(await heading(first.page)).toContain('仪表盘');
    await first.page.getByRole('button', { name: '语言' }).click();
    await first.page.getByRole('menuitemradio', { name: 'English' }).click();
    await expect.poll(() => heading(first.page)).toContain('Dashboard');
    await first.leave();
    const elsewhere = await enter(operator, 'zh-CN');
    await expect.poll(() => heading(elsewhere.page)).toContain('Dashboard');
    await elsewhere.leave();
  });

  it('names several things and tells lengths of time as Chinese does', async () => {
    const groups = await Promise.all(
      ['一组', '二组'].map((name) => harness.admin.call('POST', '/user-groups', made, { name })),
    );
    const { id } = await harness.addPerson('zhang');
    await harness.change(`/users/${id}`, { groupIds: groups.map((group) => group.id) });
    const { page, ...visitor } = await enter(await harness.addPerson('zhao', { role: 'admin' }), 'zh-CN');
    await page.goto(`/users/${id}`);
    await expect.poll(() => page.getByRole('dialog').textContent()).toMatch(/一组、二组|二组、一组/);
    await page.goto('/profile/logins');
    await page.getByText('30 分钟未使用或满 12 小时后').waitFor();
    await visitor.context.close();
  });

  it('the rows stay where they are when one of them is ticked', async () => {
    const { page, ...visitor } = await enter(operator);
    await page.setViewportSize({ width: 1100, height: 800 }); // the filters take more than one line
    await page.goto('/assets');
    const row = page.locator('tbody tr', { hasText: 'web-01' });
    const before = await row.boundingBox();
    await row.getByRole('checkbox').check();
    await page.getByRole('toolbar').getByText('1 selected').waitFor();
    expect(await row.boundingBox()).toEqual(before);
    expect(await page.getByRole('searchbox').count()).toBe(0);
    await page.getByRole('button', { name: 'Clear selection' }).click();
    await page.getByRole('searchbox').waitFor();
    await visitor.context.close();
  });

  it('a row with several labels or a long address is one line, as any other', async () => {
    const labels = { app: 'nginx', team: 'payments', tier: 'front' };
    const asset = { name: 'web-00', address: 'node.in.the.far.example.org', labels };
    const { id } = await harness.admin.call('POST', '/assets', made, asset);
    const { page, ...visitor } = await enter(operator);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto('/assets?q=web-0');
    const rows = page.locator('tbody tr:not(.skeleton)');
    await expect.poll(() => rows.count()).toBe(10);
    const heights = await Promise.all(
      (await rows.all()).map(async (row) => (await row.boundingBox())?.height),
    );
    expect(new Set(heights).size).toBe(1);
    await rows.first().getByText('+2', { exact: true }).waitFor();
    expect(await page.evaluate("document.querySelector('gh-list .frame').scrollWidth")).toBe(
      await page.evaluate("document.querySelector('gh-list .frame').clientWidth"),
    );
    await harness.admin.do('DELETE', `/assets/${id}`);
    await visitor.context.close();
  });

  it('the form of an asset says when no default stands behind an empty admin account', async () => {
    const { page, ...visitor } = await enter(operator);
    await page.goto('/assets/new');
    await page.getByText('None: the default settings name none').waitFor();
    await visitor.context.close();
  });

  it('a list’s address is its view: search, filter, order and page', async () => {
    const { page, ...visitor } = await enter(operator);
    await page.goto('/assets');
    await page.locator('tbody tr').first().waitFor();
    await page.getByRole('button', { name: /^More filters/ }).click();
    await page.getByRole('group', { name: 'More filters' }).getByRole('button', { name: 'State' }).click();
    await page.getByRole('menuitemradio', { name: 'Inactive' }).click();
    await page.getByRole('searchbox').fill('web-0');
    await expect
      .poll(() => page.locator('tbody a').allTextContents())
      .toEqual([...['web-01', 'web-03', 'web-05', 'web-07', 'web-09']]);
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
    await expect.poll(() => page.locator('tbody a').first().textContent()).toBe('web-09');
    expect(page.url()).toMatch(/\/assets\?.*active=false/);
    await page.reload();
    await expect.poll(() => page.locator('tbody a').first().textContent()).toBe('web-09');
    await page.goto('/assets?pageSize=20&page=3');
    await expect.poll(() => page.locator('tbody a').first().textContent()).toBe('web-41');
    await page.goto('/assets?sort=;drop&page=-1&pageSize=7&active=perhaps');
    await expect.poll(() => page.locator('tbody tr').count()).toBe(50);
    await visitor.context.close();
  });

  it('operations say who changed what, from what to what', async () => {
    const id = (
      await harness.admin.call('POST', '/data-centers', made, { name: 'SH-1', operator: 'Telecom' })
    ).id;
    await harness.change(`/data-centers/${id}`, { operator: 'Unicom' });
    const visitor = await enter(auditor);
    await visitor.page.setViewportSize({ width: 1280, height: 800 });
    await visitor.page.goto('/audit/operations?sort=at');
    await visitor.page.getByText('Gatehouse itself').waitFor();
    const frame = "document.querySelector('gh-list .frame')";
    const outOfSight = `${frame}.scrollWidth - ${frame}.clientWidth`;
    expect(await visitor.page.evaluate(outOfSight)).toBe(0);
    await visitor.page.goto('/audit/operations');
    await visitor.page.getByRole('button', { name: 'To what' }).click();
    await visitor.page.getByRole('menuitemradio', { name: 'data center' }).click();
    const rows = visitor.page.locator('tbody tr:not(.skeleton)');
    await expect.poll(() => rows.count()).toBe(2);
    const changed = rows.first();
    expect(await changed.textContent()).toMatch(/admin.*changed.*data center.*SH-1.*Operator/s);
    await changed.locator('summary').click();
    await changed.locator('del', { hasText: 'Telecom' }).waitFor();
    await changed.locator('ins', { hasText: 'Unicom' }).waitFor();
    expect(await visitor.page.evaluate(outOfSight)).toBe(0);
    expect(await changed.locator('time').textContent()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    const saved = visitor.page.waitForEvent('download');
    await visitor.button('Export').click();
    await visitor.page.getByRole('menuitem', { name: 'CSV file' }).click();
    const file = await (await saved).path();
    expect((await readFile(file, 'utf8')).trim().split('\r\n')).toEqual([
      expect.stringContaining('Operation'),
      expect.stringContaining(',changed,data center,SH-1,Operator: Telecom,Operator: Unicom,'),
      expect.stringMatching(/,added,data center,SH-1,,"Name: SH-1\n[^"]*Operator: Telecom\n[^"]*",/),
    ]);
    await visitor.leave();
  });

  it('operations name settings and what was exported in the reader’s language', async () => {
    const visitor = await browser.enter(harness.product.url, auditor, 'zh-CN');
    await harness.admin.do('GET', '/audit/exports/commands?format=csv&language=en');
    await visitor.page.goto('/audit/operations?subjectType=audit');
    await expect
      .poll(() => visitor.page.locator('tbody tr:not(.skeleton)').first().textContent())
      .toMatch(/审计.*命令记录/s);
    await visitor.leave();
  });

  it('logins and sessions are looked up by days and by user', async () => {
    const visitor = await enter(auditor);
    const { page } = visitor;
    await page.goto('/audit/logins');
    await page.locator('tbody tr:not(.skeleton)').first().waitFor();
    await page.locator('nz-range-picker').click();
    await page.getByText('Yesterday', { exact: true }).click();
    await page.getByText('Nothing matches').waitFor();
    await page.goto('/audit/history');
    await page.locator('nz-select:has(#userId-filter)').click();
    await page.locator('nz-option-item', { hasText: operator.username }).click();
    await page.waitForURL((url) => url.searchParams.get('userId') === operator.id);
    await visitor.leave();
  });

  it('batch actions say how many, and reach everything that matches', async () => {
    const visitor = await enter(operator);
    await visitor.page.goto('/assets?active=false&pageSize=20');
    await visitor.page.locator('tbody tr').first().waitFor();
    await visitor.page.locator('thead input').check();
    await visitor.page.getByText('20 selected').waitFor();
    await visitor.button('Select all 30 that match').click();
    await visitor.page.getByText('30 selected').waitFor();
    await visitor.button('Activate').click();
    await visitor.page.getByText('30 activated').waitFor();
    await visitor.page.getByText('Nothing matches').waitFor();
    await visitor.leave();
  });

  it('works from the keyboard alone', async () => {
    const { page, context } = await enter(operator);
    await page.goto('/assets');
    await page.locator('tbody tr').first().waitFor();
    await page.keyboard.press('/');
    await page.locator('gh-filter-row input:focus').waitFor();
    await page.keyboard.type('web-1');
    await expect.poll(() => page.locator('tbody tr').count()).toBe(10);
    await page.locator('tbody tr').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('#panel-heading').textContent()).toBe('web-11');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(await page.evaluate('document.activeElement.textContent')).toContain('web-11');
    await page.keyboard.press('Control+k');
    await page.locator('[role=combobox]:focus').waitFor();
    await page.keyboard.press('Escape');
    await context.close();
  });

  it('shows an auditor what is, and no button that changes it', async () => {
    const { page, context } = await enter(auditor);
    for (const [path, title] of [
      ['/users', 'Users'],
      ['/assets', 'Assets'],
      ['/rules', 'Rules'],
      ['/audit/online', 'Online'],
      ['/audit/logins', 'Logins'],
    ] as const) {
      await page.goto(path);
      await expect.poll(() => heading(page)).toContain(title);
      await expect.poll(() => page.locator('table[aria-busy=false]').count()).toBe(1);
      expect(await page.getByRole('link', { name: /^Add/ }).count()).toBe(0);
      expect(await page.locator('tbody input[type=checkbox]').count()).toBe(0);
    }
    await page.goto('/assets/new');
    await page.waitForURL('**/{home,my-assets}');
    await page.goto('/assets');
    await page.getByRole('link', { name: 'web-01' }).click();
    await page.getByText('nobody can connect yet').waitFor();
    expect(await page.getByRole('button', { name: /Edit|Delete|Scan|activate/ }).count()).toBe(0);
    await context.close();
  });

  it('hostile names stay text', async () => {
    const name = '<img src=x onerror=document.title="owned">';
    await harness.admin.do('POST', '/user-groups', { name, comment: '{{constructor.constructor("x")()}}' });
    const { page, context } = await enter(operator);
    await page.goto('/user-groups');
    await expect.poll(() => page.locator('tbody a').first().textContent()).toBe(name);
    await page.locator('tbody a').first().click();
    await expect.poll(() => page.locator('#panel-heading').textContent()).toBe(name);
    expect(await page.title()).not.toContain('owned');
    await context.close();
  });

  it('says so at the address of something that is not there, and shows no form that could be filled', async () => {
    const { page, ...visitor } = await enter(operator);
    const gone = '01a2274a-2808-7000-bdb8-4eaf61266299';
    const forms = ['users', 'assets', 'system-users'].map((kind) => `/${kind}/${gone}/edit`);
    const kinds = ['users', 'user-groups', 'assets', 'asset-groups', 'data-centers', 'admin-accounts'];
    const details = [...kinds, 'sudo-aliases', 'rules', 'system-users'].map((kind) => `/${kind}/${gone}`);
    for (const address of [...forms, ...details]) {
      await page.goto(address);
      await expect
        .poll(() => page.getByRole('alert').allTextContents(), { message: address })
        .toHaveLength(1);
      const panel = page.getByRole('dialog');
      expect(await panel.getByRole('alert').textContent(), address).toMatch(/^\s*No such [a-z ]+\.\s*$/);
      expect(await panel.locator('input, textarea, button[type=submit]').count(), address).toBe(0);
      expect(await panel.getByRole('heading').first().textContent(), address).not.toMatch(/^(Add|Edit)/);
    }
    await visitor.context.close();
  });

  it('an address can not send people elsewhere after the login', async () => {
    const visitor = await browser.visit(harness.product.url);
    for (const next of [
      'https://evil.example/',
      '//evil.example/',
      '/\\evil.example',
      'javascript:alert(1)',
    ]) {
      await visitor.page.goto(`/login?next=${encodeURIComponent(next)}`);
      await visitor.field('User name').fill(operator.username);
      await visitor.field('Password').fill(operator.password);
      await visitor.button('Log in').click();
      await visitor.page.waitForURL(`${harness.product.url}/home`);
    }
    await visitor.leave();
  });

  it('no page broke the content security policy or threw an error', () => {
    expect(browser.complaints).toEqual([]);
  });
});
