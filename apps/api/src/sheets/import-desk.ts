import { Injectable } from '@nestjs/common';
import type { ImportKind } from '#libs/contracts';
import {
  ImportShelf,
  type DraftRow,
  type ImportHead,
  type KeptRow,
  type Page,
  type PlannedRow,
  type RunCounts,
  type RunWishes,
  type ShownRow,
} from '#libs/database';
import { DomainError, type Actor, type ImportId } from '#libs/kernel';
import { matchHeaders, type HeaderMatch, type SheetLanguage } from './columns.js';
import { inWords } from './fault-words.js';
import type { ImportRowQuery, ImportRowView, ImportView } from './import.dto.js';
import { readRows, type ReadRow, type RowShape } from './sheet-drafts.js';
import { readSheet } from './sheet-reader.js';
import { columnLetters } from './sheet.js';

/** What can be imported: how its rows look, and who plans and runs them. */
export interface ImportSubject<F, R extends RunCounts = RunCounts> extends RowShape<F> {
  kind: ImportKind;
  plan(drafts: readonly DraftRow<F>[]): Promise<PlannedRow[]>;
  run(actor: Actor, rows: readonly ShownRow<F>[], wishes: RunWishes): Promise<R>;
}

/** What is said of an upload. */
export interface UploadNote {
  fileName: string;
  language: SheetLanguage;
}

/** It is running, or it ran. */
class ImportUnderWay extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'import_under_way';

  constructor() {
    super('This import is running or has run already; upload the file again.');
  }
}

/** All rows or none were wanted, and some are refused. */
class RowsRefused extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'rows_refused';

  constructor(rows: number) {
    super(`${rows} rows are refused, so nothing was changed. Mend them and upload the file again.`);
  }
}

/** Takes uploaded spreadsheets in: checks them, shows what they would do, and does it when told to. */
@Injectable()
export class ImportDesk {
  constructor(private readonly shelf: ImportShelf) {}

  /** Reads and checks a file; nothing but the check's outcome is written. @throws SheetUnreadable, ValidationFailed */
  async check<F>(
    actor: Actor,
    subject: ImportSubject<F>,
    bytes: Buffer,
    { fileName, language }: UploadNote,
  ): Promise<ImportView> {
    const sheet = await readSheet(bytes);
    const { header, rows, remarks } = await readRows(subject, sheet);
    const planned = await subject.plan(rows.filter(({ errors }) => errors.length === 0).map(draftOf));
    const plans = new Map(planned.map((plan) => [plan.row, plan]));
    const id = await this.shelf.keep(actor, {
      kind: subject.kind,
      fileName,
      language,
      headers: header.headers,
      unknownHeaders: header.unknown,
      otherSheets: sheet.otherSheets,
      remarks,
      rows: rows.map((row) => kept(row, plans.get(row.row))),
    });
    return this.view(actor, subject.kind, id);
  }

  /** @throws NotFound */
  async view(actor: Actor, kind: ImportKind, id: ImportId): Promise<ImportView> {
    return importView(await this.shelf.get(actor, kind, id));
  }

  /** Its rows with what becomes of them. @throws NotFound */
  async rows<F>(
    actor: Actor,
    { kind, columns }: ImportSubject<F>,
    id: ImportId,
    query: ImportRowQuery,
  ): Promise<Page<ImportRowView>> {
    const head = await this.shelf.get(actor, kind, id);
    const { items, total } = await this.shelf.page(id, query.outcome ?? null, query);
    const cells = head.headers.map((text) => ({ kind: 'text' as const, text }));
    const header = matchHeaders(columns, { row: 1, cells });
    const language = query.language ?? languageOf(head.language);
    const titles = new Map(columns.map((column) => [column.field, column.titles[language]]));
    return { items: items.map((row) => rowView(row, header, titles, language)), total };
  }

