import { Service, inject, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, Router } from '@angular/router';
import { map } from 'rxjs';
import type { RunKind } from '#libs/contracts';
import { Account } from '../account/account';
import { Api } from '../api/api';
import { listMyImports } from '../api/fn/me/list-my-imports';
import { listRuns } from '../api/fn/runs/list-runs';
import type { MyImportView } from '../api/models/my-import-view';
import type { RunView } from '../api/models/run-view';

/** How often the number of running jobs is asked for: while there are some, and while there are none. */
const BUSY_MS = 5_000;
const IDLE_MS = 60_000;
/** Jobs in the menu of the top bar. */
const RECENT = 8;

/** Kinds of jobs that have a page of their own, by the job's id. */
const PAGES: Readonly<Partial<Record<RunKind, string>>> = {
  push: '/pushes',
  'host-keys': '/assets/host-key-scans',
};

/**
 * The jobs over assets that gateways do, and beside them the person's own imports. Which one is shown stands in the address (`?job=…`), over whatever page: a page
 * that is left leaves its job going on.
 */
@Service()
export class JobDesk {
  private readonly api = inject(Api);
  private readonly account = inject(Account);
  private readonly router = inject(Router);
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Jobs that are not finished. */
  readonly running = signal(0);
  /** Counts jobs that ended while they were shown: what they changed is worth loading again. */
  readonly endings = signal(0);
  /** Id of the job that is shown. */
  readonly shown = toSignal(inject(ActivatedRoute).queryParamMap.pipe(map((params) => params.get('job'))), {
    initialValue: null,
  });

  /** Whether the person imports something, whose runs stand among the jobs. */
  private get mayImport(): boolean {
    return this.account.may('inventory.import') || this.account.may('users.import');
  }

  /** Whether the person may see jobs at all. */
  get allowed(): boolean {
    return this.account.may('inventory.read');
  }

  /** Looks how many jobs run, now and then from now on; while the page is hidden it does not. */
  watch(): void {
    clearTimeout(this.timer);
    void this.count().finally(() => {
      this.timer = setTimeout(() => this.watch(), this.running() > 0 ? BUSY_MS : IDLE_MS);
    });
  }

  /** No longer looks. */
  rest(): void {
    clearTimeout(this.timer);
  }

  /** The newest ones. */
  async recent(): Promise<readonly RunView[]> {
    return (await this.api.invoke(listRuns, { pageSize: RECENT })).items;
  }

  /** The person's own imports of the last hour, those that were run. */
  async imports(): Promise<readonly MyImportView[]> {
    if (!this.mayImport) return [];
    const { items } = await this.api.invoke(listMyImports, { pageSize: RECENT });
    return items.filter(({ state }) => state !== 'checked');
  }

  /** Shows an import on its page. */
  async showImport({ id, kind }: MyImportView): Promise<void> {
    await this.router.navigate([`/${kind}/import`], { queryParams: { import: id } });
  }

  /** Shows a job where jobs of its kind are shown. */
  async show({ id, kind }: Pick<RunView, 'id' | 'kind'>): Promise<void> {
    const page = PAGES[kind];
    if (page === undefined) await this.open(id);
    else await this.router.navigate([page, id]);
  }

  /** Shows a job over the page. */
  async open(id: string): Promise<void> {
    await this.router.navigate([], { queryParams: { job: id }, queryParamsHandling: 'merge' });
    this.watch();
  }

  /** Shows the page alone again; the job goes on. */
  async close(): Promise<void> {
    await this.router.navigate([], { queryParams: { job: null }, queryParamsHandling: 'merge' });
  }

  /** The job that is shown has ended. */
  ended(): void {
    this.endings.update((count) => count + 1);
    this.watch();
  }

  private async count(): Promise<void> {
    if (document.hidden || !this.allowed) return;
    try {
      const [runs, imports] = await Promise.all([
        this.api.invoke(listRuns, { open: true, pageSize: 1 }),
        this.mayImport ? this.api.invoke(listMyImports, { state: 'running', pageSize: 1 }) : { total: 0 },
      ]);
      this.running.set(runs.total + imports.total);
    } catch {
      // it is only a number beside an icon: the next look tells it again
    }
  }
}
