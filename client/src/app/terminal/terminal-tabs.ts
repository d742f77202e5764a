import { Service, computed, signal } from '@angular/core';
import { readStored, writeStored } from '../account/stored';
import type { LineState, TerminalTarget } from './terminal-line';

/** A terminal of the workplace. */
export interface TerminalTab {
  readonly key: number;
  readonly target: TerminalTarget;
  /** `systemuser@asset`. */
  readonly title: string;
  readonly state: LineState['kind'];
}

const FONT_KEY = 'gatehouse.terminal.font';
const USUAL_FONT = 14;
const FONT_LIMITS = { min: 9, max: 28 };

/** The open terminals of one workplace window, and which is in front. */
@Service({ autoProvided: false })
export class TerminalTabs {
  private lastKey = 0;
  private readonly list = signal<readonly TerminalTab[]>([]);
  private readonly front = signal(0);
  private readonly font = signal(parseFont(readStored(FONT_KEY)));

  readonly all = this.list.asReadonly();
  readonly activeKey = this.front.asReadonly();
  readonly active = computed(() => this.list().find((tab) => tab.key === this.front()));
  readonly anyLive = computed(() => this.list().some((tab) => tab.state === 'live' || tab.state === 'cut'));
  /** Pixels, for all terminals; kept on this browser. */
  readonly fontSize = this.font.asReadonly();

  /** Opens a terminal in a new tab, in front; gives the tab's key. */
  open(target: TerminalTarget, title: string): number {
    const key = ++this.lastKey;
    this.list.update((tabs) => [...tabs, { key, target, title, state: 'connecting' }]);
    this.front.set(key);
    return key;
  }

  /** Gives a tab the title that was not known when it was opened. */
  rename(key: number, title: string): void {
    this.list.update((tabs) => tabs.map((tab) => (tab.key === key ? { ...tab, title } : tab)));
  }

  activate(key: number): void {
    this.front.set(key);
  }

  /** Closes a tab, which ends its session; its neighbour comes to the front. */
  close(key: number): void {
    const tabs = this.list();
    const at = tabs.findIndex((tab) => tab.key === key);
    const rest = tabs.filter((tab) => tab.key !== key);
    this.list.set(rest);
    if (this.front() === key) this.front.set((rest[at] ?? rest[at - 1])?.key ?? 0);
  }

  /** Brings the next (1) or previous (-1) tab to the front. */
  step(by: 1 | -1): void {
    const tabs = this.list();
    const at = tabs.findIndex((tab) => tab.key === this.front());
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (next) this.front.set(next.key);
  }

  /** Keeps what a pane says of its line. */
  noteState(key: number, state: LineState['kind']): void {
    this.list.update((tabs) => {
      const changed = tabs.some((tab) => tab.key === key && tab.state !== state);
      return changed ? tabs.map((tab) => (tab.key === key ? { ...tab, state } : tab)) : tabs;
    });
  }

  changeFontSize(by: number): void {
    this.font.update((size) => Math.min(FONT_LIMITS.max, Math.max(FONT_LIMITS.min, size + by)));
    writeStored(FONT_KEY, String(this.font()));
  }
}

function parseFont(stored: string | null): number {
  const size = Number(stored);
  return size >= FONT_LIMITS.min && size <= FONT_LIMITS.max ? size : USUAL_FONT;
}
