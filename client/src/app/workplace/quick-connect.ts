import { Component, type ElementRef, computed, inject, resource, signal, viewChild } from '@angular/core';
import { Icon } from '../display/icon';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';
import { Reachable, type Way, waysOf } from './reachable';
import { TerminalWindow } from './terminal-window';

const TYPING_PAUSE_MS = 120;
const HITS = 12;

/** Ctrl-K: what was used last, or type a part of an asset's name or address; Enter opens the terminal. */
@Component({
  selector: 'gh-quick-connect',
  imports: [Icon],
  templateUrl: './quick-connect.html',
  styleUrl: './quick-connect.css',
  host: { '(document:keydown)': 'openOnKey($event)' },
})
export class QuickConnect {
  private readonly reachable = inject(Reachable);
  private readonly window = inject(TerminalWindow);
  protected readonly t = injectWords();
  protected readonly problems = injectProblemWords();
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');
  private readonly box = viewChild<ElementRef<HTMLInputElement>>('box');

  protected readonly isOpen = signal(false);
  private readonly wanted = signal('');
  protected readonly lit = signal(0);
  private pause: ReturnType<typeof setTimeout> | undefined;

  protected readonly found = resource({
    params: () => (this.isOpen() ? { q: this.wanted() } : undefined),
    loader: ({ params }) =>
      this.reachable.list({
        ...(params.q ? { q: params.q } : {}),
        page: 1,
        pageSize: HITS,
        sort: '-lastUsed',
      }),
  });
  protected readonly ways = computed<readonly Way[]>(() =>
    this.found.hasValue() ? waysOf(this.found.value().items).slice(0, HITS) : [],
  );

  protected open(): void {
    this.wanted.set('');
    this.lit.set(0);
    this.isOpen.set(true);
    this.dialog().nativeElement.showModal();
    setTimeout(() => this.box()?.nativeElement.focus());
  }

  protected close(): void {
    this.dialog().nativeElement.close();
  }

  protected type(text: string): void {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => {
      this.wanted.set(text.trim());
      this.lit.set(0);
    }, TYPING_PAUSE_MS);
  }

  protected key(event: KeyboardEvent): void {
    const count = this.ways().length;
    const way = this.ways()[this.lit()];
    if (event.key === 'ArrowDown' && count > 0) this.lit.update((at) => (at + 1) % count);
    else if (event.key === 'ArrowUp' && count > 0) this.lit.update((at) => (at + count - 1) % count);
    else if (event.key === 'Enter' && way) this.go(way);
    else return;
    event.preventDefault();
  }

  protected go(way: Way): void {
    this.close();
    this.window.open(way.target);
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
    if (!this.isOpen()) this.open();
  }
}
