import {
  Component,
  ElementRef,
  afterRenderEffect,
  inject,
  input,
  model,
  output,
  untracked,
  viewChild,
} from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import type { FileView } from '../api/models/file-view';
import { dataSize } from '../display/data-size';
import { Icon } from '../display/icon';
import { When } from '../display/when';
import { Language } from '../language/language';
import { injectWords } from '../language/words';
import { isFile, isFolder } from './file-kind';
import { shownName } from './file-paths';
import type { FileOrder, FileSort } from './file-sort';

/** What went wrong, and with which file; '' with the folder. */
export interface FileFailure {
  readonly name: string;
  readonly words: string;
}

/** The files of a folder, one a row, with what may be done to each. */
@Component({
  selector: 'gh-file-table',
  imports: [Icon, NzButtonComponent, NzInputDirective, When],
  templateUrl: './file-table.html',
  styleUrl: './file-table.css',
})
export class FileTable {
  private readonly language = inject(Language);
  protected readonly t = injectWords();
  protected readonly shown = shownName;
  protected readonly isFolder = isFolder;
  protected readonly isFile = isFile;
  protected readonly sorts: readonly FileSort[] = ['name', 'size', 'modifiedAt'];

  readonly rows = input.required<readonly FileView[]>();
  readonly loading = input.required<boolean>();
  readonly mayUpload = input.required<boolean>();
  readonly mayDownload = input.required<boolean>();
  readonly failure = input.required<FileFailure | null>();
  readonly order = model.required<FileOrder>();
  /** What is being named: a file by its name, or a new folder (''). */
  readonly naming = model.required<string | null>();
  readonly opened = output<FileView>();
  readonly downloaded = output<FileView>();
  /** What is being named gets this name. */
  readonly named = output<string>();
  readonly removed = output<FileView>();

  private readonly place: HTMLElement = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly nameBox = viewChild<ElementRef<HTMLInputElement>>('nameBox');

  /** Where the keys go on once the rows have changed: the row of that name, or the first ('') of another folder. */
  private awaited: string | null = null;

  constructor() {
    let opener: Element | null = null;
    afterRenderEffect(() => {
      const box = this.nameBox()?.nativeElement;
      if (box) {
        opener = document.activeElement;
        box.focus();
        box.select();
      } else if (opener instanceof HTMLElement && document.activeElement === document.body) opener.focus();
    });
    afterRenderEffect(() => {
      this.rows();
      if (this.loading() || this.awaited === null || untracked(this.naming) !== null) return;
      const row = this.awaited === '' ? 'tbody tr' : `tr[data-name=${CSS.escape(this.awaited)}]`;
      this.awaited = null;
      const isTyping = document.activeElement?.matches('input, textarea');
      if (!isTyping) this.place.querySelector<HTMLElement>(`${row} button`)?.focus();
    });
  }

  protected open(file: FileView): void {
    if (isFolder(file)) this.awaited = '';
    this.opened.emit(file);
  }

  protected give(name: string): void {
    this.awaited = name;
    this.named.emit(name);
  }

  protected cancel(): void {
    this.awaited = null;
    this.naming.set(null);
  }

  protected sortBy(by: FileSort): void {
    this.order.update((now) => ({ by, down: now.by === by ? !now.down : by !== 'name' }));
  }

  protected sizeOf(bytes: number): string {
    return dataSize(bytes, this.language.shown());
  }
}
