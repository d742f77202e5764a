import { Component, inject, input } from '@angular/core';
import type { FileRunEntryView } from '../../api/models/file-run-entry-view';
import type { FileRunState } from '#libs/contracts';
import { dataSize } from '../../display/data-size';
import { StateMark, type StateKind } from '../../display/state-mark';
import { Language } from '../../language/language';
import { injectWords } from '../../language/words';
import { injectProblemWords } from '../../problem/problem-words';
import { shownName } from '../file-paths';

const MARKS: Readonly<Record<FileRunState, StateKind>> = {
  waiting: 'idle',
  running: 'active',
  done: 'good',
  failed: 'bad',
};

/** How it stands on each asset, and why something failed there. */
@Component({
  selector: 'gh-run-table',
  imports: [StateMark],
  templateUrl: './run-table.html',
  styleUrl: './run-table.css',
})
export class RunTable {
  private readonly language = inject(Language);
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly marks = MARKS;
  readonly entries = input.required<readonly FileRunEntryView[]>();
  /** Bytes that each is to get; absent: not known. */
  readonly size = input<number>();

  protected sizeOf(bytes: number): string {
    return dataSize(bytes, this.language.shown());
  }

  /** What the asset or the gateway said; in the language shown where that is known. */
  protected why({ code, reason, failures }: FileRunEntryView): string {
    const problem = { status: 0, code: code ?? '', detail: reason ?? '', errors: [], extra: {} };
    const more = failures > 1 ? ` ${this.t('manyFiles.andMore', { count: failures - 1 })}` : '';
    return shownName(this.problems.ofProblem(problem)) + more;
  }
}
