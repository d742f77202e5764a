import { DomainError } from '#libs/kernel';

/** Largest file that is taken, in bytes. */
export const MAX_UPLOAD = 10 * 1024 * 1024;
/** Most rows below the headers. */
export const MAX_ROWS = 20_000;
/** Most columns: whatever stands further right is no list of ours. */
export const MAX_COLUMNS = 100;
/** Most characters in a cell, as in Excel. */
export const MAX_CELL = 32_767;

/** What stands in a cell, as it was typed: a formula's result is nobody's word and isn't among it. */
export type SheetCell =
  | { kind: 'text'; text: string }
  /** `text` is the number as it was stored. */
  | { kind: 'number'; text: string }
  | { kind: 'boolean'; text: 'true' | 'false' }
  | { kind: 'date'; text: string }
  | { kind: 'formula'; text: string }
  /** `#N/A` and its like. */
  | { kind: 'error'; text: string }
  /** Covered by a merged cell that begins elsewhere. */
  | { kind: 'merged'; text: '' };

/** A row with its number as the spreadsheet counts, from 1; blank cells are null. */
export interface SheetRow {
  row: number;
  cells: (SheetCell | null)[];
}

/** What a file holds: its first sheet, without empty rows. */
export interface Sheet {
  rows: SheetRow[];
  /** Names of sheets that are not read. */
  otherSheets: string[];
}

/** What makes a file unreadable as a whole, and what to do about it. */
export const SHEET_FAULTS = {
  sheet_missing: 'There is no file in the request; send its bytes as the body.',
  sheet_empty: 'The file holds no rows.',
  sheet_not_readable: 'This is neither an Excel workbook (.xlsx) nor a CSV file.',
  sheet_damaged: 'The workbook is damaged; open it in a spreadsheet program and save it again.',
  sheet_old_excel:
    'This is a workbook of Excel 97–2003 (.xls); save it as .xlsx, or as CSV, and upload that.',
  sheet_encrypted: 'The workbook is protected by a password; save it without one.',
  sheet_too_large: `The file is too large: at most ${MAX_UPLOAD / 1024 / 1024} MiB, unpacked at most 128 MiB.`,
  sheet_too_many_rows: `The file has too many rows: at most ${MAX_ROWS}; split it.`,
  sheet_too_many_columns: `The file has too many columns: at most ${MAX_COLUMNS}.`,
  sheet_too_many_merged: 'The sheet has too many merged cells; split them.',
  sheet_bad_characters:
    'The characters of the CSV file can not be read; save it as UTF-8 (in Excel: “CSV UTF-8”).',
  sheet_bad_csv: 'The CSV file is not well-formed; a quotation mark may lack its other half.',
  sheet_takes_too_long: 'The file takes too long to read; split it.',
} as const;

export type SheetFault = keyof typeof SHEET_FAULTS;

/** The file can't be read: nothing of it was looked at. */
export class SheetUnreadable extends DomainError {
  readonly kind = 'invalid';

  constructor(readonly code: SheetFault) {
    super(SHEET_FAULTS[code]);
  }
}

/** `A`, `B` … `Z`, `AA`: how spreadsheets call a column, counted from 0. */
export function columnLetters(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnLetters(Math.floor(index / 26) - 1) + letter;
}

/** `AB12` as column from 0 and row from 1; null when it is no address. */
export function cellPlace(address: string): { column: number; row: number } | null {
  const match = /^([A-Z]{1,3})(\d{1,7})$/.exec(address);
  if (!match) return null;
  const [, letters = '', digits = ''] = match;
  const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return { column, row: Number(digits) };
}
