import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import writeExcel from 'write-excel-file/node';
import { ApiFixture } from './api-fixture.js';
import { check, faultsOf, rowsOf, sheetXmlOf, textCell, upload, workbookOf, zipOf } from './sheet-files.js';

const MIB = 1024 * 1024;
const HEADERS = textCell('A1', 'name') + textCell('B1', 'address') + textCell('C1', 'comment');
/** A workbook with the headers name, address, comment and these rows of raw cells. */
const withRows = (rows: readonly string[], after = ''): Buffer =>
  workbookOf(sheetXmlOf([HEADERS, ...rows], after));
/** A compound file that holds a stream of this name. */
const compound = (stream: string): Buffer =>
  Buffer.concat([
    Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
    Buffer.alloc(504),
    Buffer.from(stream, 'utf16le'),
    Buffer.alloc(512),
  ]);

describe('a hostile spreadsheet', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start();
  });
  afterAll(() => api.stop());

  const bomb = Buffer.alloc(100 * MIB, ' ');
  const start = sheetXmlOf([]).replace('</sheetData></worksheet>', '');
  it.each<[string, string, () => Buffer]>([
    ['nothing', 'sheet_missing', () => Buffer.alloc(0)],
    ['blanks', 'sheet_empty', () => Buffer.from('\n\n  \n')],
    ['headers alone', 'sheet_empty', () => Buffer.from('name,address\n')],
    ['a workbook of Excel 97', 'sheet_old_excel', () => compound('Workbook')],
    ['an encrypted workbook', 'sheet_encrypted', () => compound('EncryptedPackage')],
    [
      'an archive with encrypted files',
      'sheet_encrypted',
      () =>
        zipOf([
          { name: 'xl/workbook.xml', content: 'x', flags: 1 },
          { name: 'xl/_rels/workbook.xml.rels', content: 'x' },
        ]),
    ],
    [
      'an archive of something else',
      'sheet_not_readable',
      () => zipOf([{ name: 'word/document.xml', content: '<a/>' }]),
    ],
    ['half a workbook', 'sheet_damaged', () => withRows([]).subarray(0, 400)],
    [
      'a picture',
      'sheet_not_readable',
      () => Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(64)]),
    ],
    ['a PDF', 'sheet_not_readable', () => Buffer.from('%PDF-1.7\nname,address\n')],
    ['a page', 'sheet_not_readable', () => Buffer.from('<!DOCTYPE html><table><tr><td>name')],
    [
      'unreadable characters',
      'sheet_bad_characters',
      () => Buffer.concat([Buffer.from('name,address\nx'), Buffer.from([0xff, 0xff, 0x0a])]),
    ],
    ['a quotation mark that never closes', 'sheet_bad_csv', () => Buffer.from('name,address\n"x,1\n')],
    ['XML that is none', 'sheet_damaged', () => workbookOf(`${start}<row r="1"><c`)],
    [
      'entities that explode',
      'sheet_damaged',
      () => workbookOf(`<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>${sheetXmlOf([HEADERS])}`),
    ],
    [
      'rows that go backwards',
      'sheet_damaged',
      () => workbookOf(sheetXmlOf([HEADERS]).replace('</row>', '</row><row r="1"></row>')),
    ],
    ['a bomb of 100 MiB that says so', 'sheet_too_large', () => workbookOf(`${start}${bomb.toString()}`)],
    [
      'a bomb that says it is small',
      'sheet_damaged',
      () =>
        zipOf([
          { name: 'xl/workbook.xml', content: bomb, declared: 1_000 },
          { name: 'xl/_rels/workbook.xml.rels', content: 'x' },
        ]),
    ],
    [
      'more files than a workbook has',
      'sheet_too_large',
      () =>
        workbookOf(
          sheetXmlOf([HEADERS]),
          Array.from({ length: 1_000 }, (_, index) => ({ name: `xl/${index}.xml`, content: '' })),
        ),
    ],
    ['columns without end', 'sheet_too_many_columns', () => Buffer.from(`${'name,'.repeat(101)}x\n1\n`)],
    ['a cell far to the right', 'sheet_too_many_columns', () => withRows([textCell('XFD2', 'x')])],
    ['more rows than are taken', 'sheet_too_many_rows', () => Buffer.from(`name\n${'x\n'.repeat(20_001)}`)],
    [
      'merged cells all over',
      'sheet_too_many_merged',
      () =>
        withRows(
          Array.from({ length: 3_000 }, (_, row) => textCell(`A${row + 2}`, 'x')),
          `<mergeCells>${'<mergeCell ref="A1:XFD1048576"/>'.repeat(500)}</mergeCells>`,
        ),
    ],
    ['no column of names', 'sheet_no_name_column', () => Buffer.from('address\n10.0.0.1\n')],
    [
      'a column twice',
      'sheet_repeated_column',
      () => Buffer.from('name,address,Address\nx,10.0.0.1,10.0.0.2\n'),
    ],
  ])('%s is refused as a whole', async (_, code, file) => {
    const answer = await upload(api.admin, 'assets', file());
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 422 });
    expect(answer.text).toContain(`"code":"${code}"`);
  });

  it('that is larger than may be is refused before it is read to its end', async () => {
    const answer = await upload(api.admin, 'assets', Buffer.alloc(10 * MIB + 1, 'x'));
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code: 'sheet_too_large' });
  });

  it('with formulas, dates, booleans, errors, numbers and merged cells is told cell by cell', async () => {
    const file = withRows(
      [
        `<c r="A2" t="str"><f>HYPERLINK("http://evil.example","x")</f><v>f-1</v></c>${textCell('B2', '10.0.0.1')}`,
        `${textCell('A3', 'f-2')}${textCell('B3', '10.0.0.2')}<c r="C3" s="1"><v>45000</v></c>`,
        `${textCell('A4', 'f-3')}${textCell('B4', '10.0.0.3')}<c r="C4" t="b"><v>1</v></c>`,
        `${textCell('A5', 'f-4')}${textCell('B5', '10.0.0.4')}<c r="C5" t="e"><v>#REF!</v></c>`,
        `${textCell('A6', 'f-5')}${textCell('B6', '10.0.0.5')}<c r="C6"><v>7.1</v></c>`,
        `${textCell('A7', 'f-6')}${textCell('B7', '10.0.0.6')}<c r="C7"><v>12345678901234567</v></c>`,
        `${textCell('A8', 'f-7')}${textCell('B8', '10.0.0.7')}${textCell('C8', 'm')}`,
        `${textCell('A9', 'f-8')}${textCell('B9', '10.0.0.8')}`,
        `${textCell('A10', 'f-9')}${textCell('B10', '10.0.0.9')}<c r="C10"><f>[1]Other!A1</f><v>0</v></c>`,
        `${textCell('A11', 'f-10')}${textCell('B11', '10.0.0.10')}${textCell('C11', 'x'.repeat(40_000))}`,
        `${textCell('A12', 'f-11')}${textCell('B12', '10.0.0.11')}${textCell('C12', 'a_x0000_b')}`,
        `${textCell('A13', 'f-12')}${textCell('B13', '10.0.0.12')}<c r="C13"><v>4711</v></c>`,
      ],
      '<mergeCells><mergeCell ref="C8:C9"/></mergeCells>',
    );
    const checked = await check(api.admin, 'assets', file);
    expect(faultsOf(await rowsOf(api.admin, 'assets', checked.id))).toEqual([
      'A2 cell_formula',
      'C3 cell_date',
      'C4 cell_boolean',
      'C5 cell_error',
      'C6 cell_number',
      'C7 cell_number',
      'C9 cell_merged',
      'C10 cell_formula',
      'C11 cell_too_long',
      'C12 control_characters',
    ]);
    expect(checked.counts).toMatchObject({ added: 2, refused: 10 });
  });

  it('leaves the api to everybody else while it is read', async () => {
    const line = Array.from({ length: 60 }, (_, index) => `value ${index}`);
    const rows = Array.from({ length: 15_000 }, (_, index) => [`slow-${index}`, '10.0.0.1', ...line]);
    const header = ['name', 'address', ...line.map((_, index) => `unknown ${index}`)];
    const file = await writeExcel([header, ...rows]).toBuffer();
    const state = { isRead: false };
    const reading = upload(api.admin, 'assets', file).finally(() => (state.isRead = true));
    const waits: number[] = [];
    while (!state.isRead) {
      const begun = performance.now();
      await api.anonymous().get('/api/../healthz');
      waits.push(performance.now() - begun);
    }
    expect((await reading).status).toBe(201);
    waits.sort((one, other) => one - other);
    const median = waits[Math.floor(waits.length / 2)] ?? Infinity;
    process.stdout.write(
      `15,000 × 62 cells: another's request waits ${median.toFixed(1)} ms, ${Math.max(...waits).toFixed(0)} ms at most\n`,
    );
    expect(waits.length).toBeGreaterThan(20);
    expect(median).toBeLessThan(250);
  }, 60_000);
});
