import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Harness } from '../gateway/harness.js';
import { MailServer, tokenIn, until } from '../gateway/mail-server.js';
import { requires, run } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

const settings = z.looseObject({ enabled: z.boolean() });

requires('ssh', 'browser').describe('the profile page and passwords by mail', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let mail: MailServer;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  });
  beforeAll(async () => {
    mail = await MailServer.start({ authOptional: true, disabledCommands: ['STARTTLS'] });
    return () => mail.stop();
  });

  function enter(username: string, password: string): Promise<Visitor> {
    return browser.enter(harness.product.url, { username, password });
  }

  it('keeps name and time zone, makes a key once, and ends other logins', async () => {
    const person = await harness.addPerson('pia');
    const other = await enter('pia', person.password);
    const visitor = await enter('pia', person.password);
    const { page } = visitor;
    await page.goto('/profile');
    await page.waitForURL('**/profile/me');
    await visitor.field('Name').fill('Pia P.');
    await page.locator('nz-select:has(#timeZone)').click();
    await page.locator('#timeZone').pressSequentially('Shanghai');
    await page.locator('nz-option-item', { hasText: 'Asia/Shanghai' }).click();
    await visitor.button('Save').click();
    await page.getByText('Saved', { exact: true }).waitFor();
    await visitor.link('Keys').click();
    await page.waitForURL('**/profile/keys');
    await visitor.field('Name of the key').fill('laptop');
    await visitor.button('Make a key pair').click();
    await page.getByText('-----BEGIN OPENSSH PRIVATE KEY-----').waitFor();
    const line = page.locator('li', { hasText: 'laptop' });
    await line.getByText('SHA256:').waitFor();
    await page.goto('/profile/logins');
    await page.getByText('this one').waitFor();
    await visitor.button('End all others').click();
    await page.getByRole('dialog').getByRole('button', { name: 'End all others' }).click();
    await page.getByText('1 ended').waitFor();
    await other.page.reload();
    await other.page.waitForURL('**/login**');
    await Promise.all([visitor.leave(), other.leave()]);
    expect(browser.complaints).toEqual([]);
  }, 60_000);

  it('shows lines for ~/.ssh/config and known_hosts, from my assets on, that work as they are', async () => {
    const person = await harness.addPerson('sam');
    const visitor = await enter('sam', person.password);
    const { page } = visitor;
    await page.goto('/my-assets');
    await visitor.link('By SSH').click();
    await page.waitForURL('**/profile/ssh');
    const copied = (text: string): Promise<string> =>
      page.locator('.block code', { hasText: text }).innerText();
    const config = await copied('Host gatehouse');
    const folder = harness.keys.folder;
    const [configFile, hostsFile] = [join(folder, 'console-config'), join(folder, 'console-hosts')];
    const own = `IdentityFile ${person.key.file}\nUserKnownHostsFile ${hostsFile}\nStrictHostKeyChecking yes\n`;
    await writeFile(configFile, `${own}${config}\n`);
    await writeFile(hostsFile, `${await copied('ssh-ed25519')}\n`);
    const menu = await run('ssh', ['-F', configFile, '-o', 'BatchMode=yes', 'gatehouse'], { input: 'q\n' });
    expect(menu.text).toContain('Welcome to Gatehouse, Person sam.');
    const known = await run('ssh-keygen', ['-lf', hostsFile]);
    expect(await page.locator('gh-own-ssh').innerText()).toContain(known.text.split(' ')[1]);
    expect(await copied('sftp -P')).toMatch(/^sftp -P \d+ sam@127\./);
    await visitor.leave();
    expect(browser.complaints).toEqual([]);
  }, 60_000);

  it('an admin sets mail up and tries it; who forgot a password gets in by the mailed link', async () => {
    const person = await harness.addPerson('fay');
    await harness.addPerson('boss', { role: 'admin' });
    const stranger = await browser.visit(harness.product.url);
    await stranger.page.goto('/login');
    await stranger.button('Log in').waitFor();
    expect(await stranger.link('Forgotten your password?').count()).toBe(0);
    const admin = await enter('boss', 'pass phrase of boss 4712');
    await admin.page.goto('/settings/mail');
    await admin.field('Mail server').fill('127.0.0.1');
    await admin.field('Port').fill(String(mail.port));
    await admin.page.locator('nz-select#security, nz-select:has(#security)').click();
    await admin.page.locator('nz-option-item', { hasText: 'None' }).click();
    await admin.field('Sender address').fill('gatehouse@example.org');
    await admin.page.locator('#consoleUrl').fill(harness.product.url);
    await admin.page.locator('nz-switch button').click();
    await admin.button('Save').click();
    await admin.page.getByText('Saved', { exact: true }).waitFor();
    await admin.button('Send a test mail to me').click();
    await admin.page.getByText('The mail server took it:').waitFor();
    await mail.mailTo('boss@example.org');
    expect(await harness.admin.call('GET', '/settings/mail', settings)).toMatchObject({ enabled: true });
    await stranger.page.reload();
    await stranger.link('Forgotten your password?').click();
    await stranger.button('Send the link').waitFor(); // the page before it has a field of that name too
    await stranger.page.locator('#username').fill('fay@example.org');
    await stranger.button('Send the link').click();
    await stranger.page.getByText('If there is such an account, a mail is on its way.').waitFor();
    const reset = await until(() =>
      mail.mails.find(({ subject }) => subject === 'Set a new Gatehouse password'),
    );
    await stranger.page.goto(`/set-password#${tokenIn(reset)}`);
    await stranger.page.locator('#newPassword').fill('fay chose this 4716');
    expect(stranger.page.url()).toBe(`${harness.product.url}/set-password`);
    await stranger.field('New password, once more').fill('fay chose this 4716');
    await stranger.button('Set password').click();
    await stranger.page.waitForURL('**/login');
    await stranger.logIn(person.username, 'fay chose this 4716');
    await stranger.page.waitForURL('**/{home,my-assets}');

    // the link once more
    await stranger.page.goto(`/set-password#${tokenIn(reset)}`);
    await stranger.page.locator('#newPassword').fill('fay chose that 4716');
    await stranger.field('New password, once more').fill('fay chose that 4716');
    await stranger.button('Set password').click();
    await expect
      .poll(() => stranger.page.getByRole('alert').textContent())
      .toMatch(/^This link does not count: it was used[^:]*$/);
    await stranger.link('Ask for a new link').click();
    await stranger.page.waitForURL('**/forgotten-password');
    await Promise.all([admin.leave(), stranger.leave()]);
    expect(browser.complaints).toEqual([]);
  }, 90_000);

  it('an admin mails links to set passwords: to a new user by the form, to many by an import', async () => {
    await harness.admin.do('PUT', '/settings/mail', {
      enabled: true,
      ...{ host: '127.0.0.1', port: mail.port, security: 'none' },
      ...{ senderAddress: 'gatehouse@example.org', senderName: 'Gatehouse', consoleUrl: harness.product.url },
    });
    const { username, password } = await harness.addPerson('chief', { role: 'admin' });
    const admin = await enter(username, password);
    await admin.page.goto('/users/new');
    await admin.page.locator('#username').fill('nina');
    await admin.page.locator('#name').fill('Nina New');
    await admin.page.locator('nz-switch:has(#mailPasswordLink) button, button#mailPasswordLink').click();
    await admin.button('Save').click();
    await admin.page.locator('gh-field .problem').getByText('e-mail address').waitFor();
    await admin.page.locator('#email').fill('nina@example.org');
    await admin.button('Save').click();
    await admin.page.locator('#panel-heading').getByText('nina').waitFor();
    expect(await admin.page.locator('gh-once-shown').count()).toBe(0);
    const welcome = await mail.mailTo('nina@example.org');
    await admin.page.goto('/users/import');
    await admin.page.locator('input[type=file]').setInputFiles({
      name: 'staff.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('username,name,email\noda,Oda,oda@example.org\npaul,Paul,\n'),
    });
    await admin.page.getByLabel('Mail new users a link').check();
    await admin.button('Import 2 rows').click();
    await admin.page.getByText('on their way to 1 new user.').waitFor();
    expect(await admin.page.locator('gh-once-shown code').textContent()).toMatch(/^paul,[\w-]{23}$/);
    await mail.mailTo('oda@example.org');
    const nina = await browser.visit(harness.product.url);
    await nina.page.goto(`/set-password#${tokenIn(welcome)}`);
    await nina.page.locator('#newPassword').fill('nina chose this 4718');
    await nina.field('New password, once more').fill('nina chose this 4718');
    await nina.button('Set password').click();
    await nina.page.waitForURL('**/login');
    await nina.logIn('nina', 'nina chose this 4718');
    await nina.page.waitForURL('**/{home,my-assets}');
    await Promise.all([admin.leave(), nina.leave()]);
    expect(browser.complaints).toEqual([]);
  }, 90_000);
});
