import { posix } from 'node:path';
import {
  cellPlace,
  MAX_COLUMNS,
  MAX_ROWS,
  SheetUnreadable,
  type Sheet,
  type SheetCell,
  type SheetRow,
} from './sheet.js';
import {
  readDateStyles,
  readRelations,
  readSharedStrings,
  readWorkbook,
  readXml,
  unescape,
  type XmlListener,
} from './workbook-xml.js';
import { ZipReader } from './zip-reader.js';

const WORKBOOK = 'xl/workbook.xml';
const WORKBOOK_RELATIONS = 'xl/_rels/workbook.xml.rels';
/** Cells under merged ones that are marked at most. */
const MAX_MERGED = 1_000_000;
const DAY_MS = 86_400_000;
/** Serial number 0 of the two calendars; the first counts a 29 February 1900 that never was. */
const EPOCH_1900 = Date.UTC(1899, 11, 30);
const EPOCH_1904 = Date.UTC(1904, 0, 1);

interface Texts {
  shared: readonly string[];
  dateStyles: readonly boolean[];
  epoch: number;
}

/** The first sheet of a workbook (ECMA-376). @throws SheetUnreadable */
export function readXlsx(bytes: Buffer): Sheet {
  const zip = new ZipReader(bytes);
  if (!zip.has(WORKBOOK) || !zip.has(WORKBOOK_RELATIONS)) throw new SheetUnreadable('sheet_not_readable');
  const { sheets, since1904 } = readWorkbook(zip.read(WORKBOOK));
  const relations = readRelations(zip.read(WORKBOOK_RELATIONS));
  const pathOf = (found: { target: string } | undefined): string | null =>
    found ? posix.join('xl', found.target).replace(/^xl\/xl\//, 'xl/') : null;
  const [first, ...others] = sheets;
  const path = pathOf(relations.find(({ id }) => id === first?.relation));
  if (path === null || !zip.has(path)) throw new SheetUnreadable('sheet_damaged');
  const part = <T>(type: string, read: (content: Buffer) => T, without: T): T => {
    const name = pathOf(relations.find((relation) => relation.type === type));
    return name !== null && zip.has(name) ? read(zip.read(name)) : without;
  };
  const shared = part<string[]>('sharedStrings', readSharedStrings, []);
  const dateStyles = part<boolean[]>('styles', readDateStyles, []);
  const reading = new SheetReading({ shared, dateStyles, epoch: since1904 ? EPOCH_1904 : EPOCH_1900 });
  readXml(zip.read(path), reading);
  return { rows: reading.finish(), otherSheets: others.map(({ name }) => name) };
}

/** Listens to `sheetN.xml` and gathers its rows. */
class SheetReading implements XmlListener {
  private readonly rows: SheetRow[] = [];
  private readonly merged: string[] = [];
  private row: SheetRow = { row: 0, cells: [] };
  private column = -1;
  private type = '';
  private style = 0;
  private value = '';
  private formula: string | null = null;
  private into: 'value' | 'formula' | null = null;

  constructor(private readonly texts: Texts) {}

  open(name: string, attributes: Record<string, string>): void {
    if (name === 'row') this.openRow(attributes['r']);
    else if (name === 'c') this.openCell(attributes);
    else if (name === 'f') {
      this.formula = '';
      this.into = 'formula';
    } else if (name === 'v' || name === 't') this.into = 'value';
    else if (name === 'mergeCell') this.merged.push(attributes['ref'] ?? '');
  }

  text(piece: string): void {
    if (this.into === 'value') this.value += piece;
    else if (this.into === 'formula') this.formula = (this.formula ?? '') + piece;
  }

  close(name: string): void {
    if (name === 'c') this.closeCell();
    else if (name === 'row') this.closeRow();
    else if (name === 'v' || name === 't' || name === 'f') this.into = null;
  }

  /** The rows, merged cells marked. */
  finish(): SheetRow[] {
    let left = MAX_MERGED;
    for (const range of this.merged) left -= markMerged(this.rows, range, left);
    return this.rows;
  }

  private openRow(number: string | undefined): void {
    const row = number === undefined ? this.row.row + 1 : Number(number);
    if (!Number.isInteger(row) || row <= this.row.row) throw new SheetUnreadable('sheet_damaged');
    this.row = { row, cells: [] };
    this.column = -1;
  }

  private closeRow(): void {
    if (!this.row.cells.some((cell) => cell !== null)) return;
    this.rows.push(this.row);
    if (this.rows.length > MAX_ROWS + 1) throw new SheetUnreadable('sheet_too_many_rows');
  }

  private openCell({ r, t = 'n', s = '0' }: Record<string, string>): void {
    const place = r === undefined ? null : cellPlace(r);
    this.column = place?.column ?? this.column + 1;
    this.type = t;
    this.style = Number(s);
    this.value = '';
    this.formula = null;
  }

  private closeCell(): void {
    const cell = this.cell();
    if (cell === null) return;
    if (this.column >= MAX_COLUMNS) throw new SheetUnreadable('sheet_too_many_columns');
    const { cells } = this.row;
    while (cells.length < this.column) cells.push(null);
    cells[this.column] = cell;
  }

  private cell(): SheetCell | null {
    if (this.formula !== null) return { kind: 'formula', text: `=${this.formula}` };
    const { type, value } = this;
    if (type === 'inlineStr' || type === 'str') return textCell(unescape(value));
    if (value === '') return null;
    if (type === 's') return textCell(this.texts.shared[Number(value)] ?? '');
    if (type === 'b') return { kind: 'boolean', text: value === '1' ? 'true' : 'false' };
    if (type === 'e') return { kind: 'error', text: value };
    if (type === 'd') return { kind: 'date', text: value };
    return this.texts.dateStyles[this.style] === true
      ? { kind: 'date', text: dateText(Number(value), this.texts.epoch) }
      : { kind: 'number', text: numberText(value) };
  }
}

function textCell(text: string): SheetCell | null {
  return text.trim() === '' ? null : { kind: 'text', text };
}

/** As people write the number: files say `1.1E2` too. */
function numberText(value: string): string {
  const number = Number(value);
  return Number.isFinite(number) ? String(number) : value;
}

function dateText(serial: number, epoch: number): string {
  const moment = new Date(epoch + Math.round(serial * DAY_MS));
  if (Number.isNaN(moment.getTime())) return String(serial);
  return moment
    .toISOString()
    .replace('T', ' ')
    .replace(/\.000Z$/, '')
    .replace(/ 00:00:00$/, '');
}

/** Marks all cells of `A2:B4` but the first, of rows that are there. @returns how many. */
function markMerged(rows: readonly SheetRow[], range: string, most: number): number {
  const [from, to] = range.split(':').map(cellPlace);
  if (!from || !to) return 0;
  let marked = 0;
  const last = Math.min(to.column, MAX_COLUMNS - 1);
  for (const { row, cells } of rows) {
    if (row < from.row || row > to.row) continue;
    for (let column = from.column; column <= last; column++) {
      if (row === from.row && column === from.column) continue;
      while (cells.length <= column) cells.push(null);
      cells[column] = { kind: 'merged', text: '' };
      marked++;
    }
    if (marked > most) throw new SheetUnreadable('sheet_too_many_merged');
  }
  return marked + 1;
}
