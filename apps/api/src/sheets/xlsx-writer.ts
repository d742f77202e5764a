import { columnLetters, MAX_CELL } from './sheet.js';
import { zip } from './zip-writer.js';

/** A cell to write; text is text, whatever it looks like. */
export type WrittenCell = string | number;

/** A sheet to write, its rows in batches. */
export interface WrittenSheet {
  name: string;
  header: readonly string[];
  /** In characters. */
  widths: readonly number[];
  rows: AsyncIterable<readonly WrittenCell[][]>;
  /** What a column offers to choose from. */
  choices?: readonly { column: number; values: readonly string[] }[];
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const MAKERS = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
/** Excel's last row. */
const LAST_ROW = 1_048_576;

/** Cell styles of {@link STYLES}: everything below the headers is text, so that typed numbers keep their zeros. */
const TEXT_STYLE = 1;
const HEADER_STYLE = 2;
const STYLES = `${XML}<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs></styleSheet>`;

/** A workbook (ECMA-376) as it is made: a batch of rows at a time. */
export function writeXlsx(sheets: readonly WrittenSheet[]): AsyncGenerator<Buffer, void> {
  return zip([
    { name: '[Content_Types].xml', content: [contentTypes(sheets.length)] },
    { name: '_rels/.rels', content: [relations([['officeDocument', 'xl/workbook.xml']])] },
    { name: 'xl/workbook.xml', content: [workbook(sheets)] },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content: [
        relations([
          ...sheets.map((_, index): [string, string] => ['worksheet', `worksheets/sheet${index + 1}.xml`]),
          ['styles', 'styles.xml'],
        ]),
      ],
    },
    { name: 'xl/styles.xml', content: [STYLES] },
    ...sheets.map((sheet, index) => ({
      name: `xl/worksheets/sheet${index + 1}.xml`,
      content: sheetXml(sheet),
    })),
  ]);
}

function contentTypes(count: number): string {
  const sheets = Array.from(
    { length: count },
    (_, index) =>
      `<Override PartName="/xl/worksheets/sheet${index + 1}.xml" ContentType="${MAKERS}.worksheet+xml"/>`,
  );
  return `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${MAKERS}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${MAKERS}.styles+xml"/>${sheets.join('')}</Types>`;
}

function relations(targets: readonly [type: string, target: string][]): string {
  const found = targets.map(
    ([type, target], index) =>
      `<Relationship Id="rId${index + 1}" Type="${RELATIONS}/${type}" Target="${target}"/>`,
  );
  return `${XML}<Relationships xmlns="${PACKAGE}/relationships">${found.join('')}</Relationships>`;
}

function workbook(sheets: readonly WrittenSheet[]): string {
  const found = sheets.map(
    ({ name }, index) => `<sheet name="${escape(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`,
  );
  return `${XML}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>${found.join('')}</sheets></workbook>`;
}

async function* sheetXml({ header, widths, rows, choices }: WrittenSheet): AsyncGenerator<string, void> {
  const columns = widths.map(
    (width, index) =>
      `<col min="${index + 1}" max="${index + 1}" width="${width}" style="${TEXT_STYLE}" customWidth="1"/>`,
  );
  yield `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${columns.join('')}</cols><sheetData>`;
  yield rowXml(1, header, HEADER_STYLE);
  let row = 2;
  for await (const batch of rows) {
    const first = row;
    yield batch.map((cells, index) => rowXml(first + index, cells, TEXT_STYLE)).join('');
    row += batch.length;
    if (row > LAST_ROW + 1) throw new Error('a sheet ends at row 1,048,576');
  }
  yield `</sheetData>${validations(choices ?? [])}</worksheet>`;
}

function rowXml(row: number, cells: readonly WrittenCell[], style: number): string {
  const found = cells.map((cell, column) => cellXml(`${columnLetters(column)}${row}`, cell, style));
  return `<row r="${row}">${found.join('')}</row>`;
}

function cellXml(address: string, cell: WrittenCell, style: number): string {
  if (cell === '') return '';
  if (typeof cell === 'number') return `<c r="${address}"><v>${cell}</v></c>`;
  // programs take a file with more in a cell for a broken one
  const text = cell.length > MAX_CELL ? `${cell.slice(0, MAX_CELL - 1)}…` : cell;
  return `<c r="${address}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escape(text)}</t></is></c>`;
}

function validations(choices: NonNullable<WrittenSheet['choices']>): string {
  if (choices.length === 0) return '';
  const found = choices.map(({ column, values }) => {
    const letters = columnLetters(column);
    return `<dataValidation type="list" allowBlank="1" sqref="${letters}2:${letters}${LAST_ROW}"><formula1>"${escape(values.join(','))}"</formula1></dataValidation>`;
  });
  return `<dataValidations count="${choices.length}">${found.join('')}</dataValidations>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** Characters that XML 1.0 has no way to write (section 2.2). */
const FORBIDDEN = /[\p{Cc}--[\t\n\r]]|[\ufffe\uffff]/gv;

function escape(text: string): string {
  return text
    .toWellFormed()
    .replace(FORBIDDEN, '\ufffd')
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
