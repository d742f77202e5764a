import { setImmediate as otherWork } from 'node:timers/promises';
import type { Type } from '@nestjs/common';
import type { DraftRow } from '#libs/database';
import { ValidationFailed, type FieldError } from '#libs/kernel';
import { RequestValidation } from '../http/validation.js';
import { cellValue } from './cell-values.js';
import { matchHeaders, REMARK_MARK, type HeaderMatch, type SheetColumns } from './columns.js';
import { columnLetters, SheetUnreadable, type Sheet, type SheetRow } from './sheet.js';

/** Rows that are looked at before others get their turn: about 20 ms. */
const AT_ONCE = 50;

/** A row of the file: what it asks for, or why it can't. */
export interface ReadRow<F> extends DraftRow<F> {
  cells: string[];
  errors: FieldError[];
}

/** A file as rows of a kind. */
export interface ReadSheet<F> {
  header: HeaderMatch;
  rows: ReadRow<F>[];
  remarks: number;
}

/** What a kind of rows looks like. */
export interface RowShape<F> {
  columns: SheetColumns;
  /** The fields as REST would take them: the same checks. */
  fields: Type<F & object>;
}

/**
 * Reads the rows below the headers and checks each field as REST would.
 * @throws SheetUnreadable without rows, ValidationFailed at `file` when the headers can't be used
 */
export async function readRows<F>(shape: RowShape<F>, sheet: Sheet): Promise<ReadSheet<F>> {
  const [first, ...below] = sheet.rows;
  if (!first || below.length === 0) throw new SheetUnreadable('sheet_empty');
  const header = matchHeaders(shape.columns, first);
  refuseHeaders(shape.columns, header);
  header.unknown.push(...columnsWithoutHeader(header, below));
  const places = new Map(header.columns.map((column, index) => [column?.field, index]));
  const nameAt = places.get(shape.columns[0].field) ?? 0;
  const meant = below.filter(({ cells }) => !cells[nameAt]?.text.trimStart().startsWith(REMARK_MARK));
  const reader = new RowReader(shape, header);
  const rows: ReadRow<F>[] = [];
  for (const [index, row] of meant.entries()) {
    if (index % AT_ONCE === 0) await otherWork();
    rows.push(await reader.read(row));
  }
  return { header, rows, remarks: below.length - meant.length };
}

function refuseHeaders([key]: SheetColumns, { columns, repeated }: HeaderMatch): void {
  if (!columns.includes(key)) {
    const message = `The first row must hold headers, among them “${key.titles.en}” or “${key.titles['zh-CN']}”; the template has them.`;
    throw ValidationFailed.field('file', 'sheet_no_name_column', message);
  }
  const [again] = repeated;
  if (!again) return;
  const message = `The column “${again.header}” stands there twice, again in ${again.cell}; remove one.`;
  throw ValidationFailed.field('file', 'sheet_repeated_column', message);
}

/** Cells under no header at all are left out as well: by the letters of their column. */
function columnsWithoutHeader({ headers }: HeaderMatch, rows: readonly SheetRow[]): string[] {
  const used = new Set<number>();
  for (const { cells } of rows) {
    for (const [index, cell] of cells.entries()) if (cell && !headers[index]) used.add(index);
  }
  return [...used].sort((one, other) => one - other).map(columnLetters);
}

class RowReader<F> {
  private readonly validation = new RequestValidation();
  private readonly firstRows = new Map<string, number>();

  constructor(
    private readonly shape: RowShape<F>,
    private readonly header: HeaderMatch,
  ) {}

  async read({ row, cells }: SheetRow): Promise<ReadRow<F>> {
    const errors: FieldError[] = [];
    const given: Record<string, unknown> = {};
    for (const [index, column] of this.header.columns.entries()) {
      if (column === null) continue;
      const value = cellValue(column, cells[index] ?? null);
      if ('fault' in value) errors.push(value.fault);
      else if ('value' in value) given[column.field] = value.value;
    }
    const { fields, faults } = await this.check(given);
    errors.push(...faults.filter(({ field }) => !errors.some((error) => error.field === field)));
    const name = this.nameOf(fields, given);
    errors.push(...this.nameFaults(name, row, errors));
    return {
      row,
      name,
      fields,
      cells: this.header.headers.map((_, index) => shownText(cells[index]?.text)),
      errors,
    };
  }

  /** The fields of a valid row without its name; of any other none. */
  private async check(given: Record<string, unknown>): Promise<{ fields: F & object; faults: FieldError[] }> {
    try {
      const checked: unknown = await this.validation.transform(given, {
        type: 'body',
        metatype: this.shape.fields,
      });
      const isRow = checked instanceof this.shape.fields;
      return { fields: isRow ? checked : new this.shape.fields(), faults: [] };
    } catch (error) {
      if (!(error instanceof ValidationFailed)) throw error;
      return { fields: new this.shape.fields(), faults: error.errors.map(atColumn) };
    }
  }

  private nameOf(fields: object, given: Record<string, unknown>): string {
    const key = this.shape.columns[0].field;
    const checked: unknown = Object.entries(fields).find(([field]) => field === key)?.[1];
    const name = checked ?? given[key];
    return typeof name === 'string' ? shownText(name) : '';
  }

  private nameFaults(name: string, row: number, errors: readonly FieldError[]): FieldError[] {
    const field = this.shape.columns[0].field;
    if (errors.some((error) => error.field === field)) return [];
    if (name === '') return [{ field, code: 'required', message: 'Fill this in.' }];
    const first = this.firstRows.get(name);
    if (first === undefined) {
      this.firstRows.set(name, row);
      return [];
    }
    return [
      {
        field,
        code: 'name_repeated',
        message: `Row ${first} has this name already.`,
        params: { what: first },
      },
    ];
  }
}

/** `disks.0.name` is wrong in the column of the disks. */
function atColumn({ field, ...fault }: FieldError): FieldError {
  return { field: field.split('.')[0] ?? field, ...fault };
}

/** What the database can hold and a page can show: no NUL, no half characters. */
function shownText(text = ''): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}
