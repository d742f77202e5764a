import { DestroyRef, type Signal, computed, inject, linkedSignal, resource, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, Router } from '@angular/router';
import {
  type FilterNames,
  type ListPage,
  type ListQuery,
  type PlainChange,
  queryChange,
  readQuery,
} from './list-query';

const BATCH_PAGE_SIZE = 200;

/** Anything that stands in a list. */
export interface Listed {
  readonly id: string;
}

/** How a list gets its rows. */
export interface ListSourceOptions<Row extends Listed> extends FilterNames {
  /** Unique name: under it the person's choice of columns is kept. */
  readonly name: string;
  readonly load: (query: ListQuery) => Promise<ListPage<Row>>;
  readonly sort: string;
  /** Whether batch actions take a query as well as rows: "all that match" is then one request, however many they are. */
  readonly batchByQuery?: boolean;
  /** Loads again this often, in milliseconds, while the page can be seen. */
  readonly refreshEvery?: number;
}

/** Rows, query and selection of one list. Made by {@link injectList}. */
export class ListSource<Row extends Listed> {
  private readonly loaded = resource({
    params: () => this.query(),
    loader: ({ params }) => this.options.load(params),
  });

  /** The page shown; while another one loads, still the last. undefined before the first. */
  readonly page: Signal<ListPage<Row> | undefined> = linkedSignal<
    ListPage<Row> | undefined,
    ListPage<Row> | undefined
  >({
    source: () => (this.loaded.hasValue() ? this.loaded.value() : undefined),
    computation: (now, previous) => now ?? previous?.value,
  });

  readonly rows = computed<readonly Row[]>(() => this.page()?.items ?? []);
  readonly total = computed(() => this.page()?.total);
  readonly failure = computed(() => this.loaded.error());
  /** Whether rows of another query are on their way; a silent refresh doesn't count. */
  readonly loading = computed(() => this.loaded.status() === 'loading');

  private readonly picked = signal<ReadonlyMap<string, Row>>(new Map());
  /** Rows that the person selected, also those of other pages. */
  readonly selected = computed(() => [...this.picked().values()]);
  private readonly wholeOf = signal<string | null>(null);
  /** Whether everything that matches is selected, also what was never loaded; see `batchByQuery`. */
  readonly wholeSelected = computed(() => this.wholeOf() === narrowing(this.query()));
  readonly selectedCount = computed(() =>
    this.wholeSelected() ? (this.total() ?? 0) : this.selected().length,
  );

  constructor(
    readonly options: ListSourceOptions<Row>,
    readonly query: Signal<ListQuery>,
    private readonly go: (change: Parameters<typeof queryChange>) => void,
  ) {}

  get name(): string {
    return this.options.name;
  }

  /** Asks the server again, keeping what is shown until the answer comes. */
  reload(): void {
    this.loaded.reload();
  }

  /** Shows another part, order or search. */
  change(change: PlainChange): void {
    this.go([change]);
  }

  /** Sets filters; null takes one out. */
  filter(filters: Record<string, string | readonly string[] | null>): void {
    this.go([{}, filters]);
  }

  /** Narrows the list by one more term. */
  addTerm(name: string, term: string): void {
    this.filter({ [name]: [...new Set([...(this.query().terms[name] ?? []), term])] });
  }

  /** Takes out search and filters. */
  clearFilters(): void {
    const { filters = [], terms = [] } = this.options;
    this.go([{ q: '' }, Object.fromEntries([...filters, ...terms].map((name) => [name, null]))]);
  }

  readonly narrowed = computed(() => {
    const { q, filters, terms } = this.query();
    return q !== '' || Object.keys(filters).length + Object.keys(terms).length > 0;
  });

  isSelected(row: Row): boolean {
    return this.wholeSelected() || this.picked().has(row.id);
  }

  select(rows: readonly Row[], on: boolean): void {
    if (this.wholeSelected()) this.keepPageOnly();
    this.picked.update((before) => {
      const after = new Map(before);
      for (const row of rows) {
        if (on) after.set(row.id, row);
        else after.delete(row.id);
      }
      return after;
    });
  }

  clearSelection(): void {
    this.wholeOf.set(null);
    this.picked.set(new Map());
  }

  /** Selects everything that matches the search and filters, whatever page it stands on. */
  async selectAllThatMatch(): Promise<void> {
    if (this.options.batchByQuery) {
      this.wholeOf.set(narrowing(this.query()));
      return;
    }
    const all: Row[] = [];
    let total = Infinity;
    for (let page = 1; all.length < total; page++) {
      const part = await this.options.load({ ...this.query(), page, pageSize: BATCH_PAGE_SIZE });
      if (part.items.length === 0) break;
      all.push(...part.items);
      total = part.total;
    }
    this.select(all, true);
  }

  /** Taking one row out of everything leaves the others of its page. */
  private keepPageOnly(): void {
    this.wholeOf.set(null);
    this.picked.set(new Map(this.rows().map((row) => [row.id, row])));
  }
}

/** What of a query says which rows there are, whatever their order and page. */
function narrowing({ q, filters, terms }: ListQuery): string {
  return JSON.stringify([q, filters, terms]);
}

/** Makes the list of a page; call it in an injection context. Its query is the page's address. */
export function injectList<Row extends Listed>(options: ListSourceOptions<Row>): ListSource<Row> {
  const router = inject(Router);
  const route = inject(ActivatedRoute);
  const params = toSignal(route.queryParamMap, { initialValue: route.snapshot.queryParamMap });
  const query = computed(() => readQuery(params(), options, options.sort), {
    equal: (a, b) => JSON.stringify(a) === JSON.stringify(b),
  });
  const source = new ListSource(options, query, ([change, filters]) => {
    void router.navigate([], { queryParams: queryChange(change, filters), queryParamsHandling: 'merge' });
  });
  if (options.refreshEvery) {
    const timer = setInterval(() => document.hidden || source.reload(), options.refreshEvery);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }
  return source;
}
