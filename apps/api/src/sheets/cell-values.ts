import type { Fault, FieldError } from '#libs/kernel';
import { CLEAR_MARK, type Choice, type SheetColumn } from './columns.js';
import { bareText } from './harmless.js';
import { MAX_CELL, type SheetCell } from './sheet.js';

/** What a cell gives its field; `blank` leaves the field alone. */
export type CellValue = { blank: true } | { value: unknown } | { fault: FieldError };

const WHOLE = /^\d{1,15}$/;
const SEPARATORS = new Set([';', '；', '\n', '\r']);
const DISK = /^(.+)=\s*(\d{1,15})$/s;

/** Reads one cell. A text column takes whole numbers too: nothing gets lost in them. */
export function cellValue(column: SheetColumn, cell: SheetCell | null): CellValue {
  if (cell === null) return { blank: true };
  const refused = refusal(column, cell);
  if (refused) return { fault: { field: column.field, ...refused } };
  const trimmed = cell.text.trim();
  if (trimmed === CLEAR_MARK) {
    if ('cleared' in column) return { value: column.cleared };
    return fault(column, 'not_clearable', 'This can not be cleared; leave the cell blank or give a value.');
  }
  return read(column, cell.kind === 'text' ? bareText(trimmed) : trimmed);
}

function refusal({ form, choices }: SheetColumn, cell: SheetCell): Fault | null {
  const { kind, text } = cell;
  if (text.length > MAX_CELL) return { code: 'cell_too_long', message: 'This cell is too long.' };
  if (kind === 'formula')
    return { code: 'cell_formula', message: 'A formula is not read; put its value there instead.' };
  if (kind === 'merged') return { code: 'cell_merged', message: 'This belongs to a merged cell; split it.' };
  if (kind === 'error')
    return { code: 'cell_error', message: `This is an error, ${text}.`, params: { what: text } };
  if (kind === 'date') {
    const message = 'This is a date; format the column as text and enter the value again.';
    return { code: 'cell_date', message };
  }
  const takesBooleans = choices?.some(({ value }) => typeof value === 'boolean') ?? false;
  if (kind === 'boolean' && !takesBooleans) {
    const message = 'This is true or false; format the column as text and enter the value again.';
    return { code: 'cell_boolean', message };
  }
  if (kind === 'number' && form !== 'whole' && !WHOLE.test(text)) {
    const message =
      'This is a number of which digits may be lost; format the column as text and enter it again.';
    return { code: 'cell_number', message };
  }
  return null;
}

function fault({ field }: SheetColumn, code: string, message: string, what?: string): CellValue {
  return { fault: { field, code, message, ...(what !== undefined && { params: { what } }) } };
}

function read(column: SheetColumn, text: string): CellValue {
  switch (column.form) {
    case 'text':
      return { value: text };
    case 'whole':
      if (WHOLE.test(text)) return { value: Number(text) };
      return fault(column, 'not_a_number', 'This must be a whole number, digits only.');
    case 'choice':
      return chosen(column, text);
    case 'list':
      return { value: splitList(text) };
    case 'labels':
      return labels(column, text);
    case 'disks':
      return disks(column, text);
  }
}

function chosen(column: SheetColumn, text: string): CellValue {
  const choices = column.choices ?? [];
  const asked = text.normalize('NFKC').toLowerCase();
  const choice = choices.find((one) => wordsOf(one).some((word) => word.toLowerCase() === asked));
  if (choice) return { value: choice.value };
  const words = choices.map(({ titles }) => titles.en).join(', ');
  const inChinese = choices.map(({ titles }) => titles['zh-CN']).join('、');
  return fault(column, 'unknown_choice', `Choose one of: ${words}.`, inChinese);
}

function wordsOf({ value, titles, also = [] }: Choice): string[] {
  return [String(value), titles.en, titles['zh-CN'], ...also];
}

function labels(column: SheetColumn, text: string): CellValue {
  const pairs = splitList(text).map((part): [string, string] => {
    const end = part.indexOf('=');
    return end === -1 ? [part, ''] : [part.slice(0, end).trim(), part.slice(end + 1).trim()];
  });
  const found = new Map(pairs);
  if (found.size < pairs.length) return fault(column, 'repeated', 'One of these stands here twice.');
  return { value: Object.fromEntries(found) };
}

function disks(column: SheetColumn, text: string): CellValue {
  const found = splitList(text).map((part) => DISK.exec(part));
  if (found.includes(null))
    return fault(column, 'not_disks', 'Write disks as name=size in MiB: sda=102400; sdb=204800.');
  return {
    value: found.map((match) => ({ name: match?.[1]?.trim() ?? '', sizeMib: Number(match?.[2]) })),
  };
}

/** Separated by `;` or lines; what holds such a separator stands in quotation marks, as {@link joinList} writes it. */
export function splitList(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  let inQuotes = false;
  for (const character of text) {
    // a quotation mark counts where a part begins; within quotes a doubled one closes and opens again
    if (character === '"' && (inQuotes || part.trim() === '' || part.startsWith('"'))) inQuotes = !inQuotes;
    if (!inQuotes && SEPARATORS.has(character)) {
      parts.push(part);
      part = '';
    } else part = part === '' ? character.trimStart() : part + character;
  }
  return [...parts, part].map((one) => unquoted(one.trim())).filter((one) => one !== '');
}

function unquoted(part: string): string {
  const isQuoted = part.length > 1 && part.startsWith('"') && part.endsWith('"');
  return isQuoted ? part.slice(1, -1).replaceAll('""', '"') : part;
}

/** The opposite of {@link splitList}. */
export function joinList(parts: readonly string[]): string {
  return parts.map((part) => (/[;；\n\r"]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part)).join('; ');
}
