import {
  Component,
  ElementRef,
  Injector,
  afterNextRender,
  afterRenderEffect,
  inject,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { Icon } from '../display/icon';
import { injectWords } from '../language/words';
import { EnvironmentMark } from './environment-mark';
import { type LineState } from './terminal-line';
import { type TerminalPlace, type TerminalTab, TerminalTabs } from './terminal-tabs';

/** The row of tabs. They are moved by dragging or with Shift and an arrow, renamed by a double click or F2. */
@Component({
  selector: 'gh-terminal-tab-bar',
  imports: [EnvironmentMark, Icon],
  templateUrl: './terminal-tab-bar.html',
  styleUrl: './terminal-tab-bar.css',
})
export class TerminalTabBar {
  protected readonly tabs = inject(TerminalTabs);
  protected readonly t = injectWords();
  private readonly injector = inject(Injector);
  private readonly place: HTMLElement = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly nameBox = viewChild<ElementRef<HTMLInputElement>>('name');

  /** The person wants to close that tab. */
  readonly closing = output<TerminalTab>();

  /** Key of the tab that is being renamed; 0: none. */
  protected readonly renaming = signal(0);
  private dragged = 0;

  constructor() {
    afterRenderEffect(() => {
      const box = this.nameBox()?.nativeElement;
      box?.focus();
      box?.select();
    });
  }

  /** The worst state of a tab's panes stands for it. */
  protected stateOf(tab: TerminalTab): LineState['kind'] {
    const states = this.tabs.panesOf(tab).map(({ state }) => state);
    return WORST_FIRST.find((state) => states.includes(state)) ?? 'ended';
  }

  protected hintOf(environment: TerminalPlace['environment']): string {
    const hint = this.t('terminal.tabHint');
    return environment ? `${this.t(`assetEnvironment.${environment}`)}\n${hint}` : hint;
  }

  protected rename(tab: TerminalTab, name: string): void {
    if (this.renaming() !== tab.key) return;
    this.renaming.set(0);
    this.tabs.rename(tab.key, name);
  }

  /** The keys go on at the tab. */
  protected backTo(at: number): void {
    afterNextRender(() => this.focusTab(at), { injector: this.injector });
  }

  protected key(event: KeyboardEvent, tab: TerminalTab, at: number): void {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'F2') this.renaming.set(tab.key);
    else if (event.key === 'Delete') this.closing.emit(tab);
    else if (by !== 0 && event.shiftKey) this.shift(tab, at + by);
    else if (by !== 0) this.focusTab(at + by);
    else return;
    event.preventDefault();
  }

  protected drag(event: DragEvent, tab: TerminalTab): void {
    this.dragged = tab.key;
    event.dataTransfer?.setData('text/plain', this.tabs.titleOf(tab));
  }

  protected dragOver(event: DragEvent, over: TerminalTab, at: number): void {
    if (this.dragged === 0) return;
    event.preventDefault();
    if (over.key !== this.dragged) this.tabs.move(this.dragged, at);
  }

  protected drop(): void {
    this.dragged = 0;
  }

  private shift(tab: TerminalTab, to: number): void {
    if (to < 0 || to >= this.tabs.all().length) return;
    this.tabs.move(tab.key, to);
    // a moved element loses the focus
    this.backTo(to);
  }

  private focusTab(at: number): void {
    const all = this.place.querySelectorAll<HTMLElement>('[role=tab]');
    all[(at + all.length) % all.length]?.focus();
  }
}

const WORST_FIRST: readonly LineState['kind'][] = ['refused', 'cut', 'connecting', 'live'];
