import { finished } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { ValidationFailed, type Logger } from '#libs/kernel';
import { FileFailure, type FileFault } from './file-failure.js';

const STATUS_OF: Readonly<Record<FileFault, number>> = {
  not_opened: 403,
  no_such_file: 404,
  exists: 409,
  denied: 403,
  failed: 409,
  unsupported: 409,
  ended: 503,
  too_many: 429,
  no_target: 422,
  too_many_assets: 422,
};

/** Answers why it did not come about; where an answer has begun already, breaks it off. */
export function tellFailure(error: unknown, response: Response, logger: Logger): void {
  const failure = error instanceof FileFailure ? error : null;
  const fault = error instanceof ValidationFailed ? error : null;
  if (!failure && !fault) logger.info({ err: error }, 'work with files broke off');
  if (response.headersSent) response.destroy();
  else if (failure)
    response
      .status(STATUS_OF[failure.fault])
      .json({ code: `file_${failure.fault}`, detail: failure.message });
  else if (fault) response.status(422).json({ code: fault.errors[0]?.code, detail: fault.message });
  else response.status(503).json({ code: 'file_ended', detail: 'The transfer broke off.' });
}

/** How long somebody may send nothing before they are answered all the same. */
const SILENT_MS = 1_000;

/** Reads a body to its end, or until nothing comes: who still sends would take an answer for a broken connection. */
export async function readOn(request: Request): Promise<void> {
  if (request.readableEnded || request.destroyed) return;
  let silent: NodeJS.Timeout | undefined;
  const silence = new Promise<void>((resolve) => {
    silent = setTimeout(resolve, SILENT_MS);
  });
  request.on('data', () => silent?.refresh());
  await Promise.race([silence, finished(request).catch(() => undefined)]); // whoever went away needs no answer
  clearTimeout(silent);
}
