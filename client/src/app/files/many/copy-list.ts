import { Component, inject } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { dataSize } from '../../display/data-size';
import { Icon } from '../../display/icon';
import { StateMark, type StateKind } from '../../display/state-mark';
import { Language } from '../../language/language';
import { injectWords } from '../../language/words';
import { injectProblemWords } from '../../problem/problem-words';
import { shownName } from '../file-paths';
import type { TransferState } from '../transfers';
import { Copies } from './copies';
import { RunTable } from './run-table';

const MARKS: Readonly<Record<TransferState, StateKind>> = {
  waiting: 'idle',
  running: 'active',
  done: 'good',
  failed: 'bad',
  cancelled: 'idle',
};

/** Files on their way to many assets, and what became of them on each. */
@Component({
  selector: 'gh-copy-list',
  imports: [Icon, NzButtonComponent, RunTable, StateMark],
  templateUrl: './copy-list.html',
  styleUrls: ['../transfer-list.css', './copy-list.css'],
})
export class CopyList {
  private readonly language = inject(Language);
  protected readonly copies = inject(Copies);
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly marks = MARKS;
  protected readonly shown = shownName;

  protected sizeOf(bytes: number): string {
    return dataSize(bytes, this.language.shown());
  }

  protected retryFailed(): void {
    for (const copy of this.copies.failed()) this.copies.again(copy);
  }
}
