import { afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Harness, type Person } from '../gateway/harness.js';
import { MailDesk } from '../gateway/mail-desk.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

const MAIL = 'Mail a link to set the password';
const OFF = 'No link to set a password can be mailed: mail is not set up.';

requires('ssh', 'browser').describe('links to set a password in the console', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;
  let desk: MailDesk;
  let boss: Person;
  let leader: Person;
  let ann: Person;

  beforeAll(async () => {
    harness = await Harness.start();
    desk = new MailDesk(harness);
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return () => browser.stop();
  });
  beforeAll(async () => {
    boss = await harness.addPerson('boss', { role: 'admin' });
    leader = await harness.addPerson('leader', { role: 'group_admin' });
    ann = await harness.addPerson('ann');
    await harness.admin.call('POST', '/user-groups', z.object({ id: z.uuid() }), {
      name: 'Web team',
      memberIds: [ann.id],
      administratorIds: [leader.id],
    });
  });
  afterEach(() => desk.clear());

  async function openAnn(person: Person): Promise<Visitor> {
    const visitor = await browser.enter(harness.product.url, person);
    await visitor.page.goto(`/users/${ann.id}`);
    await visitor.button('New one-time password').waitFor();
    return visitor;
  }

  it('are not offered before mail is set up: who may set it up is led there, others are told whom to ask', async () => {
    const group = await openAnn(leader);
    await group.page.getByText(OFF).waitFor();
    await group.page.getByText('An administrator can set it up in Settings → Mail.').waitFor();
    expect(await group.button(MAIL).count()).toBe(0);
    await group.leave();
    const admin = await openAnn(boss);
    await admin.page.getByText(OFF).waitFor();
    expect(await admin.button(MAIL).count()).toBe(0);
    await admin.page.goto('/users/new');
    await admin.page.getByText(OFF).waitFor();
    expect(await admin.page.locator('#mailPasswordLink').count()).toBe(0);
    await admin.link('Set it up').click();
    await admin.page.waitForURL('**/settings/mail');
    await admin.leave();
  }, 60_000);

  it('say what became of them: mailed, refused by the mail server, refused by the product', async () => {
    const good = await desk.serve();
    await desk.set(good.port);
    const admin = await openAnn(boss);
    await admin.button(MAIL).click();
    await good.mailTo('ann@example.org');
    await admin.page.getByText('A link was mailed to ann@example.org').waitFor();

    const strict = await desk.serve({
      onRcptTo: (_address, _session, done) =>
        done(Object.assign(new Error('5.1.1 no such mailbox'), { responseCode: 550 })),
    });
    await desk.set(strict.port);
    await admin.button(MAIL).click();
    await admin.page.getByText('The link could not be mailed to ann@example.org').waitFor();
    await admin.page.getByText('no such mailbox').waitFor();
    const group = await openAnn(leader);
    await group.page.getByText('Ask an administrator: Settings → Mail says why.').waitFor();
    expect(await group.page.getByText('no such mailbox').count()).toBe(0);
    await group.leave();

    await desk.set(good.port, { enabled: false });
    await admin.button(MAIL).click();
    await admin.page.getByText('Mail is switched off: set up Settings → Mail first').waitFor();
    await admin.page.reload();
    await admin.page.getByText(OFF).waitFor();
    await admin.page.getByText('The link could not be mailed to ann@example.org').waitFor();
    expect(browser.complaints).toEqual([]);
    await admin.leave();
  }, 60_000);
});
