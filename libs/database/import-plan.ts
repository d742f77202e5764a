import { isDeepStrictEqual } from 'node:util';
import type { ImportOutcome } from '#libs/contracts';
import { DomainError, type FieldError } from '#libs/kernel';
import type { ImportChange } from './entities/index.js';
import type { Transaction } from './unit-of-work.js';

/** What a row asks for: only the fields that it gives. */
export interface DraftRow<F> {
  row: number;
  /** By which it is found: name or user name. */
  name: string;
  fields: F;
}

/** What would become of a row now. */
export interface PlannedRow {
  row: number;
  outcome: ImportOutcome;
  changes: ImportChange[];
  errors: FieldError[];
}

/** A row to run, with what was shown for it. */
export interface ShownRow<F> extends DraftRow<F> {
  outcome: ImportOutcome;
  changes: ImportChange[];
}

/** How a run goes. */
export interface RunWishes {
  /** One refused row refuses all. */
  allOrNothing: boolean;
  /** Told outside of the transaction how many rows are done. */
  progress(done: number): Promise<void>;
  /** Told inside of the transaction, at its end, which rows were refused after all. */
  settle(tx: Transaction, refused: ReadonlyMap<number, FieldError[]>): Promise<void>;
}

/** How a run ended. */
export interface RunCounts {
  added: number;
  changed: number;
  /** Shown as good and refused after all. */
  refused: number;
}

/** Something changed between check and run, and all rows were wanted or none. */
export class ImportOutdated extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'import_outdated';

  constructor(rows: number) {
    super(`${rows} rows would not do any more what was shown. Nothing was changed; upload the file again.`);
  }
}

/** Which rows still do what was shown, and why the others are refused. */
export function compareWithShown(
  shown: readonly ShownRow<unknown>[],
  planned: readonly PlannedRow[],
): Map<number, FieldError[]> {
  const byRow = new Map(planned.map((plan) => [plan.row, plan]));
  const refused = new Map<number, FieldError[]>();
  for (const { row, outcome, changes } of shown) {
    const now = byRow.get(row);
    if (now?.outcome === 'refused') refused.set(row, now.errors);
    else if (now?.outcome !== outcome || !isDeepStrictEqual(asStored(now.changes), changes)) {
      const message = 'This was changed by somebody else since the file was checked; upload it again.';
      refused.set(row, [{ field: 'name', code: 'changed_meanwhile', message }]);
    }
  }
  return refused;
}

/** As it comes back out of a jsonb column: no classes, nothing undefined. */
function asStored(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const stored: unknown = JSON.parse(JSON.stringify(value));
  return stored;
}

/** The fields of `after` that differ from `before`; in a new row, which has none before, all. */
export function changesOf(
  before: Readonly<Record<string, unknown>> | null,
  after: Readonly<Record<string, unknown>>,
): ImportChange[] {
  return Object.entries(after)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => ({ field, before: before?.[field] ?? null, after: asStored(value) }))
    .filter((change) => before === null || !isDeepStrictEqual(asStored(change.before), change.after));
}
