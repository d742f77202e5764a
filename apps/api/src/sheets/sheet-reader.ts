import { Worker } from 'node:worker_threads';
import type { Request } from 'express';
import { Unavailable } from '#libs/kernel';
import { MAX_UPLOAD, SheetUnreadable, type Sheet, type SheetFault, type SheetRow } from './sheet.js';

const WAITING_AT_MOST = 8;
/** Longest time for one file, and most memory of its thread. */
const TIME_MS = 30_000;
const MEMORY_MB = 768;

let waiting = 0;
let last: Promise<unknown> = Promise.resolve();

/**
 * Reads an uploaded file in a thread of its own, one after the other: unpacking and parsing keep a processor busy for
 * seconds, in which the process would answer nobody, and a hostile file takes down no more than its thread.
 * @throws SheetUnreadable, Unavailable when too many wait
 */
export async function readSheet(bytes: Buffer): Promise<Sheet> {
  if (waiting >= WAITING_AT_MOST)
    throw new Unavailable('Too many files are being read; try again in a moment.');
  waiting++;
  const read = last.then(() => inThread(bytes));
  last = read.catch(() => undefined); // whoever waits next is not concerned by this failure
  return read.finally(() => waiting--);
}

/** What the worker tells, rows first: it is our own code, in our own process. */
type Answer = { rows: SheetRow[] } | { otherSheets: string[] } | { fault: SheetFault };

function inThread(bytes: Buffer): Promise<Sheet> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./sheet-reader.worker.js', import.meta.url), {
      workerData: bytes,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    const timer = setTimeout(() => {
      reject(new SheetUnreadable('sheet_takes_too_long'));
      void worker.terminate();
    }, TIME_MS);
    const rows: SheetRow[] = [];
    worker.on('message', (answer: Answer) => {
      if ('rows' in answer) rows.push(...answer.rows);
      else if ('fault' in answer) reject(new SheetUnreadable(answer.fault));
      else resolve({ rows, otherSheets: answer.otherSheets });
    });
    worker.once('error', (error: Error) => {
      const isFull = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      reject(isFull ? new SheetUnreadable('sheet_too_large') : error);
    });
    worker.once('exit', () => {
      clearTimeout(timer);
      reject(new Error('the thread that reads sheets ended without an answer'));
    });
  });
}

/** The body of a request as bytes, never more than may be. @throws SheetUnreadable */
export async function readUpload(request: Request): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_UPLOAD)
    throw new SheetUnreadable('sheet_too_large');
  const chunks: Buffer[] = [];
  let size = 0;
  // a JSON body was read already, and leaves nothing here
  if (request.readable) {
    // a request that is destroyed could not be answered
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      if (!(chunk instanceof Buffer)) throw new SheetUnreadable('sheet_missing');
      size += chunk.length;
      if (size > MAX_UPLOAD) throw new SheetUnreadable('sheet_too_large');
      chunks.push(chunk);
    }
  }
  if (size === 0) throw new SheetUnreadable('sheet_missing');
  return Buffer.concat(chunks);
}
