import {
  Component,
  DOCUMENT,
  DestroyRef,
  type ElementRef,
  afterNextRender,
  computed,
  effect,
  inject,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { Clipboard } from '../display/clipboard';
import { Clock } from '../display/clock';
import { clockDuration } from '../display/time-words';
import { injectKnownWords, injectWords } from '../language/words';
import { Questions } from '../question/questions';
import { harmlessPaste, linesOfPaste } from './paste';
import { TerminalLine } from './terminal-line';
import { TerminalScreen } from './terminal-screen';
import type { TerminalTab } from './terminal-tabs';
import { TerminalTabs } from './terminal-tabs';

/** One terminal: the screen, what can be done with it, and the line below that says how it stands. */
@Component({
  selector: 'gh-terminal-pane',
  imports: [NzButtonComponent, Icon],
  templateUrl: './terminal-pane.html',
  styleUrl: './terminal-pane.css',
  host: { '(window:offline)': 'line()?.suspectCut()' },
})
export class TerminalPane {
  readonly tab = input.required<TerminalTab>();
  readonly active = input.required<boolean>();

  protected readonly tabs = inject(TerminalTabs);
  private readonly clock = inject(Clock);
  private readonly clipboard = inject(Clipboard);
  private readonly questions = inject(Questions);
  private readonly base = new URL(inject(DOCUMENT).baseURI);
  protected readonly t = injectWords();
  private readonly known = injectKnownWords();
  private readonly host = viewChild.required<ElementRef<HTMLElement>>('screen');
  private readonly searchBox = viewChild<ElementRef<HTMLInputElement>>('search');
  private readonly encoder = new TextEncoder();
  private screen: TerminalScreen | null = null;

  protected readonly line = signal<TerminalLine | null>(null);
  protected readonly searching = signal(false);
  protected readonly notFound = signal(false);
  protected readonly size = signal('');
  protected readonly state = computed(() => this.line()?.state() ?? { kind: 'connecting' as const });
  protected readonly time = computed(() => {
    const openedAt = this.line()?.openedAt();
    return openedAt ? clockDuration(this.clock.now() - openedAt) : '';
  });
  protected readonly farewell = computed(() => {
    const state = this.state();
    if (state.kind === 'refused') return this.known(`refusal.${state.code}`) ?? state.message;
    if (state.kind === 'ended')
      return state.message || (this.known(`terminalEnd.${state.reason}`) ?? state.reason);
    return null;
  });

  constructor() {
    afterNextRender(() => this.start());
    effect(() => {
      if (this.active()) queueMicrotask(() => this.comeForward());
    });
    effect(() => this.tabs.noteState(this.tab().key, this.state().kind));
    effect(() => this.screen?.setFontSize(this.tabs.fontSize()));
    inject(DestroyRef).onDestroy(() => {
      this.line()?.close();
      this.screen?.dispose();
    });
  }

  /** A new session in the same pane; what the last one showed stays above. */
  protected reconnect(): void {
    const screen = this.screen;
    if (!screen) return;
    this.line()?.close();
    screen.terminal.write('\r\n');
    this.line.set(new TerminalLine(this.tab().target, screen, this.base));
    screen.terminal.focus();
  }

  protected search(text: string, direction: 'up' | 'down'): void {
    this.notFound.set(text !== '' && !this.screen?.find(text, direction));
  }

  protected toggleSearch(): void {
    this.searching.update((on) => !on);
    this.notFound.set(false);
    if (this.searching()) setTimeout(() => this.searchBox()?.nativeElement.focus());
    else this.screen?.terminal.focus();
  }

  protected async copySelection(): Promise<void> {
    const text = this.screen?.terminal.getSelection();
    if (text) await this.clipboard.copy(text);
    this.screen?.terminal.focus();
  }

  /** Catches a paste before xterm.js does. */
  private async paste(event: ClipboardEvent): Promise<void> {
    event.preventDefault();
    event.stopPropagation();
    const text = harmlessPaste(event.clipboardData?.getData('text/plain') ?? '');
    const lines = linesOfPaste(text);
    if (lines.length > 0) {
      const yes = await this.questions.ask({
        heading: this.t('terminal.paste.heading', { count: lines.length }),
        text: this.t('terminal.paste.text', { place: this.tab().title }),
        names: lines,
        yes: this.t('terminal.paste.yes'),
      });
      if (!yes) return;
    }
    this.screen?.terminal.paste(text);
    this.screen?.terminal.focus();
  }

  private start(): void {
    const screen = new TerminalScreen(this.host().nativeElement, this.tabs.fontSize());
    const { terminal } = screen;
    this.screen = screen;
    terminal.onData((text) => this.line()?.send(this.encoder.encode(text)));
    terminal.onBinary((bytes) => this.line()?.send(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))));
    terminal.onResize(() => this.noteSize());
    terminal.attachCustomKeyEventHandler((event) => !this.ownKey(event));
    const guard = (event: ClipboardEvent): void => void this.paste(event);
    this.host().nativeElement.addEventListener('paste', guard, { capture: true });
    const observer = new ResizeObserver(() => screen.fit());
    observer.observe(this.host().nativeElement);
    this.noteSize();
    this.line.set(new TerminalLine(this.tab().target, screen, this.base));
    if (this.active()) terminal.focus();
  }

  private comeForward(): void {
    this.screen?.fit();
    this.screen?.terminal.focus();
  }

  private noteSize(): void {
    const size = this.screen?.size();
    if (!size) return;
    this.size.set(`${size.columns}×${size.rows}`);
    this.line()?.resize(size);
  }

  /** Keys of the pane itself; all others belong to the asset. */
  private ownKey(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown' || !event.ctrlKey || !event.shiftKey) return false;
    if (event.code === 'KeyC') void this.copySelection();
    else if (event.code === 'KeyF') this.toggleSearch();
    else return false;
    event.preventDefault();
    return true;
  }
}
