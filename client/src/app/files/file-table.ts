import {
  Component,
  ElementRef,
  afterRenderEffect,
  inject,
  input,
  model,
  output,
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

  constructor() {
    let named: string | null = null;
    afterRenderEffect(() => {
      const before = named;
      named = this.naming();
      const box = this.nameBox()?.nativeElement;
      box?.focus();
      box?.select();
      // the box took the focus with it: keys go on at the file
      if (before && named === null && document.activeElement === document.body)
        this.place.querySelector<HTMLElement>(`[data-renames=${CSS.escape(before)}]`)?.focus();
    });
  }

  protected sortBy(by: FileSort): void {
    this.order.update((now) => ({ by, down: now.by === by ? !now.down : by !== 'name' }));
  }

  protected sizeOf(bytes: number): string {
    return dataSize(bytes, this.language.shown());
  }
}
