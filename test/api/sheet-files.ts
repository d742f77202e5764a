import { Buffer } from 'node:buffer';
import { availableParallelism, loadavg } from 'node:os';
import { crc32, deflateRawSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import type { Response } from 'supertest';
import { z } from 'zod';
import type { ApiClient } from './api-fixture.js';

/** A file of an archive; what is said of its size and sum may be a lie. */
interface ZipPart {
  name: string;
  content: Buffer | string;
  /** Instead of the true size. */
  declared?: number;
  /** General purpose flags. */
  flags?: number;
}

/** A ZIP archive byte by byte, so that tests can lie in it. */
export function zipOf(parts: readonly ZipPart[]): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { name, content, declared, flags = 0 } of parts) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const sizes = { crc: crc32(bytes), packed: packed.length, unpacked: declared ?? bytes.length };
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    fillSizes(local, 6, flags, sizes);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    fillSizes(entry, 8, flags, sizes);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    const whole = Buffer.concat([local, Buffer.from(name), packed]);
    locals.push(whole);
    entries.push(entry, Buffer.from(name));
    offset += whole.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function fillSizes(
  head: Buffer,
  at: number,
  flags: number,
  { crc, packed, unpacked }: { crc: number; packed: number; unpacked: number },
): void {
  head.writeUInt16LE(flags, at);
  head.writeUInt16LE(8, at + 2);
  head.writeUInt32LE(crc, at + 8);
  head.writeUInt32LE(packed, at + 12);
  head.writeUInt32LE(unpacked, at + 16);
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

const STYLES = `<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>`;

/** A workbook around this XML of its first sheet. Cells of style 1 are dates. */
export function workbookOf(sheetXml: string, others: readonly ZipPart[] = []): Buffer {
  return zipOf([
    {
      name: 'xl/workbook.xml',
      content: `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content: `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`,
    },
    { name: 'xl/styles.xml', content: STYLES },
    { name: 'xl/worksheets/sheet1.xml', content: sheetXml },
    ...others,
  ]);
}

/** The first sheet's XML with these rows of raw cells: `<c r="A1" …>`. */
export function sheetXmlOf(rows: readonly string[], after = ''): string {
  const data = rows.map((cells, index) => `<row r="${index + 1}">${cells}</row>`).join('');
  return `<?xml version="1.0"?><worksheet xmlns="${MAIN}"><sheetData>${data}</sheetData>${after}</worksheet>`;
}

/** A text cell. */
export const textCell = (address: string, text: string): string =>
  `<c r="${address}" t="inlineStr"><is><t>${text}</t></is></c>`;

const importView = z.object({
  id: z.uuid(),
  state: z.string(),
  counts: z.object({ added: z.number(), changed: z.number(), unchanged: z.number(), refused: z.number() }),
  total: z.number(),
  progress: z.number(),
  unknownHeaders: z.array(z.string()),
  otherSheets: z.array(z.string()),
  remarks: z.number(),
});
export type ImportAnswer = z.infer<typeof importView>;

const rowPage = z.object({
  total: z.number(),
  items: z.array(
    z.object({
      row: z.number(),
      name: z.string(),
      outcome: z.string(),
      changes: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
      errors: z.array(
        z.object({
          cell: z.string().nullable(),
          field: z.string(),
          code: z.string(),
          message: z.string(),
          text: z.string(),
        }),
      ),
    }),
  ),
});
export type ImportRows = z.infer<typeof rowPage>['items'];

/** A limit in milliseconds for a machine of our own; where others keep the processors busy, as much longer as they do. */
export function whileOthersWork(limit: number): number {
  const [load = 0] = loadavg();
  return limit * Math.max(1, load / availableParallelism());
}

/** Sends a file as it is. */
export async function upload(
  client: ApiClient,
  kind: 'assets' | 'users',
  file: Buffer | string,
  query = '',
): Promise<Response> {
  return client
    .post(`/${kind}/imports${query}`)
    .set('Content-Type', 'application/octet-stream')
    .send(Buffer.from(file) as unknown as string);
}

/** Has a file checked that can be read. */
export async function check(
  client: ApiClient,
  kind: 'assets' | 'users',
  file: Buffer | string,
  query = '',
): Promise<ImportAnswer> {
  const answer = await upload(client, kind, file, query);
  if (answer.status !== 201) throw new Error(`${answer.status}: ${answer.text}`);
  return importView.parse(answer.body);
}

/** Rows of a checked import, 200 at most. */
export async function rowsOf(
  client: ApiClient,
  kind: 'assets' | 'users',
  id: string,
  query = '',
): Promise<ImportRows> {
  const answer = await client.get(`/${kind}/imports/${id}/rows?pageSize=200${query}`).expect(200);
  return rowPage.parse(answer.body).items;
}

/** `C5 unknown_group` of each refused cell. */
export function faultsOf(rows: ImportRows): string[] {
  return rows.flatMap(({ errors }) => errors.map(({ cell, code }) => `${cell ?? '-'} ${code}`));
}

/** Runs a checked import. */
export async function run(
  client: ApiClient,
  kind: 'assets' | 'users',
  id: string,
  body: object = {},
): Promise<ImportAnswer> {
  const answer = await client.post(`/${kind}/imports/${id}/run`, body);
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
  return importView.parse(answer.body);
}

/** The bytes of an answer that is a file. */
export async function download(client: ApiClient, path: string): Promise<Buffer> {
  const answer = await client
    .get(path)
    .buffer(true)
    .parse((response, done) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => done(null, Buffer.concat(chunks)));
    });
  if (answer.status !== 200) throw new Error(`${answer.status}: ${String(answer.body)}`);
  return answer.body as Buffer;
}

/** Rows of a CSV file that came with its byte order mark. */
export function csvRows(file: Buffer): string[][] {
  return parse(file, { bom: true });
}
