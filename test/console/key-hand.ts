import type { Page } from 'playwright-core';

/** The most stops from the top of a page to anything on it. */
const MOST_STOPS = 90;

/** What a screen reader would call the element that has the focus. */
const NAME = `(() => {
  const it = document.activeElement;
  const name = it.getAttribute('aria-label') || it.labels?.[0]?.innerText || it.innerText || it.placeholder || '';
  return it === document.body ? 'nothing' : name.replace(/\\s+/g, ' ').replace(/ optional$/, '').trim();
})()`;

/** Whether the element that has the focus can be told from the others: by a ring, or by the border of a field. */
const SEEN = `(async () => {
  const it = document.activeElement;
  await Promise.all(it.getAnimations().map((one) => one.finished.catch(() => undefined))); // it fades in
  const { outlineStyle, outlineWidth } = getComputedStyle(it);
  const isField = it.matches('input:not([type=checkbox], [type=radio]), textarea, [role=switch]');
  return isField || (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2);
})()`;

/** Somebody who has no mouse. */
export class KeyHand {
  constructor(readonly page: Page) {}

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key);
  }

  type(text: string): Promise<void> {
    return this.page.keyboard.type(text);
  }

  /** The name of what has the focus; `nothing`: none. */
  at(): Promise<string> {
    return this.page.evaluate<string>(NAME);
  }

  isSeen(): Promise<boolean> {
    return this.page.evaluate<boolean>(SEEN);
  }

  isIn(selector: string): Promise<boolean> {
    return this.page.evaluate<boolean>(`document.activeElement.closest('${selector}') !== null`);
  }

  /** Goes by Tab, or by another key, to the next element of that name. */
  async tabTo(name: string | RegExp, key = 'Tab', most = MOST_STOPS): Promise<void> {
    await this.step(key, name, most);
  }

  /** Goes through the parts of the workplace to the one that begins so. */
  async part(name: string | RegExp): Promise<void> {
    await this.step('Control+Shift+L', name, 8);
  }

  /** Goes to a page by its name. */
  async goTo(name: string): Promise<void> {
    await this.press('Control+k');
    await this.page.locator('[role=combobox]:focus').waitFor();
    await this.type(name);
    const lit = this.page.locator('[role=option][aria-selected=true]', { hasText: new RegExp(name, 'i') });
    await lit.waitFor();
    const before = this.page.url();
    await this.press('Enter');
    await this.page.waitForURL((url) => url.href !== before);
    await this.page.locator('h1').first().waitFor();
  }

  /** Takes the first hit for a name in a picker. */
  async pick(label: string, name: string): Promise<void> {
    await this.tabTo(label);
    await this.type(name);
    await this.page.locator('nz-option-item', { hasText: name }).first().waitFor();
    await this.page.locator('nz-option-item.ant-select-item-option-active', { hasText: name }).waitFor();
    await this.press('Enter');
    await this.page.locator('.ant-select-focused nz-select-item', { hasText: name }).waitFor();
  }

  /** Stops of Tab that can't be told from the rest of the page, of the next ones. */
  async unseenStops(count: number): Promise<string[]> {
    const unseen: string[] = [];
    for (let stop = 0; stop < count; stop++) {
      await this.press('Tab');
      const name = await this.at();
      if (name !== 'nothing' && !(await this.isSeen())) unseen.push(name);
    }
    return unseen;
  }

  private async step(key: string, name: string | RegExp, most: number): Promise<void> {
    const passed: string[] = [];
    for (let stop = 0; stop < most; stop++) {
      await this.press(key);
      const at = await this.at();
      if (typeof name === 'string' ? at === name : name.test(at)) return;
      passed.push(at);
    }
    throw new Error(`${String(name)} can't be reached by ${key}; passed: ${passed.join(' · ')}`);
  }
}
