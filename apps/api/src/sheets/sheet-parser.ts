import { readCsv } from './csv-reader.js';
import { MAX_CELL, SheetUnreadable, type Sheet } from './sheet.js';
import { readXlsx } from './xlsx-reader.js';

const ZIP = Buffer.from('PK\x03\x04', 'latin1');
/** Compound files: Excel 97–2003, and the wrapping of an encrypted workbook (MS-CFB 2.2, MS-OFFCRYPTO 2.3). */
const COMPOUND = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
const ENCRYPTED = Buffer.from('EncryptedPackage', 'utf16le');
/** Beginnings of files that are texts and no sheets. */
const NO_SHEET = /^(?:%PDF-|<(?:!DOCTYPE|html|\?xml)|\{\\rtf)/i;

/** Reads an uploaded file, whatever it says it is; it may take a while. @throws SheetUnreadable */
export function parseSheet(bytes: Buffer): Sheet {
  if (bytes.length === 0) throw new SheetUnreadable('sheet_empty');
  const sheet = readAny(bytes);
  if (sheet.rows.length === 0) throw new SheetUnreadable('sheet_empty');
  for (const { cells } of sheet.rows) {
    for (const cell of cells) {
      if (cell && cell.text.length > MAX_CELL) cell.text = cell.text.slice(0, MAX_CELL + 1);
    }
  }
  return sheet;
}

function readAny(bytes: Buffer): Sheet {
  if (bytes.subarray(0, ZIP.length).equals(ZIP)) return readXlsx(bytes);
  if (bytes.subarray(0, COMPOUND.length).equals(COMPOUND))
    throw new SheetUnreadable(bytes.includes(ENCRYPTED) ? 'sheet_encrypted' : 'sheet_old_excel');
  if (NO_SHEET.test(bytes.toString('latin1', 0, 64).trimStart()))
    throw new SheetUnreadable('sheet_not_readable');
  return readCsv(bytes);
}
