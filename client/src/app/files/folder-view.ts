import { Component, DOCUMENT, computed, inject, input, linkedSignal, output, signal } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import type { FileView } from '../api/models/file-view';
import { Icon } from '../display/icon';
import { injectWords } from '../language/words';
import { KeysGoOn } from '../panel/keys-go-on';
import { injectProblemWords } from '../problem/problem-words';
import { Questions } from '../question/questions';
import { FileDesk, type FilePlace } from './file-desk';
import { isFile, isFolder } from './file-kind';
import { folderTrail, parentOf, pathIn, shownName } from './file-paths';
import { type FileFailure, FileTable } from './file-table';
import { injectFolderContent } from './folder-content';
import { TransferList } from './transfer-list';
import { Transfers } from './transfers';

/** Above this, the browser itself saves the file as it comes; below, this page shows its progress. */
const KEPT_BYTES = 256_000_000;

/** A folder of an asset: what is in it, what may be done with it, and the transfers under way. */
@Component({
  selector: 'gh-folder-view',
  imports: [FileTable, Icon, NzButtonComponent, NzInputDirective, TransferList],
  providers: [Transfers],
  templateUrl: './folder-view.html',
  styleUrl: './folder-view.css',
  hostDirectives: [KeysGoOn],
  host: { '(window:beforeunload)': 'askBeforeUnload($event)' },
})
export class FolderView {
  private readonly desk = inject(FileDesk);
  private readonly questions = inject(Questions);
  private readonly document = inject(DOCUMENT);
  protected readonly transfers = inject(Transfers);
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly shown = shownName;

  readonly place = input.required<FilePlace>();
  /** The folder; undefined: where a login begins. */
  readonly path = input<string>();
  /** The person goes to that folder. */
  readonly went = output<string>();

  private readonly content = injectFolderContent(this.place, this.path);
  protected readonly listed = this.content.listed;
  protected readonly folder = this.content.folder;
  protected readonly rows = this.content.rows;
  protected readonly undrawn = this.content.undrawn;
  protected readonly hiddenCount = this.content.hiddenCount;
  protected readonly search = this.content.search;
  protected readonly withHidden = this.content.withHidden;
  protected readonly order = this.content.order;
  protected readonly trail = computed(() => folderTrail(this.folder()?.path ?? this.path() ?? '/'));
  protected readonly above = computed(() => parentOf(this.folder()?.path ?? this.path() ?? '/'));
  protected readonly mayUpload = computed(() => this.folder()?.actions.includes('upload') ?? false);
  protected readonly mayDownload = computed(() => this.folder()?.actions.includes('download') ?? false);

  /** What is being named: a file by its name, or a new folder (''). */
  protected readonly naming = linkedSignal<unknown, string | null>({
    source: () => this.folder()?.path,
    computation: () => null,
  });
  /** What went wrong, and with which file; '' with the folder. */
  protected readonly failure = linkedSignal<unknown, FileFailure | null>({
    source: () => this.folder()?.path,
    computation: () => null,
  });
  protected readonly isOver = signal(false);

  constructor() {
    this.transfers.onUploaded = () => {
      if (this.transfers.open() === 0) this.listed.reload();
    };
  }

  protected open(file: FileView): void {
    const path = this.pathOf(file.name);
    if (isFolder(file)) return this.went.emit(path);
    if (isFile(file) && this.mayDownload()) this.download(file);
  }

  protected download({ name, size }: FileView): void {
    const place = this.place();
    const path = this.pathOf(name);
    // over plain http browsers don't say that a link is ours, and it would be refused
    if (size <= KEPT_BYTES || !this.document.defaultView?.isSecureContext) {
      this.transfers.add([{ place, path, name, size }]);
      return;
    }
    const link = this.document.createElement('a');
    link.href = this.desk.address(place, path);
    link.download = name;
    link.click();
  }

  protected pick(event: Event): void {
    if (!(event.target instanceof HTMLInputElement)) return;
    const files = [...(event.target.files ?? [])];
    event.target.value = '';
    void this.upload(files);
  }

  protected drag(event: DragEvent): void {
    if (!this.mayUpload()) return;
    event.preventDefault();
    this.isOver.set(true);
  }

  protected drop(event: DragEvent): void {
    this.isOver.set(false);
    if (!this.mayUpload() || !event.dataTransfer) return;
    event.preventDefault();
    const items = [...event.dataTransfer.items];
    const folders = items.filter((item) => item.webkitGetAsEntry()?.isDirectory);
    if (folders.length > 0) {
      this.failure.set({ name: '', words: this.t('files.noFolders') });
      return;
    }
    void this.upload([...event.dataTransfer.files]);
  }

  protected async upload(files: readonly File[]): Promise<void> {
    const [place, folder] = [this.place(), this.folder()];
    if (!folder) return;
    this.failure.set(null);
    const there = new Set(folder.items.map(({ name }) => name));
    const doubles = files.map(({ name }) => name).filter((name) => there.has(name));
    const replaces =
      doubles.length > 0 &&
      (await this.questions.ask({
        heading: this.t('files.replaceHeading'),
        text: this.t('files.replaceText', { count: doubles.length }),
        names: doubles.map(shownName),
        yes: this.t('files.replace'),
        ...(doubles.length < files.length && { no: this.t('files.keep') }),
        destroys: true,
      }));
    const chosen = files.filter(({ name }) => replaces || !there.has(name));
    this.transfers.add(
      chosen.map((file) => {
        const { name, size } = file;
        const path = pathIn(folder.path, name);
        return { place, path, name, size, file, overwrite: there.has(name) };
      }),
    );
  }

  /** Gives what is being named its name. */
  protected async name(to: string): Promise<void> {
    const [place, from] = [this.place(), this.naming()];
    if (from === null || to === '' || to === from) {
      this.naming.set(null);
      return;
    }
    if (to.includes('/') || to === '.' || to === '..') {
      this.failure.set({ name: from, words: this.t('files.badName') });
      return;
    }
    const path = this.pathOf(to);
    const done = await this.try(from, () =>
      from === '' ? this.desk.makeFolder(place, path) : this.desk.rename(place, this.pathOf(from), path),
    );
    if (done) this.naming.set(null);
  }

  protected async remove(file: FileView): Promise<void> {
    const place = this.place();
    const { name } = file;
    const question = {
      heading: this.t(file.kind === 'folder' ? 'files.removeFolder' : 'files.remove'),
      text: this.t(file.kind === 'folder' ? 'files.removeFolderText' : 'files.removeText'),
      names: [shownName(this.pathOf(name))],
      yes: this.t('files.remove'),
      destroys: true,
    };
    if (await this.questions.ask(question))
      await this.try(name, () => this.desk.remove(place, this.pathOf(name)));
  }

  protected askBeforeUnload(event: BeforeUnloadEvent): void {
    if (this.transfers.open() > 0) event.preventDefault();
  }

  private async try(name: string, work: () => Promise<void>): Promise<boolean> {
    this.failure.set(null);
    try {
      await work();
      this.listed.reload();
      return true;
    } catch (error) {
      this.failure.set({ name, words: this.problems.of(error) });
      return false;
    }
  }

  private pathOf(name: string): string {
    return pathIn(this.folder()?.path ?? '/', name);
  }
}
