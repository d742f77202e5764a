import {
  Component,
  DOCUMENT,
  computed,
  effect,
  inject,
  input,
  resource,
  signal,
  untracked,
} from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router, RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import type { ImportKind, SheetFormat } from '#libs/contracts';
import { Account } from '../account/account';
import type { ImportView } from '../api/models/import-view';
import { saveFile } from '../display/save-file';
import { OnceShown } from '../form/once-shown';
import { ScanHostKeys } from '../host-key-scans/scan-host-keys';
import { injectWords } from '../language/words';
import { KeysGoOn } from '../panel/keys-go-on';
import { injectProblemWords } from '../problem/problem-words';
import { injectMailOn } from '../users/mail-on';
import { ImportDesk } from './import-desk';
import { ImportRows } from './import-rows';
import { injectImportSources } from './import-source';

/** Import from a spreadsheet: choose a file, see what it would do, run it, see what it did. The address says which import. */
@Component({
  selector: 'gh-import-page',
  imports: [FormsModule, ImportRows, NzButtonComponent, OnceShown, RouterLink, ScanHostKeys],
  templateUrl: './import-page.html',
  styleUrl: './import-page.css',
  hostDirectives: [KeysGoOn],
})
export class ImportPage {
  /** From the route. */
  readonly kind = input.required<ImportKind>();
  /** From the address; absent: none is chosen. */
  readonly import = input<string>();

  protected readonly t = injectWords();
  protected readonly source = computed(() => this.sources[this.kind()]);
  protected readonly isOver = signal(false);
  protected allOrNothing = false;
  protected mailPasswordLinks = false;
  private readonly sources = injectImportSources();
  private readonly desk = inject(ImportDesk);
  private readonly problems = injectProblemWords();
  private readonly document = inject(DOCUMENT);
  private readonly router = inject(Router);
  private readonly account = inject(Account);
  private readonly checking = signal(false);
  private readonly failure = signal<string | null>(null);
  private readonly checked = signal<ImportView | null>(null);
  private readonly found = resource({
    params: () => (this.import() === this.checked()?.id ? undefined : this.import()),
    loader: ({ params: id }) => this.source().view(id),
  });
  private readonly mailOn = injectMailOn();
  private readonly followed = computed(() => this.desk.of(this.import() ?? ''));
  protected readonly sheet = computed(() => {
    const id = this.import();
    if (id === undefined) return null;
    const checked = this.checked();
    const known = checked?.id === id ? checked : this.found.hasValue() ? this.found.value() : null;
    return this.followed()?.view ?? known;
  });
  protected readonly step = computed(() => {
    const sheet = this.sheet();
    if (this.checking()) return 'checking';
    if (!sheet) return 'choose';
    if (this.followed()?.running) return 'running';
    return sheet.state === 'done' ? 'done' : 'checked';
  });
  protected readonly problem = computed(() => {
    const error: unknown = this.followed()?.error ?? this.found.error();
    return this.failure() ?? (error ? this.problems.of(error) : null);
  });
  protected readonly mailed = computed(() => this.followed()?.answer?.mailed ?? 0);
  protected readonly passwords = computed(() =>
    (this.followed()?.answer?.addedUsers ?? [])
      .map(({ username, oneTimePassword }) => `${username},${oneTimePassword}`)
      .join('\n'),
  );
  protected readonly writes = computed(() => {
    const sheet = this.sheet();
    return sheet ? sheet.counts.added + sheet.counts.changed : 0;
  });
  /** Whether links to set passwords can be mailed. */
  protected readonly mayMail = computed(() => this.kind() === 'users' && this.mailOn() === true);
  /** Nobody can connect to new assets before their host keys are pinned. */
  protected readonly mayScan = computed(
    () => this.kind() === 'assets' && this.account.may('inventory.write') && this.writes() > 0,
  );
  protected readonly imported = computed(() => ({
    filter: { importId: this.import() ?? '', pinned: false },
  }));

  constructor() {
    effect(() => {
      const found = this.found.hasValue() ? this.found.value() : undefined;
      if (found?.state === 'running') untracked(() => this.desk.follow(this.kind(), found.id));
    });
  }

  protected async choose(files: FileList | null | undefined): Promise<void> {
    const file = files?.[0];
    if (!file) return;
    this.failure.set(null);
    this.checking.set(true);
    try {
      const sheet = await this.source().check(file);
      this.checked.set(sheet);
      await this.show(sheet.id);
    } catch (error) {
      this.failure.set(this.problems.of(error));
    } finally {
      this.checking.set(false);
    }
  }

  protected run(id: string): void {
    const { allOrNothing, mailPasswordLinks } = this;
    this.failure.set(null);
    void this.desk.run(this.kind(), id, { allOrNothing, mailPasswordLinks });
  }

  protected async again(): Promise<void> {
    this.failure.set(null);
    await this.show(null);
  }

  protected dropped(event: DragEvent): void {
    event.preventDefault();
    this.isOver.set(false);
    void this.choose(event.dataTransfer?.files);
  }

  protected over(event: DragEvent): void {
    event.preventDefault();
    this.isOver.set(true);
  }

  protected async template(format: SheetFormat): Promise<void> {
    await this.save(() => this.source().template(format), `${this.kind()}-template.${format}`);
  }

  protected async refused(id: string): Promise<void> {
    await this.save(() => this.source().refused(id), `${this.kind()}-refused.xlsx`);
  }

  private async save(fetch: () => Promise<Blob>, name: string): Promise<void> {
    try {
      saveFile(this.document, name, await fetch());
    } catch (error) {
      this.failure.set(this.problems.of(error));
    }
  }

  private async show(id: string | null): Promise<void> {
    await this.router.navigate([], {
      queryParams: { import: id },
      queryParamsHandling: 'merge',
      replaceUrl: true,
    });
  }
}
