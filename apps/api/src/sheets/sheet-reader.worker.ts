import { parentPort, workerData } from 'node:worker_threads';
import { parseSheet } from './sheet-parser.js';
import { SheetUnreadable } from './sheet.js';

const ROWS_AT_ONCE = 200;

// the thread of sheet-reader.ts: one file, then it ends
try {
  const bytes: unknown = workerData;
  if (!(bytes instanceof Uint8Array)) throw new TypeError('the thread was given no bytes');
  const { rows, otherSheets } = parseSheet(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  // in pieces: whoever takes them is busy with each only for a moment
  while (rows.length > 0) parentPort?.postMessage({ rows: rows.splice(0, ROWS_AT_ONCE) });
  parentPort?.postMessage({ otherSheets });
} catch (error) {
  if (!(error instanceof SheetUnreadable)) throw error;
  parentPort?.postMessage({ fault: error.code });
}
