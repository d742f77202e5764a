import { Component, type ElementRef, computed, effect, inject, signal, viewChild } from '@angular/core';
import { Router } from '@angular/router';
import { Icon } from '../display/icon';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';
import { Questions } from '../question/questions';
import { type Hit, injectQuickSearch } from './quick-search';
import { TerminalWindow } from './terminal-window';

const TYPING_PAUSE_MS = 120;

const ICONS: Readonly<Record<Hit['kind'], string>> = {
  way: 'code',
  page: 'right',
  asset: 'hdd',
  user: 'user',
  systemUser: 'idcard',
  rule: 'safety',
  session: 'history',
};

/** Ctrl-K: what was used last, or a few letters of anything that the person may see; Enter opens its terminal or page. */
@Component({
  selector: 'gh-quick-connect',
  imports: [Icon],
  templateUrl: './quick-connect.html',
  styleUrl: './quick-connect.css',
  host: { '(document:keydown)': 'openOnKey($event)' },
})
export class QuickConnect {
  private readonly router = inject(Router);
  private readonly window = inject(TerminalWindow);
  private readonly questions = inject(Questions);
  protected readonly t = injectWords();
  protected readonly problems = injectProblemWords();
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');
  private readonly box = viewChild<ElementRef<HTMLInputElement>>('box');

  protected readonly isOpen = signal(false);
  private readonly wanted = signal('');
  protected readonly lit = signal(0);
  private pause: ReturnType<typeof setTimeout> | undefined;

  /** Whether something was typed that is not yet looked for. */
  private readonly typing = signal(false);
  /** Enter came before what it is for. */
  private readonly hurried = signal(false);
  protected readonly icons = ICONS;
  protected readonly search = injectQuickSearch(computed(() => (this.isOpen() ? this.wanted() : undefined)));
  protected readonly hits = this.search.hits;
  protected readonly busy = computed(() => this.typing() || this.search.busy());

  constructor() {
    effect(() => {
      const hit = this.typing() ? undefined : this.hits()[this.lit()];
      if (!this.hurried() || (!hit && this.busy())) return;
      this.hurried.set(false);
      if (hit && this.isOpen()) this.go(hit);
    });
  }

  protected open(): void {
    this.wanted.set('');
    this.lit.set(0);
    this.typing.set(false);
    this.hurried.set(false);
    this.isOpen.set(true);
    this.dialog().nativeElement.showModal();
    setTimeout(() => this.box()?.nativeElement.focus());
  }

  protected close(): void {
    this.dialog().nativeElement.close();
  }

  protected type(text: string): void {
    clearTimeout(this.pause);
    this.typing.set(true);
    this.hurried.set(false);
    this.pause = setTimeout(() => {
      this.wanted.set(text.trim());
      this.lit.set(0);
      this.typing.set(false);
    }, TYPING_PAUSE_MS);
  }

  protected key(event: KeyboardEvent): void {
    const count = this.hits().length;
    const hit = this.hits()[this.lit()];
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' && count > 0) this.light((this.lit() + 1) % count);
    else if (event.key === 'ArrowUp' && count > 0) this.light((this.lit() + count - 1) % count);
    else if (event.key === 'Enter' && hit && !this.typing()) this.go(hit);
    else if (event.key === 'Enter' && this.busy()) this.hurried.set(true);
    else return;
    event.preventDefault();
  }

  protected go({ target }: Hit): void {
    this.close();
    if (typeof target === 'string') void this.router.navigateByUrl(target);
    else this.window.open(target);
  }

  private light(index: number): void {
    this.lit.set(index);
    document.getElementById(`quick-way-${index}`)?.scrollIntoView({ block: 'nearest' });
  }

  protected openOnKey(event: KeyboardEvent): void {
    if (
      event.key.toLowerCase() !== 'k' ||
      !(event.ctrlKey || event.metaKey) ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    // what is asked comes first
    if (!this.isOpen() && !this.questions.open()) this.open();
  }
}
