import { Service, inject } from '@angular/core';
import { panesOf } from './pane-layout';
import { TerminalTabs } from './terminal-tabs';

/** What a pane takes from the keyboard and the clipboard. */
export interface Typist {
  type(text: string): void;
  paste(text: string): void;
}

/**
 * Answers of a terminal to its asset, as xterm.js mixes them into what is typed: cursor position, device attributes,
 * modes, colours, focus, mouse (ECMA-48, xterm's ctlseqs). Each terminal gives its own; nobody else's asset asked.
 */
const ANSWER = /^(?:\[[?>=]?[\d;]*(?:\$y|[Rcnt])|\[[IO]$|\[M|\[<|[\]P])/;
const ESCAPE = '\u001b';

/** Where keys go: to one pane, or to all of its tab when they are typed together. */
@Service({ autoProvided: false })
export class Typing {
  private readonly tabs = inject(TerminalTabs);
  private readonly typists = new Map<number, Typist>();
  /** xterm.js gives a paste back as if it had been typed; it has gone to all already. */
  private pasting = false;

  /** A pane takes part from now on; gives what ends it. */
  join(pane: number, typist: Typist): () => void {
    this.typists.set(pane, typist);
    return () => this.typists.delete(pane);
  }

  /** What came out of a pane's terminal. */
  type(pane: number, text: string): void {
    const receivers = this.pasting || isAnswer(text) ? [pane] : this.receivers(pane);
    for (const key of receivers) this.typists.get(key)?.type(text);
  }

  /** A text for a pane and those that are typed into with it; each in its own form of paste. */
  paste(pane: number, text: string): void {
    this.pasting = true;
    for (const key of this.receivers(pane)) this.typists.get(key)?.paste(text);
    this.pasting = false;
  }

  /** Keys of the panes that get what is typed into this one. */
  receivers(pane: number): readonly number[] {
    const tab = this.tabs.tabOf(pane);
    return tab?.together ? panesOf(tab.layout) : [pane];
  }
}

function isAnswer(text: string): boolean {
  return text.startsWith(ESCAPE) && ANSWER.test(text.slice(ESCAPE.length));
}
