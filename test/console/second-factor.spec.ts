import { readFile } from 'node:fs/promises';
import jsQR from 'jsqr';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { AuthenticatorApp, codeAt } from '../api/authenticator-app.js';
import { Harness, type Person } from '../gateway/harness.js';
import { requires } from '../hosts/index.js';
import { ConsoleBrowser, type Visitor } from './browser.js';

const STEP = 30_000;

const picture = z.object({ width: z.number(), height: z.number(), data: z.array(z.number()) });

requires('ssh', 'browser').describe('second factor in the console', () => {
  let harness: Harness;
  let browser: ConsoleBrowser;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    browser = await ConsoleBrowser.start();
    return async () => {
      await browser.stop();
      expect(browser.complaints).toEqual([]);
    };
  });

  /** What a phone's camera reads off the screen. */
  async function readQrCode({ page }: Visitor): Promise<string> {
    const canvas = page.locator('nz-qrcode canvas');
    await canvas.waitFor();
    const read = `(() => {
      const canvas = document.querySelector('nz-qrcode canvas');
      const { width, height } = canvas;
      return { width, height, data: [...canvas.getContext('2d').getImageData(0, 0, width, height).data] };
    })()`;
    const { data, width, height } = picture.parse(await page.evaluate(read));
    return jsQR.default(Uint8ClampedArray.from(data), width, height)?.data ?? '';
  }

  /** Goes through the setup that is on the screen, keeps the recovery codes as a file. */
  async function setUp(visitor: Visitor): Promise<AuthenticatorApp> {
    await visitor.button('Set up an authenticator app').click();
    const uri = await readQrCode(visitor);
    const secret = new URL(uri).searchParams.get('secret') ?? '';
    const shown = await visitor.page.locator('#totp-secret').textContent();
    expect(shown?.replaceAll(' ', '')).toBe(secret);
    await visitor.field('Code').fill('12345');
    await visitor.button('Turn on').click();
    await visitor.page.getByText("The code doesn't fit").waitFor();
    await visitor.field('Code').fill(codeAt(secret, new Date()));
    await visitor.button('Turn on').click();
    const download = visitor.page.waitForEvent('download');
    await visitor.button('Save as file').click();
    const file = await (await download).path();
    const recoveryCodes = (await readFile(file, 'utf8')).trim().split('\n');
    expect(recoveryCodes).toHaveLength(10);
    await visitor.button('I have kept them').click();
    return new AuthenticatorApp(secret, uri, recoveryCodes);
  }

  async function passCode(visitor: Visitor, code: string): Promise<void> {
    await visitor.field('Code').fill(code);
    await visitor.button('Log in').click();
  }

  const nextCode = (app: AuthenticatorApp): string => app.code(new Date(Date.now() + STEP));

  async function visit({ username, password }: Person): Promise<Visitor> {
    const visitor = await browser.visit(harness.product.url);
    await visitor.logIn(username, password);
    return visitor;
  }

  it('is set up with a QR code, asked at the next login, renewed and turned off', async () => {
    const ann = await harness.addPerson('ann');
    const visitor = await visit(ann);
    await visitor.page.waitForURL('**/{home,my-assets}');
    await visitor.page.goto('/profile/second-factor');
    const app = await setUp(visitor);
    await visitor.page.getByText('Recovery codes left: 10').waitFor();
    await visitor.leave();

    const again = await visit(ann);
    await again.field('Code').waitFor();
    const focused = 'document.activeElement.id + document.activeElement.autocomplete';
    await expect.poll(() => again.page.evaluate(focused)).toBe('codeone-time-code');
    await passCode(again, app.wrongCode(new Date()));
    await again.page.getByText('The code is wrong').waitFor();
    await passCode(again, nextCode(app));
    await again.page.waitForURL('**/{home,my-assets}');

    await again.page.goto('/profile/second-factor');
    await again.field('Code').fill(app.recoveryCodes[0] ?? '');
    await again.button('New recovery codes').click();
    await again.page.getByText('Shown only now').waitFor();
    const renewed = await again.page.locator('gh-once-shown code').textContent();
    const [fresh = '', second = ''] = (renewed ?? '').trim().split('\n');
    expect(app.recoveryCodes).not.toContain(fresh);
    await again.leave();

    const byRecovery = await visit(ann);
    // A hand holds the button a moment; the empty field, left by it, must not move this one away meanwhile.
    await byRecovery.button('Use a recovery code').click({ delay: 200 });
    await byRecovery.field('Recovery code').fill(fresh);
    await byRecovery.button('Log in').click();
    await byRecovery.page.waitForURL('**/{home,my-assets}');
    await byRecovery.page.goto('/profile/second-factor');
    await byRecovery.page.getByText('Recovery codes left: 9').waitFor();
    await byRecovery.field('Code').fill(second);
    await byRecovery.button('Turn off').click();
    await byRecovery.page.getByRole('dialog').getByRole('button', { name: 'Turn off', exact: true }).click();
    await byRecovery.button('Set up an authenticator app').waitFor();
    await byRecovery.leave();
  });

  it('is forced on whom an administrator names, and reset by one', async () => {
    const olga = await harness.addPerson('olga', { role: 'admin' });
    const ben = await harness.addPerson('ben');
    const admin = await visit(olga);
    await admin.page.waitForURL('**/{home,my-assets}');
    await admin.page.goto(`/users/${ben.id}/edit`);
    await expect.poll(() => admin.field('User name').inputValue()).toBe('ben'); // the form has been filled
    await admin.page.getByText('Must have a second factor').click();
    await admin.button('Save').click();
    await admin.page.waitForURL(`**/users/${ben.id}`);

    const visitor = await visit(ben);
    await visitor.page.waitForURL('**/second-factor');
    await visitor.page.goto('/my-assets');
    await visitor.page.waitForURL('**/second-factor');
    await setUp(visitor);
    await visitor.page.waitForURL('**/{home,my-assets}');

    await admin.page.reload();
    await admin.button('Reset second factor').click();
    const question = admin.page.getByRole('dialog', { name: 'Reset the second factor of ben?' });
    await question.getByRole('button', { name: 'Reset second factor', exact: true }).click();
    await admin.page.getByText('The second factor was reset').waitFor();
    await expect.poll(() => admin.button('Reset second factor').count()).toBe(0);
    await visitor.page.goto('/profile/second-factor');
    await visitor.page.waitForURL('**/login**');
    await Promise.all([admin.leave(), visitor.leave()]);
  });

  it('is demanded of roles by the settings, of their administrator too', async () => {
    const pia = await harness.addPerson('pia', { role: 'admin' });
    const will = await harness.addPerson('will', { role: 'auditor' });
    const admin = await visit(pia);
    await admin.page.waitForURL('**/{home,my-assets}');
    await admin.page.goto('/settings/security');
    await admin.field('Chosen roles').check();
    await admin.field('Auditor').check();
    await admin.button('Save').click();
    await admin.page.getByText('Saved').waitFor();
    await admin.page.reload();
    await expect.poll(() => admin.field('Auditor').isChecked()).toBe(true);

    const auditor = await visit(will);
    await auditor.page.waitForURL('**/second-factor');
    await auditor.leave();

    await admin.field('Everybody').check();
    await admin.button('Save').click();
    await admin.page.waitForURL('**/second-factor');
    const app = await setUp(admin);
    expect(app.recoveryCodes).toHaveLength(10);
    await admin.page.goto('/settings/security');
    await admin.field('Nobody, unless their user says so').check();
    await admin.button('Save').click();
    await admin.page.getByText('Saved').waitFor();
    await admin.leave();
  });
});
