import type { ParamMap, Params } from '@angular/router';

/** Rows of a page, and how many match in all. */
export interface ListPage<Row> {
  readonly items: readonly Row[];
  readonly total: number;
  /** There may be more than `total`, which were counted. */
  readonly totalIsLeast?: boolean;
}

/** What a list shows; all of it stands in the page's address, so a link is a view. */
export interface ListQuery {
  readonly q: string;
  /** Counted from 1. */
  readonly page: number;
  readonly pageSize: number;
  /** Field name, with `-` before it for descending. */
  readonly sort: string;
  readonly filters: Readonly<Record<string, string>>;
  /** Filters that can stand in the address several times; all that is given counts. */
  readonly terms: Readonly<Record<string, readonly string[]>>;
}

/** The filters of a list, by the names of address parameters. */
export interface FilterNames {
  readonly filters?: readonly string[];
  readonly terms?: readonly string[];
}

/** Sizes that the pager offers; 200 is the server's limit. */
export const PAGE_SIZES: readonly number[] = [20, 50, 100, 200];
export const USUAL_PAGE_SIZE = 50;

/** Reads the address; nonsense in it counts as absent. */
export function readQuery(
  params: ParamMap,
  { filters = [], terms = [] }: FilterNames,
  usualSort: string,
): ListQuery {
  const page = Number(params.get('page'));
  const pageSize = Number(params.get('pageSize'));
  return {
    q: params.get('q') ?? '',
    page: Number.isInteger(page) && page > 0 ? page : 1,
    pageSize: PAGE_SIZES.includes(pageSize) ? pageSize : USUAL_PAGE_SIZE,
    sort: params.get('sort') ?? usualSort,
    filters: Object.fromEntries(
      filters.flatMap((name) => {
        const value = params.get(name);
        return value ? [[name, value]] : [];
      }),
    ),
    terms: Object.fromEntries(
      terms.flatMap((name) => {
        const values = [...new Set(params.getAll(name).filter(Boolean))];
        return values.length > 0 ? [[name, values]] : [];
      }),
    ),
  };
}

/** The part of a query that every collection of the API takes. */
export interface Paging<Field extends string> {
  q?: string;
  page: number;
  pageSize: number;
  sort?: Field | `-${Field}`;
}

/** That part, without what is empty. `fields` are those that the collection sorts by. */
export function paging<Field extends string>(query: ListQuery, fields: readonly Field[]): Paging<Field> {
  const { q, page, pageSize } = query;
  const sort = sortOf(fields, query.sort);
  return { page, pageSize, ...(q && { q }), ...(sort && { sort }) };
}

/** The same for all of it: what an export takes. */
export function wholeOf<Field extends string>(
  query: ListQuery,
  fields: readonly Field[],
): Omit<Paging<Field>, 'page' | 'pageSize'> {
  const { page: _page, pageSize: _pageSize, ...whole } = paging(query, fields);
  return whole;
}

function sortOf<Field extends string>(
  fields: readonly Field[],
  sort: string,
): Field | `-${Field}` | undefined {
  for (const field of fields) {
    const down: `-${Field}` = `-${field}`;
    if (sort === field) return field;
    if (sort === down) return down;
  }
  return undefined;
}

/** A yes-or-no filter of the address. */
export function flagOf(value: string | undefined): boolean | undefined {
  return value === 'true' || value === 'false' ? value === 'true' : undefined;
}

/** Another part, order or search of a list. */
export type PlainChange = Partial<Omit<ListQuery, 'filters' | 'terms'>>;

/** Address parameters for a change; null takes a parameter out. Any change but of the page starts at page 1. */
export function queryChange(change: PlainChange, filters: Params = {}): Params {
  const page = change.page && change.page > 1 ? change.page : null;
  return { ...change, ...('q' in change ? { q: change.q || null } : {}), ...filters, page };
}

/** The value when it is one of those known, else undefined: an address can hold anything. */
export function oneOf<Known extends string>(
  known: readonly Known[],
  value: string | undefined,
): Known | undefined {
  return known.find((each) => each === value);
}
