import { Component, inject } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { dataSize } from '../display/data-size';
import { Icon } from '../display/icon';
import { StateMark, type StateKind } from '../display/state-mark';
import { Language } from '../language/language';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';
import { shownName } from './file-paths';
import { Transfers, type TransferState } from './transfers';

const MARKS: Readonly<Record<TransferState, StateKind>> = {
  waiting: 'idle',
  running: 'active',
  done: 'good',
  failed: 'bad',
  cancelled: 'idle',
};

/** Files on their way and what became of them. */
@Component({
  selector: 'gh-transfer-list',
  imports: [Icon, NzButtonComponent, StateMark],
  templateUrl: './transfer-list.html',
  styleUrl: './transfer-list.css',
})
export class TransferList {
  private readonly language = inject(Language);
  protected readonly transfers = inject(Transfers);
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly marks = MARKS;
  protected readonly shown = shownName;

  protected sizeOf(bytes: number): string {
    return dataSize(bytes, this.language.shown());
  }

  protected retryFailed(): void {
    for (const transfer of this.transfers.failed()) this.transfers.again(transfer);
  }
}
