import { Parser } from 'saxen';
import { SheetUnreadable } from './sheet.js';

/** What is told while an XML document is read; names come without their namespace prefix. */
export interface XmlListener {
  open(name: string, attributes: Record<string, string>): void;
  close?(name: string): void;
  text?(text: string): void;
}

/**
 * Reads an XML document of a workbook. A document type, which could define entities, has no place in one.
 * @throws SheetUnreadable when it isn't well-formed
 */
export function readXml(bytes: Buffer, listener: XmlListener): void {
  const parser = new Parser();
  const damaged = (): never => {
    throw new SheetUnreadable('sheet_damaged');
  };
  parser.on('openTag', (name, attributes) => listener.open(localName(name), attributesOf(attributes())));
  parser.on('closeTag', (name) => listener.close?.(localName(name)));
  parser.on('text', (text, decode) => listener.text?.(decode(text)));
  parser.on('cdata', (text) => listener.text?.(text));
  parser.on('attention', damaged);
  parser.on('error', damaged);
  parser.parse(decodeXml(bytes));
}

/** XML 1.0 section 4.3.3: UTF-8 unless a byte order mark says UTF-16. */
function decodeXml(bytes: Buffer): string {
  const isLittleEndian = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isBigEndian = bytes[0] === 0xfe && bytes[1] === 0xff;
  const encoding = isLittleEndian ? 'utf-16le' : isBigEndian ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** saxen gives false for attributes that are not well-formed. */
function attributesOf(found: Record<string, string> | false): Record<string, string> {
  if (found === false) throw new SheetUnreadable('sheet_damaged');
  return found;
}

/** What a workbook says of its sheets, in their order. */
export interface SheetEntry {
  name: string;
  relation: string;
}

/** `xl/workbook.xml`: the sheets, and whether days count from 1904. */
export function readWorkbook(bytes: Buffer): { sheets: SheetEntry[]; since1904: boolean } {
  const sheets: SheetEntry[] = [];
  let since1904 = false;
  readXml(bytes, {
    open(name, attributes) {
      if (name === 'sheet') sheets.push({ name: attributes['name'] ?? '', relation: relationOf(attributes) });
      if (name === 'workbookPr') since1904 = ['1', 'true'].includes(attributes['date1904'] ?? '');
    },
  });
  return { sheets, since1904 };
}

/** `r:id`, whatever prefix the writer chose for the namespace. */
function relationOf(attributes: Record<string, string>): string {
  return Object.entries(attributes).find(([name]) => name.endsWith(':id'))?.[1] ?? '';
}

/** What `*.rels` points to inside the file; what lies outside of it is left out and never fetched. */
export function readRelations(bytes: Buffer): { id: string; type: string; target: string }[] {
  const relations: { id: string; type: string; target: string }[] = [];
  readXml(bytes, {
    open(name, { Id = '', Type = '', Target = '', TargetMode = '' }) {
      if (name === 'Relationship' && TargetMode !== 'External')
        relations.push({ id: Id, type: Type.slice(Type.lastIndexOf('/') + 1), target: Target });
    },
  });
  return relations;
}

/** `sharedStrings.xml`: the texts of rich runs joined, without their phonetic hints. */
export function readSharedStrings(bytes: Buffer): string[] {
  const strings: string[] = [];
  let text = '';
  let isText = false;
  let inHint = false;
  readXml(bytes, {
    open(name) {
      if (name === 'si') text = '';
      if (name === 'rPh') inHint = true;
      isText = name === 't' && !inHint;
    },
    close(name) {
      if (name === 'si') strings.push(unescape(text));
      if (name === 'rPh') inHint = false;
      isText = false;
    },
    text(piece) {
      if (isText) text += piece;
    },
  });
  return strings;
}

/** `_x000D_` in texts stands for the character (ECMA-376 part 1, 22.9.2.19). */
export function unescape(text: string): string {
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

/** Number formats of dates and times that need no definition (ECMA-376 part 1, 18.8.30, East Asian ones too). */
const isBuiltInDate = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);

/** `styles.xml`: of each cell style whether it shows dates. */
export function readDateStyles(bytes: Buffer): boolean[] {
  const formats = new Map<number, boolean>();
  const styles: boolean[] = [];
  let inCellStyles = false;
  readXml(bytes, {
    open(name, attributes) {
      const id = Number(attributes['numFmtId'] ?? 0);
      if (name === 'numFmt') formats.set(id, showsDate(attributes['formatCode'] ?? ''));
      if (name === 'cellXfs') inCellStyles = true;
      if (name === 'xf' && inCellStyles) styles.push(formats.get(id) ?? isBuiltInDate(id));
    },
    close(name) {
      if (name === 'cellXfs') inCellStyles = false;
    },
  });
  return styles;
}

/** Quoted texts, escaped characters and what stands in brackets are no parts of a date. */
function showsDate(format: string): boolean {
  return /[ymdhs]/i.test(format.replace(/"[^"]*"|\\.|\[[^\]]*\]|General/gi, ''));
}
