import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { findProgram } from '../hosts/index.js';

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The first load on a busy machine. */
const LANDING_MS = 60_000;

/** How to start the browser. */
export interface BrowserOptions {
  /** Without WebGL xterm.js draws with DOM elements, whose text a test can read. */
  webgl?: boolean;
}

/** Debian's Chromium without a window. Each {@link Visitor} has its own empty profile. */
export class ConsoleBrowser {
  /** What pages complained of: script errors, and anything that the content security policy stopped. */
  readonly complaints: string[] = [];
  private static readonly running = new Set<ConsoleBrowser>();

  private constructor(private readonly browser: Browser) {
    ConsoleBrowser.running.add(this);
  }

  /** What all browsers of this process show. */
  static openPages(): Page[] {
    return [...ConsoleBrowser.running].flatMap(({ browser }) =>
      browser.contexts().flatMap((one) => one.pages()),
    );
  }

  static async start({ webgl = false }: BrowserOptions = {}): Promise<ConsoleBrowser> {
    const executablePath = findProgram('chromium');
    if (!executablePath) throw new Error('chromium is not installed');
    const args = webgl ? CHROMIUM_FLAGS : [...CHROMIUM_FLAGS, '--disable-3d-apis'];
    return new ConsoleBrowser(await chromium.launch({ executablePath, args }));
  }

  /** A person at their own browser. `locale` is what it asks for. */
  async visit(url: string, locale = 'en-GB', colorScheme: 'light' | 'dark' = 'light'): Promise<Visitor> {
    const context = await this.browser.newContext({
      baseURL: url,
      locale,
      colorScheme,
      ignoreHTTPSErrors: true, // proxies show a certificate of the test
      viewport: { width: 1360, height: 820 },
    });
    context.setDefaultTimeout(15_000);
    context.on('weberror', (error) => this.complaints.push(error.error().message));
    context.on('console', (message) => {
      if (/Content Security Policy|NG0\d+|TypeError/.test(message.text()))
        this.complaints.push(message.text());
    });
    return new Visitor(context, await context.newPage());
  }

  /** The same of somebody who has logged in, at the page where they land. */
  async enter(
    url: string,
    { username, password }: { username: string; password: string },
    locale?: string,
    colorScheme?: 'light' | 'dark',
  ): Promise<Visitor> {
    const visitor = await this.visit(url, locale, colorScheme);
    const { page } = visitor;
    await page.goto('/login');
    await page.locator('#username').fill(username);
    await page.locator('#password').fill(password);
    await page.locator('#password').press('Enter');
    await page.waitForURL('**/{home,my-assets}', { timeout: LANDING_MS });
    return visitor;
  }

  stop(): Promise<void> {
    ConsoleBrowser.running.delete(this);
    return this.browser.close();
  }
}

/** One person at one browser. */
export class Visitor {
  constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  async logIn(username: string, password: string): Promise<void> {
    await this.page.goto('/login');
    await this.field('User name').fill(username);
    await this.field('Password').fill(password);
    await this.button('Log in').click();
  }

  /** Fills the page for a new password. */
  async changePassword(current: string, next: string): Promise<void> {
    await this.field('Current password').fill(current);
    await this.page.getByLabel('New password', { exact: true }).fill(next);
    await this.field('New password, once more').fill(next);
    await this.button('Change password').click();
  }

  /** A control by its label. */
  field(label: string): Locator {
    return this.page.getByLabel(label, { exact: true });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  link(name: string): Locator {
    return this.page.getByRole('link', { name, exact: true });
  }

  /** A list's primary action; an empty list offers it twice. */
  add(name: string): Promise<void> {
    return this.link(name).first().click();
  }

  /** The side panel. */
  get panel(): Locator {
    return this.page.getByRole('dialog');
  }

  /** The row of a list that holds the text. */
  row(text: string): Locator {
    return this.page.locator('tbody tr', { hasText: text });
  }

  /** Searches in a picker and takes the one hit of that name. */
  async pick(inputId: string, name: string): Promise<void> {
    const box = this.page.locator(`#${inputId}`);
    await box.click();
    await box.pressSequentially(name);
    await this.page.locator('nz-option-item', { hasText: name }).first().click();
    const chosen = this.page.locator('nz-select', { has: box }).locator('nz-select-item', { hasText: name });
    await chosen.first().waitFor();
    await this.page.locator('#panel-heading').click();
  }

  leave(): Promise<void> {
    return this.context.close();
  }
}
