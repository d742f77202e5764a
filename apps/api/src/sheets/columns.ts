import { columnLetters, type SheetRow } from './sheet.js';

/** Languages of headers, explanations and messages. */
export type SheetLanguage = 'en' | 'zh-CN';

/** A text in both of them. */
export type InBoth = Readonly<Record<SheetLanguage, string>>;

/** A value of a fixed set, and how people call it. */
export interface Choice {
  value: string | boolean;
  titles: InBoth;
  /** Further words for it that are understood. */
  also?: readonly string[];
}

/** What a cell of a column is read as. */
export type CellForm = 'text' | 'whole' | 'choice' | 'list' | 'labels' | 'disks';

/** A column of a spreadsheet that is only written. */
export interface WrittenColumn {
  /** As REST calls it, or close to it. */
  field: string;
  titles: InBoth;
  choices?: readonly Choice[];
}

/** A column of an import, its template and the export. */
export interface SheetColumn extends WrittenColumn {
  /** Further headers that are understood, such as the console's word for it. */
  also?: readonly string[];
  /** What belongs there. */
  help: InBoth;
  form: CellForm;
  /** What the mark `-` makes of the field; absent: it can't be cleared. */
  cleared?: unknown;
  /** Needed for something new. */
  required?: boolean;
  example: string | InBoth;
}

/** All columns of a kind; the first is the name by which rows are found. */
export type SheetColumns = readonly [SheetColumn, ...SheetColumn[]];

/** Clears a field, where a blank cell leaves it alone. */
export const CLEAR_MARK = '-';

/** A row whose name begins so is a remark for people. */
export const REMARK_MARK = '#';

/** The yes and no of spreadsheets. */
export const YES_NO: readonly Choice[] = [
  { value: true, titles: { en: 'yes', 'zh-CN': '是' }, also: ['true', 'y', '1', '启用', 'active'] },
  { value: false, titles: { en: 'no', 'zh-CN': '否' }, also: ['false', 'n', '0', '停用', 'inactive'] },
];

/** Which column of a file is which of ours. */
export interface HeaderMatch {
  /** By the file's columns; null: unknown, left out. */
  columns: (SheetColumn | null)[];
  headers: string[];
  unknown: string[];
  /** What is wrong with the headers: cell and header. */
  repeated: { cell: string; header: string }[];
}

/** Finds the columns by their headers, in whatever order, by title in either language or by REST name. */
export function matchHeaders(known: SheetColumns, { row, cells }: SheetRow): HeaderMatch {
  const names = new Map(
    known.flatMap((column) =>
      [column.field, column.titles.en, column.titles['zh-CN'], ...(column.also ?? [])].map(
        (name) => [bare(name), column] as const,
      ),
    ),
  );
  const match: HeaderMatch = { columns: [], headers: [], unknown: [], repeated: [] };
  for (const [index, cell] of cells.entries()) {
    const header = cell?.text.trim() ?? '';
    const column = names.get(bare(header)) ?? null;
    if (column === null && header !== '') match.unknown.push(header);
    if (column !== null && match.columns.includes(column))
      match.repeated.push({ cell: `${columnLetters(index)}${row}`, header });
    match.columns.push(column);
    match.headers.push(header);
  }
  return match;
}

/** `IP Address*`, `ip_address` and `ipAddress` are the same. */
function bare(header: string): string {
  return header
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s*_:()-]/g, '');
}
