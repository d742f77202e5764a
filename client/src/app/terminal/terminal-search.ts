import { Component, type ElementRef, afterNextRender, input, output, signal, viewChild } from '@angular/core';
import { injectWords } from '../language/words';

/** The box to search in what a terminal has shown: Enter goes up, Shift Enter down, Esc leaves. */
@Component({
  selector: 'gh-terminal-search',
  template: `<span class="told" role="status">{{ notFound() ? t('replay.noHits') : '' }}</span>
    <input
      #box
      type="text"
      autocomplete="off"
      spellcheck="false"
      [attr.aria-label]="t('terminal.search')"
      [placeholder]="t('terminal.search')"
      [class.not-found]="notFound()"
      (input)="search('up')"
      (keydown.enter)="search('up')"
      (keydown.shift.enter)="search('down')"
      (keydown.escape)="closed.emit()"
    />`,
  styles: `
    input {
      width: 220px;
      height: 26px;
      padding: 0 8px;
      border: 1px solid var(--terminal-bright-black);
      border-radius: 4px;
      background: var(--terminal-ground);
      color: var(--terminal-ink);
    }
    .told {
      margin: 0 8px;
      color: var(--terminal-ink);
    }
    .told:empty {
      margin: 0;
    }
    .not-found {
      border-color: var(--terminal-red);
    }
  `,
})
export class TerminalSearch {
  /** Marks the next place that holds the text; whether there is one. */
  readonly find = input.required<(text: string, direction: 'up' | 'down') => boolean>();
  readonly closed = output();

  protected readonly t = injectWords();
  protected readonly notFound = signal(false);
  private readonly box = viewChild.required<ElementRef<HTMLInputElement>>('box');

  constructor() {
    afterNextRender(() => this.box().nativeElement.focus());
  }

  protected search(direction: 'up' | 'down'): void {
    const text = this.box().nativeElement.value;
    this.notFound.set(text !== '' && !this.find()(text, direction));
  }
}
