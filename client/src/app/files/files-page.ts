import {
  Component,
  DOCUMENT,
  type ElementRef,
  afterRenderEffect,
  computed,
  inject,
  input,
  linkedSignal,
  resource,
  signal,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import type { FileView } from '../api/models/file-view';
import { Picker } from '../choice/picker';
import { dataSize } from '../display/data-size';
import { Icon } from '../display/icon';
import { When } from '../display/when';
import { Language } from '../language/language';
import { injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';
import { Questions } from '../question/questions';
import { FileDesk } from './file-desk';
import { folderTrail, parentOf, pathIn, shownName } from './file-paths';
import { type FileOrder, type FileSort, inOrder } from './file-sort';
import { injectWayChoices, placeOf, wayId } from './my-ways';
import { TransferList } from './transfer-list';
import { Transfers } from './transfers';

/** Above this, the browser itself saves the file as it comes; below, this page shows its progress. */
const KEPT_BYTES = 256_000_000;
/** Rows that are drawn; the search finds the others. */
const MAX_ROWS = 1_000;

/** Files of one of the own assets as one of its system users: the place and the folder stand in the address. */
@Component({
  selector: 'gh-files-page',
  imports: [Icon, NzButtonComponent, NzInputDirective, Picker, RouterLink, TransferList, When],
  providers: [Transfers],
  templateUrl: './files-page.html',
  styleUrl: './files-page.css',
  host: { '(window:beforeunload)': 'askBeforeUnload($event)' },
})
export class FilesPage {
  private readonly desk = inject(FileDesk);
  private readonly router = inject(Router);
  private readonly questions = inject(Questions);
  private readonly language = inject(Language);
  private readonly document = inject(DOCUMENT);
  protected readonly transfers = inject(Transfers);
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly ways = injectWayChoices();
  protected readonly shown = shownName;
  protected readonly sorts: readonly FileSort[] = ['name', 'size', 'modifiedAt'];

  readonly assetId = input<string>();
  readonly systemUserId = input<string>();
  readonly path = input<string>();

  protected readonly place = computed(() => {
    const [assetId, systemUserId] = [this.assetId(), this.systemUserId()];
    return assetId && systemUserId ? { assetId, systemUserId } : undefined;
  });
  protected readonly picked = computed(() => {
    const place = this.place();
    return place ? [wayId(place)] : [];
  });

  protected readonly listed = resource({
    params: () => {
      const place = this.place();
      return place && { place, path: this.path() };
    },
    loader: ({ params }) => this.desk.list(params.place, params.path),
  });
  protected readonly folder = computed(() => (this.listed.hasValue() ? this.listed.value() : undefined));
  protected readonly trail = computed(() => folderTrail(this.folder()?.path ?? this.path() ?? '/'));
  protected readonly above = computed(() => parentOf(this.folder()?.path ?? this.path() ?? '/'));
  protected readonly mayUpload = computed(() => this.folder()?.actions.includes('upload') ?? false);
  protected readonly mayDownload = computed(() => this.folder()?.actions.includes('download') ?? false);

  protected readonly search = linkedSignal<unknown, string>({
    source: () => this.path(),
    computation: () => '',
  });
  protected readonly withHidden = signal(false);
  protected readonly order = signal<FileOrder>({ by: 'name', down: false });
  private readonly matching = computed(() => {
    const wanted = this.search().toLowerCase();
    const items = (this.folder()?.items ?? []).filter(
      ({ name }) =>
        (this.withHidden() || !name.startsWith('.')) && shownName(name).toLowerCase().includes(wanted),
    );
    return inOrder(items, this.order());
  });
  protected readonly rows = computed(() => this.matching().slice(0, MAX_ROWS));
  protected readonly undrawn = computed(() => this.matching().length - this.rows().length);
  protected readonly hiddenCount = computed(
    () => (this.folder()?.items ?? []).filter(({ name }) => name.startsWith('.')).length,
  );

  /** What is being named: a file by its name, or a new folder (''). */
  protected readonly naming = linkedSignal<unknown, string | null>({
    source: () => this.folder()?.path,
    computation: () => null,
  });
  /** What went wrong, and with which file; '' with the folder. */
  protected readonly failure = linkedSignal<unknown, { name: string; words: string } | null>({
    source: () => this.folder()?.path,
    computation: () => null,
  });
  protected readonly isOver = signal(false);
  private readonly nameBox = viewChild<ElementRef<HTMLInputElement>>('named');

  constructor() {
    afterRenderEffect(() => {
      const box = this.nameBox()?.nativeElement;
      box?.focus();
      box?.select();
    });
    this.transfers.onUploaded = () => {
      if (this.transfers.open() === 0) this.listed.reload();
    };
  }

  protected async choose(ids: readonly string[]): Promise<void> {
    const [id] = ids;
    await this.router.navigate([], { queryParams: id ? placeOf(id) : {} });
  }

  protected async go(path: string): Promise<void> {
    await this.router.navigate([], { queryParams: { path }, queryParamsHandling: 'merge' });
  }

  protected open(file: FileView): Promise<void> | void {
    const path = this.pathOf(file.name);
    if (isFolder(file)) return this.go(path);
    if (isFile(file) && this.mayDownload()) this.download(file);
  }

  protected isFolder = isFolder;
  protected isFile = isFile;

  protected sortBy(by: FileSort): void {
    this.order.update((now) => ({ by, down: now.by === by ? !now.down : by !== 'name' }));
  }

  protected sizeOf(bytes: number): string {
    return dataSize(bytes, this.language.shown());
  }

  protected download({ name, size }: FileView): void {
    const place = this.place();
    if (!place) return;
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
    if (!place || !folder) return;
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
    if (!place || from === null || to === '' || to === from) {
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
    if (place && (await this.questions.ask(question)))
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

function isFolder({ kind, targetKind }: FileView): boolean {
  return kind === 'folder' || targetKind === 'folder';
}

function isFile({ kind, targetKind }: FileView): boolean {
  return kind === 'file' || targetKind === 'file';
}
