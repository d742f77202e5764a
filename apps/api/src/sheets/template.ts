import type { SheetFormat } from '#libs/contracts';
import {
  CLEAR_MARK,
  REMARK_MARK,
  type InBoth,
  type SheetColumn,
  type SheetColumns,
  type SheetLanguage,
} from './columns.js';
import { sendSheet } from './sheet-writer.js';
import type { WrittenCell, WrittenSheet } from './xlsx-writer.js';

const WORDS = {
  explanations: { en: 'Explanations', 'zh-CN': '填写说明' },
  column: { en: 'Column', 'zh-CN': '列' },
  restName: { en: 'REST name', 'zh-CN': 'API 字段名' },
  required: { en: 'Needed', 'zh-CN': '必填' },
  meaning: { en: 'What belongs there', 'zh-CN': '说明' },
  values: { en: 'Allowed values', 'zh-CN': '可选值' },
  clears: { en: 'Can be cleared with -', 'zh-CN': '可用 - 清空' },
  example: { en: 'Example', 'zh-CN': '示例' },
  yes: { en: 'yes', 'zh-CN': '是' },
  sample: { en: `${REMARK_MARK} Example, not imported: `, 'zh-CN': `${REMARK_MARK} 示例行，不会导入：` },
  explained: {
    en: `${REMARK_MARK} Explanation, not imported: `,
    'zh-CN': `${REMARK_MARK} 说明行，不会导入：`,
  },
  blank: {
    en: `A blank cell leaves the field as it is; ${CLEAR_MARK} clears it. Columns may stand in any order, and be left out. Rows that begin with ${REMARK_MARK} are not imported.`,
    'zh-CN': `空单元格表示不修改该字段；填 ${CLEAR_MARK} 表示清空。列的顺序任意，也可以缺列。以 ${REMARK_MARK} 开头的行不会导入。`,
  },
} satisfies Record<string, InBoth>;

const SAMPLE_WIDTH = 22;
const EXPLANATION_WIDTHS = [24, 20, 10, 70, 50, 22, 34];

/** What a template is for. */
export interface TemplateSubject {
  columns: SheetColumns;
  /** Of the sheet. */
  titles: InBoth;
  /** Of the file. */
  fileName: string;
}

/** An empty sheet to fill in: with headers, a sample row, and an explanation of every column. */
export function sendTemplate(subject: TemplateSubject, format: SheetFormat, language: SheetLanguage) {
  const { columns, titles, fileName } = subject;
  const sheet: WrittenSheet = {
    name: titles[language],
    header: columns.map((column) => column.titles[language]),
    widths: columns.map(() => SAMPLE_WIDTH),
    rows: once(
      format === 'csv'
        ? [explanationRow(columns, language), sampleRow(columns, language)]
        : [sampleRow(columns, language)],
    ),
    choices: columns.flatMap(({ choices }, column) =>
      choices ? [{ column, values: choices.map((choice) => choice.titles[language]) }] : [],
    ),
  };
  return sendSheet({ name: fileName, format, sheets: [sheet, explanations(columns, language)] });
}

function sampleRow(columns: SheetColumns, language: SheetLanguage): WrittenCell[] {
  return columns.map(
    (column, index) => (index === 0 ? WORDS.sample[language] : '') + exampleOf(column, language),
  );
}

/** A CSV file has no second sheet: each column is explained below its header. */
function explanationRow(columns: SheetColumns, language: SheetLanguage): WrittenCell[] {
  return columns.map((column, index) => {
    const { help, choices } = column;
    const values = choices ? `: ${choices.map(({ titles }) => titles[language]).join(' / ')}` : '';
    const begin = index === 0 ? WORDS.explained[language] : '';
    const end = index === 0 ? `. ${WORDS.blank[language]}` : '';
    return `${begin}${help[language]}${values}${end}`;
  });
}

function exampleOf({ example }: SheetColumn, language: SheetLanguage): string {
  return typeof example === 'string' ? example : example[language];
}

function explanations(columns: SheetColumns, language: SheetLanguage): WrittenSheet {
  const words = (name: keyof typeof WORDS): string => WORDS[name][language];
  const mark = (is: boolean): string => (is ? words('yes') : '');
  const rows = columns.map((column): WrittenCell[] => [
    column.titles[language],
    column.field,
    mark(column.required === true),
    column.help[language],
    (column.choices ?? []).map(({ titles }) => titles[language]).join(' / '),
    mark('cleared' in column),
    exampleOf(column, language),
  ]);
  return {
    name: words('explanations'),
    header: (['column', 'restName', 'required', 'meaning', 'values', 'clears', 'example'] as const).map(
      words,
    ),
    widths: EXPLANATION_WIDTHS,
    rows: once([...rows, [words('blank')]]),
  };
}

async function* once(rows: WrittenCell[][]): AsyncGenerator<WrittenCell[][], void> {
  yield rows;
}
