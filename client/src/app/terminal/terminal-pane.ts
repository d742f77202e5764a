import {
  Component,
  DOCUMENT,
  DestroyRef,
  ElementRef,
  afterNextRender,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { Clipboard } from '../display/clipboard';
import { Clock } from '../display/clock';
import { clockDuration } from '../display/time-words';
import { injectKnownWords, injectWords } from '../language/words';
import { Questions } from '../question/questions';
import { CHARSETS, encode } from './charset';
import { EnvironmentMark } from './environment-mark';
import { harmlessPaste, linesOfPaste } from './paste';
import { TerminalLine } from './terminal-line';
import { TerminalScreen } from './terminal-screen';
import { TerminalSearch } from './terminal-search';
import { TerminalSettings } from './terminal-settings';
import { type OpenPane, TerminalTabs } from './terminal-tabs';
import { type Typist, Typing } from './typing';
import { isWorkplaceKey } from './workplace-keys';

/** So long after its last move the mouse counts as put aside. */
const STILL_MS = 2_500;

/** One terminal: the screen, what can be done with it, and the line below that says how it stands. */
@Component({
  selector: 'gh-terminal-pane',
  imports: [EnvironmentMark, NzButtonComponent, Icon, TerminalSearch],
  templateUrl: './terminal-pane.html',
  styleUrl: './terminal-pane.css',
  host: {
    '[attr.data-environment]': 'pane().environment',
    '(window:offline)': 'line()?.suspectCut()',
    '[class.typing]': 'active()',
    '[class.stirred]': 'stirred()',
    '(focusin)': 'tabs.focus(pane().key)',
    '(keydown)': 'rest()',
    '(mouseleave)': 'rest()',
    '(mousemove)': 'stir()',
  },
})
export class TerminalPane implements Typist {
  readonly pane = input.required<OpenPane>();
  /** Whether it has the keys. */
  readonly active = input.required<boolean>();
  /** Whether it is one of several in its tab. */
  readonly shared = input.required<boolean>();
  /** Whether what is typed into one of them goes to all. */
  readonly together = input.required<boolean>();
  readonly closed = output();
  /** The person wants to see the files of its asset, or no longer. */
  readonly filesWanted = output();

  protected readonly tabs = inject(TerminalTabs);
  protected readonly settings = inject(TerminalSettings);
  private readonly typing = inject(Typing);
  private readonly clock = inject(Clock);
  private readonly clipboard = inject(Clipboard);
  private readonly questions = inject(Questions);
  private readonly base = new URL(inject(DOCUMENT).baseURI);
  protected readonly t = injectWords();
  private readonly known = injectKnownWords();
  private readonly place: HTMLElement = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly host = viewChild.required<ElementRef<HTMLElement>>('screen');
  private screen: TerminalScreen | null = null;
  private leave: () => void = () => undefined;

  protected readonly charsets = CHARSETS;
  protected readonly charset = computed(() => this.settings.charsetOf(this.pane().target.assetId));
  protected readonly line = signal<TerminalLine | null>(null);
  protected readonly searching = signal(false);
  /** The mouse moves over it: the tools are shown. They step aside for who types or reads. */
  protected readonly stirred = signal(false);
  private stillness: ReturnType<typeof setTimeout> | undefined;
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
    effect(() => {
      const kind = this.state().kind;
      untracked(() => this.tabs.noteState(this.pane().key, kind));
    });
    effect(() => {
      const choices = this.settings.all();
      // the page takes the colours first
      queueMicrotask(() => this.screen?.dress(choices));
    });
    inject(DestroyRef).onDestroy(() => {
      this.rest();
      this.leave();
      this.line()?.close();
      this.screen?.dispose();
    });
  }

  type(text: string): void {
    this.line()?.send(encode(text, this.charset()));
  }

  paste(text: string): void {
    this.screen?.terminal.paste(text);
  }

  /** A new session in the same pane; what the last one showed stays above. */
  protected reconnect(): void {
    const screen = this.screen;
    if (!screen) return;
    this.line()?.close();
    screen.terminal.write('\r\n');
    this.line.set(new TerminalLine(this.pane().target, screen, this.base));
    screen.terminal.focus();
  }

  protected stir(): void {
    this.rest();
    this.stirred.set(true);
    this.stillness = setTimeout(() => this.stirred.set(false), STILL_MS);
  }

  protected rest(): void {
    clearTimeout(this.stillness);
    this.stirred.set(false);
  }

  protected readonly find = (text: string, direction: 'up' | 'down'): boolean =>
    this.screen?.find(text, direction) ?? false;

  protected toggleSearch(): void {
    this.searching.update((on) => !on);
    if (!this.searching()) this.screen?.terminal.focus();
  }

  protected speak(index: number): void {
    const charset = CHARSETS[index];
    if (charset) this.settings.speak(this.pane().target.assetId, charset);
    this.screen?.terminal.focus();
  }

  protected async copySelection(): Promise<void> {
    const text = this.screen?.terminal.getSelection();
    if (text) await this.clipboard.copy(text);
    this.screen?.terminal.focus();
  }

  protected copyIfChosen(): void {
    if (this.settings.all().copyOnSelect && this.screen?.terminal.hasSelection()) void this.copySelection();
  }

  /** Catches a paste before xterm.js does. */
  private async guardPaste(event: ClipboardEvent): Promise<void> {
    event.preventDefault();
    event.stopPropagation();
    const text = harmlessPaste(event.clipboardData?.getData('text/plain') ?? '');
    const lines = linesOfPaste(text);
    const { key, title } = this.pane();
    if (lines.length > 0) {
      const count = this.typing.receivers(key).length;
      const place = count > 1 ? this.t('terminal.together.places', { count }) : title;
      const yes = await this.questions.ask({
        heading: this.t('terminal.paste.heading', { count: lines.length }),
        text: this.t('terminal.paste.text', { place }),
        names: lines,
        yes: this.t('terminal.paste.yes'),
      });
      if (!yes) return;
    }
    this.typing.paste(key, text);
    this.screen?.terminal.focus();
  }

  private start(): void {
    const host = this.host().nativeElement;
    const screen = new TerminalScreen(host, this.settings.all(), this.charset, this.t('terminal.input'));
    const { terminal } = screen;
    const { key, target } = this.pane();
    this.screen = screen;
    this.leave = this.typing.join(key, this);
    terminal.onData((text) => this.typing.type(key, text));
    terminal.onBinary((bytes) => this.line()?.send(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))));
    terminal.onResize(() => this.noteSize());
    terminal.attachCustomKeyEventHandler(
      (event) => !this.ownKey(event) && !isWorkplaceKey(event) && !this.leaves(event),
    );
    host.addEventListener('paste', (event) => void this.guardPaste(event), { capture: true });
    new ResizeObserver(() => screen.fit()).observe(host);
    this.noteSize();
    this.line.set(new TerminalLine(target, screen, this.base));
    if (this.active()) terminal.focus();
  }

  private comeForward(): void {
    this.screen?.fit();
    const isHere = this.place.contains(document.activeElement);
    if (!isHere) this.screen?.terminal.focus();
  }

  private noteSize(): void {
    const size = this.screen?.size();
    if (!size) return;
    this.size.set(`${size.columns}×${size.rows}`);
    this.line()?.resize(size);
  }

  /** Nothing takes Tab any more: it leads on, to what connects again. */
  private leaves({ key }: KeyboardEvent): boolean {
    return key === 'Tab' && this.farewell() !== null;
  }

  /** Keys of the pane itself; all others belong to the asset or to the workplace. */
  private ownKey(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown' || !event.ctrlKey || !event.shiftKey) return false;
    if (event.code === 'KeyC') void this.copySelection();
    else if (event.code === 'KeyF') this.toggleSearch();
    else return false;
    event.preventDefault();
    return true;
  }
}
