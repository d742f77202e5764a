import { HttpEventType } from '@angular/common/http';
import { Component, DOCUMENT, DestroyRef, computed, inject, input, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import type { Subscription } from 'rxjs';
import { FILE_RUN_LIMITS, type TransferDirection } from '#libs/contracts';
import { Icon } from '../../display/icon';
import { injectWords } from '../../language/words';
import { saveFile } from '../../display/save-file';
import { KeysGoOn } from '../../panel/keys-go-on';
import { injectProblemWords } from '../../problem/problem-words';
import { TransferList } from '../transfer-list';
import { Copies } from './copies';
import { CopyDetails } from './copy-details';
import { ManyDesk } from './many-desk';
import { newId } from './new-id';
import { RunTable } from './run-table';
import { TargetChoice, type ChosenTargets } from './target-choice';
import { injectRunWatch, type RunWatch } from './watched-run';

/** Files to many of the own assets, or one path from many: which of both stands in the address. */
@Component({
  selector: 'gh-many-page',
  imports: [
    CopyDetails,
    Icon,
    NzButtonComponent,
    NzInputDirective,
    RouterLink,
    RunTable,
    TargetChoice,
    TransferList,
  ],
  providers: [Copies],
  templateUrl: './many-page.html',
  styleUrl: './many-page.css',
  hostDirectives: [KeysGoOn],
  host: { '(window:beforeunload)': 'askBeforeUnload($event)' },
})
export class ManyPage {
  private readonly desk = inject(ManyDesk);
  private readonly document = inject(DOCUMENT);
  private fetching: Subscription | null = null;
  private readonly watchRun = injectRunWatch();
  protected readonly copies = inject(Copies);
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();

  constructor() {
    inject(DestroyRef).onDestroy(() => this.fetching?.unsubscribe());
  }

  readonly way = input<string>();
  protected readonly action = computed<TransferDirection>(() =>
    this.way() === 'download' ? 'download' : 'upload',
  );
  protected readonly limit = computed(() =>
    this.action() === 'upload' ? FILE_RUN_LIMITS.spreadAssets : FILE_RUN_LIMITS.archiveAssets,
  );

  protected readonly chosen = signal<ChosenTargets | undefined>(undefined);
  protected readonly folder = signal('');
  protected readonly overwrite = signal(false);
  protected readonly path = signal('');
  protected readonly isOver = signal(false);
  protected readonly words = signal<string | null>(null);
  /** The archive asked for last. */
  protected readonly archive = signal<RunWatch | null>(null);
  protected readonly isFetching = signal(false);

  protected pick(event: Event): void {
    if (!(event.target instanceof HTMLInputElement)) return;
    const files = [...(event.target.files ?? [])];
    event.target.value = '';
    this.upload(files);
  }

  protected drag(event: DragEvent): void {
    event.preventDefault();
    this.isOver.set(true);
  }

  protected drop(event: DragEvent): void {
    this.isOver.set(false);
    event.preventDefault();
    const items = [...(event.dataTransfer?.items ?? [])];
    if (items.some((item) => item.webkitGetAsEntry()?.isDirectory)) this.words.set(this.t('files.noFolders'));
    else this.upload([...(event.dataTransfer?.files ?? [])]);
  }

  protected download(): void {
    const chosen = this.chosen();
    if (!chosen || this.path() === '') return;
    const runId = newId();
    const assetIds = chosen.targets.map(({ id }) => id);
    const places = { systemUserId: chosen.systemUserId, assetIds };
    const name = `${this.path().replace(/\/+$/, '').replace(/^.*\//s, '') || 'files'}.tar.gz`;
    this.words.set(null);
    this.isFetching.set(true);
    this.archive.set(this.watchRun(runId));
    this.fetching = this.desk.archive(places, this.path(), runId).subscribe({
      next: (event) => {
        if (event.type !== HttpEventType.Response || !event.body) return;
        saveFile(this.document, name, event.body);
        this.isFetching.set(false);
      },
      error: (error: unknown) => {
        this.words.set(this.problems.of(error));
        this.cancelFetching();
      },
    });
  }

  /** Wants the archive no longer. */
  protected cancelFetching(): void {
    this.fetching?.unsubscribe();
    this.archive()?.stop();
    this.archive.set(null);
    this.isFetching.set(false);
  }

  protected askBeforeUnload(event: BeforeUnloadEvent): void {
    if (this.copies.open() > 0 || this.isFetching()) event.preventDefault();
  }

  private upload(files: readonly File[]): void {
    const chosen = this.chosen();
    this.words.set(chosen ? null : this.t('manyFiles.chooseFirst'));
    if (!chosen || files.length === 0) return;
    this.copies.add(files, { ...chosen, folder: this.folder(), overwrite: this.overwrite() });
  }
}
