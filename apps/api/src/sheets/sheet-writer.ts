import { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { stringify } from 'csv-stringify/sync';
import type { SheetFormat } from '#libs/contracts';
import { joinList } from './cell-values.js';
import type { SheetLanguage, WrittenColumn } from './columns.js';
import { harmless } from './harmless.js';
import { writeXlsx, type WrittenCell, type WrittenSheet } from './xlsx-writer.js';

const MEDIA_TYPES: Readonly<Record<SheetFormat, string>> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
};
const BYTE_ORDER_MARK = '\ufeff';
const WIDTH = 20;

/** A file to send. */
export interface SheetFile {
  /** Without its ending. */
  name: string;
  format: SheetFormat;
  sheets: readonly [WrittenSheet, ...WrittenSheet[]];
}

/**
 * The file as it is made. Of several sheets a CSV file holds the first. What fails on the way cuts the connection:
 * half a list must not look like a whole one.
 */
export function sendSheet({ name, format, sheets }: SheetFile): StreamableFile {
  const bytes = format === 'xlsx' ? writeXlsx(sheets) : writeCsv(sheets[0]);
  const file = new StreamableFile(Readable.from(bytes, { objectMode: false }), {
    type: MEDIA_TYPES[format],
    disposition: `attachment; filename="${name}.${format}"`,
  });
  file.setErrorHandler((_error, response) => response instanceof ServerResponse && response.destroy());
  return file;
}

async function* writeCsv({ header, rows }: WrittenSheet): AsyncGenerator<Buffer, void> {
  // Excel takes a CSV file without the mark for one in the machine's own character set
  yield Buffer.from(BYTE_ORDER_MARK + csvLines([[...header]]));
  for await (const batch of rows) yield Buffer.from(csvLines(batch));
}

/** RFC 4180: a cell with a line end of any kind is quoted. */
function csvLines(rows: readonly WrittenCell[][]): string {
  return stringify([...rows], { record_delimiter: '\r\n', quoted_match: /[\r\n]/ });
}

/** A sheet of things by our columns, with their titles as headers: of those of an import, what it takes. */
export function listSheet(
  columns: readonly WrittenColumn[],
  language: SheetLanguage,
  name: string,
  batches: AsyncIterable<Record<string, unknown>[]>,
): WrittenSheet {
  return {
    name,
    header: columns.map(({ titles }) => titles[language]),
    widths: columns.map(() => WIDTH),
    rows: cellsOf(columns, language, batches),
  };
}

async function* cellsOf(
  columns: readonly WrittenColumn[],
  language: SheetLanguage,
  batches: AsyncIterable<Record<string, unknown>[]>,
): AsyncGenerator<WrittenCell[][], void> {
  for await (const batch of batches) {
    yield batch.map((one) => columns.map((column) => writtenCell(column, language, one[column.field])));
  }
}

/** A value as a cell that an import reads back to the same value. */
export function writtenCell(column: WrittenColumn, language: SheetLanguage, value: unknown): WrittenCell {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return value;
  const choice = column.choices?.find((one) => one.value === value);
  if (choice) return choice.titles[language];
  if (Array.isArray(value)) return harmless(joinList(value.map(listed)));
  if (typeof value === 'object') return harmless(joinList(pairs(value)));
  return typeof value === 'string' ? harmless(value) : '';
}

/** A text, or a disk as `name=size`. */
function listed(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || !('name' in value) || !('sizeMib' in value)) return '';
  return `${String(value.name)}=${String(value.sizeMib)}`;
}

function pairs(value: object): string[] {
  return Object.entries(value).map(([key, text]) => `${key}=${String(text)}`);
}

/** `assets-2026-01-31`. */
export function datedName(name: string, now: Date): string {
  return `${name}-${now.toISOString().slice(0, 10)}`;
}