  /**
   * The rows that are refused, as they were uploaded, with the reasons: to mend and upload again. Without a language: in
   * that of the import.
   * @throws NotFound
   */
  async refused(actor: Actor, kind: ImportKind, id: ImportId, asked?: SheetLanguage): Promise<RefusedRows> {
    const head = await this.shelf.get(actor, kind, id);
    const language = asked ?? languageOf(head.language);
    const rows = await this.shelf.rows(id, ['refused']);
    const reasons = ({ errors }: KeptRow): string =>
      errors.map((fault) => inWords(fault, language).message).join(' ');
    return {
      headers: head.headers,
      language,
      rows: rows.map((row) => ({ cells: row.cells, reasons: reasons(row) })),
    };
  }

  /**
   * Does what was shown. Rows that were refused stay out; with `allOrNothing` they keep all others out too.
   * @throws NotFound, ImportUnderWay, RowsRefused, ImportOutdated
   */
  async run<F, R extends RunCounts>(
    actor: Actor,
    subject: ImportSubject<F, R>,
    id: ImportId,
    allOrNothing: boolean,
  ): Promise<R> {
    const { counts } = await this.shelf.get(actor, subject.kind, id);
    if (allOrNothing && counts.refused > 0) throw new RowsRefused(counts.refused);
    if (!(await this.shelf.claim(id))) throw new ImportUnderWay();
    try {
      const rows = await this.shelf.rows(id, ['added', 'changed']);
      return await subject.run(
        actor,
        rows.map((row) => shownRow(subject, row)),
        {
          allOrNothing,
          progress: (done) => this.shelf.progress(id, done),
          settle: (tx, refused) => this.shelf.settle(tx, id, refused),
        },
      );
    } catch (error) {
      await this.shelf.release(id);
      throw error;
    }
  }
}

/** What of a failed run's file is given back. */
export interface RefusedRows {
  headers: string[];
  rows: { cells: string[]; reasons: string }[];
  language: SheetLanguage;
}

function languageOf(text: string): SheetLanguage {
  return text === 'zh-CN' ? text : 'en';
}

function draftOf<F>({ row, name, fields }: ReadRow<F>): DraftRow<F> {
  return { row, name, fields };
}

/** Faults are kept as they were found, and said in the language of whoever reads them. */
function kept<F>(read: ReadRow<F>, plan: PlannedRow | undefined): KeptRow {
  const { row, name, cells, errors } = read;
  const fields = Object.fromEntries(Object.entries(read.fields ?? {}));
  return {
    row,
    name,
    cells,
    fields,
    outcome: plan?.outcome ?? 'refused',
    changes: plan?.changes ?? [],
    errors: [...errors, ...(plan?.errors ?? [])],
  };
}

/** The fields come back as they were kept, and they were checked before. */
function shownRow<F>(shape: RowShape<F>, { row, name, fields, outcome, changes }: KeptRow): ShownRow<F> {
  return { row, name, fields: Object.assign(new shape.fields(), fields), outcome, changes };
}

function importView(head: ImportHead): ImportView {
  const { id, fileName, state, counts, progress, unknownHeaders, otherSheets, remarks, createdAt } = head;
  const total = counts.added + counts.changed + counts.unchanged + counts.refused;
  return { id, fileName, state, counts, total, progress, unknownHeaders, otherSheets, remarks, createdAt };
}

function rowView(
  { row, name, outcome, cells, changes, errors }: KeptRow,
  header: HeaderMatch,
  titles: ReadonlyMap<string, string>,
  language: SheetLanguage,
): ImportRowView {
  const placeOf = (field: string): number => header.columns.findIndex((column) => column?.field === field);
  const called = (field: string): { header: string; title: string } => {
    const title = titles.get(field) ?? field;
    return { header: header.headers[placeOf(field)] ?? title, title };
  };
  return {
    row,
    name,
    outcome,
    changes: changes.map((change) => ({ ...change, ...called(change.field) })),
    errors: errors
      .toSorted((one, other) => placeOf(one.field) - placeOf(other.field))
      .map((error) => {
        const place = placeOf(error.field);
        const cell = place === -1 ? null : `${columnLetters(place)}${row}`;
        const { field, code, message } = inWords(error, language);
        return { cell, field, code, message, ...called(field), text: cells[place] ?? '' };
      }),
  };
}
