import { NgTemplateOutlet } from '@angular/common';
import { Component, inject, input, type TemplateRef } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { dataSize } from '../display/data-size';
import { Icon } from '../display/icon';
import { StateMark, type StateKind } from '../display/state-mark';
import { Language } from '../language/language';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';
import { shownName } from './file-paths';
import type { FileQueue, MovingFile, TransferState } from './file-queue';

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
  imports: [Icon, NgTemplateOutlet, NzButtonComponent, StateMark],
  templateUrl: './transfer-list.html',
  styleUrl: './transfer-list.css',
})
export class TransferList<Entry extends MovingFile> {
  private readonly language = inject(Language);
  readonly queue = input.required<FileQueue<Entry>>();
  /** What the button says that tries again. */
  readonly retryWord = input.required<string>();
  /** Stands at the end of each entry, which it gets. */
  readonly details = input<TemplateRef<{ $implicit: Entry }>>();
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly marks = MARKS;
  protected readonly shown = shownName;

  protected sizeOf(bytes: number): string {
    return dataSize(bytes, this.language.shown());
  }

  protected retryFailed(): void {
    for (const entry of this.queue().failed()) this.queue().again(entry);
  }
}
