import { Service, computed, signal } from '@angular/core';
import { ASSET_ENVIRONMENTS } from '#libs/contracts';
import {
  type PaneLayout,
  type SplitDirection,
  panesOf,
  splitPane,
  withShare,
  withoutPane,
} from './pane-layout';
import type { Way } from '../workplace/reachable';
import type { LineState } from './terminal-line';

/** What a terminal opens to. */
export type TerminalPlace = Pick<Way, 'target' | 'title' | 'environment'>;

/** A terminal of the workplace. */
export interface OpenPane extends TerminalPlace {
  readonly key: number;
  readonly state: LineState['kind'];
}

/** One or more terminals that are seen at once. */
export interface TerminalTab {
  readonly key: number;
  /** What the person calls it; empty: it is called after the pane that they type into. */
  readonly name: string;
  readonly layout: PaneLayout;
  /** The pane that has the keys. */
  readonly typing: number;
  /** Whether what is typed goes to all its panes. */
  readonly together: boolean;
}

/** The open terminals of one workplace window: which tabs there are, what stands in each, and which is in front. */
@Service({ autoProvided: false })
export class TerminalTabs {
  private lastKey = 0;
  private readonly openPanes = signal<readonly OpenPane[]>([]);
  private readonly list = signal<readonly TerminalTab[]>([]);
  private readonly front = signal(0);

  readonly panes = this.openPanes.asReadonly();
  readonly all = this.list.asReadonly();
  readonly activeKey = this.front.asReadonly();
  readonly active = computed(() => this.list().find((tab) => tab.key === this.front()));
  readonly anyLive = computed(() => this.openPanes().some(isLive));

  /** Opens a terminal in a new tab, in front; gives the pane's key. */
  open(place: TerminalPlace): number {
    const pane = this.addPane(place);
    const key = ++this.lastKey;
    this.list.update((tabs) => [...tabs, { key, name: '', layout: pane, typing: pane, together: false }]);
    this.front.set(key);
    return pane;
  }

  /** Opens a terminal beside or below the one that has the keys; without an open tab, in a new one. */
  openBeside(place: TerminalPlace, direction: SplitDirection): number {
    const tab = this.active();
    if (!tab) return this.open(place);
    const pane = this.addPane(place);
    this.change(tab.key, { layout: splitPane(tab.layout, tab.typing, pane, direction), typing: pane });
    return pane;
  }

  /** One more terminal of the same asset and system user beside or below a pane. */
  split(pane: OpenPane, direction: SplitDirection): void {
    this.focus(pane.key);
    this.openBeside(pane, direction);
  }

  /** Tells a pane what was not known of its place when it was opened. */
  learn(pane: number, { title, environment }: TerminalPlace): void {
    this.changePane(pane, { title, environment });
  }

  /** Calls a tab by a name of the person's own; empty: as before. */
  rename(key: number, name: string): void {
    this.change(key, { name: name.trim() });
  }

  /** Moves a tab to that place in the row. */
  move(key: number, to: number): void {
    const tab = this.list().find((each) => each.key === key);
    if (!tab) return;
    this.list.update((tabs) => tabs.filter((each) => each !== tab).toSpliced(Math.max(0, to), 0, tab));
  }

  /** What a tab is called. */
  titleOf(tab: TerminalTab): string {
    const title = this.openPanes().find((pane) => pane.key === tab.typing)?.title ?? '';
    return tab.name || title;
  }

  /** What the assets of a tab are for: where a mistake would cost most stands for all. */
  environmentOf(tab: TerminalTab): TerminalPlace['environment'] {
    const all = this.panesOf(tab).map(({ environment }) => environment);
    return ASSET_ENVIRONMENTS.find((environment) => all.includes(environment)) ?? null;
  }

  panesOf(tab: TerminalTab): readonly OpenPane[] {
    const keys = panesOf(tab.layout);
    return keys.flatMap((key) => this.openPanes().filter((pane) => pane.key === key));
  }

  activate(key: number): void {
    this.front.set(key);
  }

  /** The pane has the keys now. */
  focus(pane: number): void {
    const tab = this.tabOf(pane);
    if (tab && tab.typing !== pane) this.change(tab.key, { typing: pane });
  }

  /** Gives the keys to the next (1) or previous (-1) pane of the tab in front. */
  stepPane(by: 1 | -1): void {
    const tab = this.active();
    if (!tab) return;
    const keys = panesOf(tab.layout);
    const next = keys[(keys.indexOf(tab.typing) + by + keys.length) % keys.length];
    if (next !== undefined) this.focus(next);
  }

  /** Whether what is typed in a tab goes to all its panes. */
  typeTogether(key: number, together: boolean): void {
    this.change(key, { together });
  }

  /** Another share for the first part of a split. */
  share(key: number, splitId: number, share: number): void {
    const tab = this.list().find((each) => each.key === key);
    if (tab) this.change(key, { layout: withShare(tab.layout, splitId, share) });
  }

  /** Closes a pane, which ends its session; the last one takes its tab with it. */
  closePane(pane: number): void {
    const tab = this.tabOf(pane);
    if (!tab) return;
    const layout = withoutPane(tab.layout, pane);
    if (layout === null) {
      this.close(tab.key);
      return;
    }
    const [first = 0] = panesOf(layout);
    const more = panesOf(layout).length > 1;
    const typing = tab.typing === pane ? first : tab.typing;
    this.openPanes.update((panes) => panes.filter(({ key }) => key !== pane));
    this.change(tab.key, { layout, typing, together: tab.together && more });
  }

  /** Closes a tab, which ends its sessions; its neighbour comes to the front. */
  close(key: number): void {
    const tabs = this.list();
    const at = tabs.findIndex((tab) => tab.key === key);
    const gone = tabs[at];
    if (!gone) return;
    const keys = new Set(panesOf(gone.layout));
    const rest = tabs.filter((tab) => tab !== gone);
    this.list.set(rest);
    this.openPanes.update((panes) => panes.filter((pane) => !keys.has(pane.key)));
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
  noteState(pane: number, state: LineState['kind']): void {
    const known = this.openPanes().find(({ key }) => key === pane);
    if (known && known.state !== state) this.changePane(pane, { state });
  }

  tabOf(pane: number): TerminalTab | undefined {
    return this.list().find((tab) => panesOf(tab.layout).includes(pane));
  }

  private addPane({ target, title, environment }: TerminalPlace): number {
    const key = ++this.lastKey;
    this.openPanes.update((panes) => [...panes, { key, target, title, environment, state: 'connecting' }]);
    return key;
  }

  private change(key: number, to: Partial<TerminalTab>): void {
    this.list.update((tabs) => tabs.map((tab) => (tab.key === key ? { ...tab, ...to } : tab)));
  }

  private changePane(key: number, to: Partial<OpenPane>): void {
    this.openPanes.update((panes) => panes.map((pane) => (pane.key === key ? { ...pane, ...to } : pane)));
  }
}

/** Whether closing it would end a session. */
export function isLive({ state }: OpenPane): boolean {
  return state === 'live' || state === 'cut';
}
