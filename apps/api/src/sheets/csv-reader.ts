import { parse } from 'csv-parse/sync';
import { MAX_COLUMNS, MAX_ROWS, SheetUnreadable, type Sheet, type SheetRow } from './sheet.js';

const DELIMITERS = [',', ';', '\t'];
/** Longest row, in characters. */
const MAX_RECORD = 1_048_576;
/** How much of a file is looked at to find out what it is. */
const SAMPLE = 4_096;

/**
 * A CSV file as spreadsheet programs write them: UTF-8 with or without a byte order mark, UTF-16 with one, or GB18030;
 * comma, semicolon or tab between the cells, whichever the first line has most of.
 * @throws SheetUnreadable
 */
export function readCsv(bytes: Buffer): Sheet {
  const text = decode(bytes);
  const records = recordsOf(text);
  const rows: SheetRow[] = records.flatMap((record, index) => {
    const cells = record.map((cell) => (cell.trim() === '' ? null : ({ kind: 'text', text: cell } as const)));
    return cells.some((cell) => cell !== null) ? [{ row: index + 1, cells }] : [];
  });
  if (rows.length > MAX_ROWS + 1) throw new SheetUnreadable('sheet_too_many_rows');
  if (rows.some(({ cells }) => cells.length > MAX_COLUMNS)) {
    for (const { cells } of rows) dropBlankEnd(cells);
    if (rows.some(({ cells }) => cells.length > MAX_COLUMNS))
      throw new SheetUnreadable('sheet_too_many_columns');
  }
  return { rows, otherSheets: [] };
}

function dropBlankEnd(cells: unknown[]): void {
  while (cells.at(-1) === null) cells.pop();
}

function recordsOf(text: string): string[][] {
  try {
    return parse(text, {
      delimiter: delimiterOf(text),
      relax_column_count: true,
      skip_empty_lines: false,
      max_record_size: MAX_RECORD,
      to: MAX_ROWS * 5, // empty lines are dropped afterwards
    });
  } catch {
    // an unclosed quote, or a row that never ends
    throw new SheetUnreadable('sheet_bad_csv');
  }
}

function decode(bytes: Buffer): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return decodeAs('utf-16le', bytes);
  if (first === 0xfe && second === 0xff) return decodeAs('utf-16be', bytes);
  // a text holds no NUL but by mistake; programs and pictures hold many
  const zeros = bytes.subarray(0, SAMPLE).filter((byte) => byte === 0).length;
  if (zeros > 8) throw new SheetUnreadable('sheet_not_readable');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return decodeAs('gb18030', bytes); // what Excel writes on a Chinese Windows
  }
}

function decodeAs(encoding: string, bytes: Buffer): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new SheetUnreadable('sheet_bad_characters');
  }
}

/** Of the first line that isn't empty, what stands outside of quotation marks. */
function delimiterOf(text: string): string {
  const line =
    text
      .slice(0, SAMPLE * 4)
      .trimStart()
      .split(/\r?\n|\r/, 1)[0] ?? '';
  const bare = line.replace(/"[^"]*"/g, '');
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}
