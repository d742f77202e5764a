import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { FileOperation } from '#libs/contracts';
import { newId } from '#libs/kernel';
import { LiveGateways } from '#libs/session-audit';
import { addressOf } from '../http/caller.js';
import { FileRefusal } from './file-refusal.js';

/** What the gateway is told beside whose request it is. */
type Fields = Readonly<Record<string, string | undefined>>;
export type FileFields = Readonly<{
  assetId: string;
  systemUserId: string;
  path?: string;
  newPath?: string;
  overwrite?: string;
  mode?: string;
}>;
/** The same for many assets. */
export type ManyFields = Readonly<{
  systemUserId: string;
  pattern?: string;
  assetIds?: string;
  runId?: string;
  path?: string;
  folder?: string;
  name?: string;
  overwrite?: string;
}>;

/** Bytes of a name that are no text: no browser can give them to a file. */
const RAW_BYTES = /[\uEF80-\uEFFF]/g;

const refusal = z.object({ code: z.string(), detail: z.string() });

/**
 * Has a gateway work with files: only gateways speak SSH. The caller's own proof goes with it, as the gateway checks for
 * itself who they are. Bodies pass as they come, at the pace of the slower side.
 */
@Injectable()
export class FileProxy {
  constructor(private readonly gateways: LiveGateways) {}

  /** An answer of a few kilobytes, or none. @throws FileRefusal */
  async ask(request: Request, operation: FileOperation, fields: FileFields): Promise<unknown> {
    return this.bodyOf(await this.send(request, operation, fields, fields.assetId, false));
  }

  /** Writes a file from the request's body. @throws FileRefusal */
  async write(request: Request, fields: FileFields): Promise<void> {
    const answer = await this.send(request, 'write', fields, fields.assetId, true);
    answer.resume();
  }

  /** Answers with the bytes of a file. @throws FileRefusal before the first of them */
  async read(request: Request, response: Response, fields: FileFields): Promise<void> {
    const answer = await this.send(request, 'read', fields, fields.assetId, false);
    const length = answer.headers['content-length'];
    if (length !== undefined) response.setHeader('content-length', length);
    await pass(answer, response, lastStep(fields.path ?? ''), 'application/octet-stream');
  }

  /** Answers with an archive of one path of many assets. @throws FileRefusal before its first byte */
  async archive(request: Request, response: Response, fields: ManyFields): Promise<void> {
    const runId = fields.runId ?? newId();
    const answer = await this.send(request, 'many/archive', { ...fields, runId }, runId, false);
    await pass(answer, response, `${lastStep(fields.path ?? '') || 'files'}.tar.gz`, 'application/gzip');
  }

  /** Writes the request's body as one file to many assets; gives how it went. @throws FileRefusal */
  async spread(request: Request, fields: ManyFields): Promise<unknown> {
    const runId = fields.runId ?? newId();
    return this.bodyOf(await this.send(request, 'many/spread', { ...fields, runId }, runId, true));
  }

  /** How far a run is, told by the gateway that has it. @throws FileRefusal when it is not known */
  async progress(request: Request, { runId }: { runId: string }): Promise<unknown> {
    // with a gateway goes what it knows of its runs
    if ((await this.gateways.list()).length === 0)
      throw new FileRefusal(404, 'file_no_such_file', 'No such transfer is known any more.');
    return this.bodyOf(await this.send(request, 'many/progress', { runId }, runId, false));
  }

  private async bodyOf(answer: IncomingMessage): Promise<unknown> {
    const body = await text(answer);
    return body === '' ? null : JSON.parse(body);
  }

  private async send(
    request: Request,
    operation: FileOperation | `many/${string}`,
    fields: Fields,
    /** Requests with the same go to the same gateway, where what belongs to them is found again. */
    key: string,
    hasBody: boolean,
  ): Promise<IncomingMessage> {
    const url = new URL(`/internal/files/${operation}`, await this.gatewayFor(key));
    for (const [name, value] of Object.entries(fields))
      if (value !== undefined) url.searchParams.set(name, value);
    const { authorization, cookie } = request.headers;
    const headers = {
      ...(authorization !== undefined && { authorization }),
      ...(cookie !== undefined && { cookie }),
      'x-forwarded-for': addressOf(request),
      'content-type': 'application/octet-stream',
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const passed = httpRequest(url, { method: 'POST', headers, agent: false }, resolve);
      passed.once('error', reject);
      request.res?.once('close', () => passed.destroy());
      if (hasBody) passBody(request, passed, reject);
      else passed.end();
    }).catch((error: unknown) => {
      throw new FileRefusal(503, 'file_ended', `The gateway broke off: ${String(error)}`);
    });
    if ((answer.statusCode ?? 500) < 300) return answer;
    if (hasBody) request.resume(); // a browser reads the answer only once it has sent all
    const told = refusal.safeParse(JSON.parse(await text(answer)));
    if (!told.success) throw new FileRefusal(503, 'file_ended', 'The gateway could not do that.');
    throw new FileRefusal(answer.statusCode ?? 503, told.data.code, told.data.detail);
  }

  /** Always the same for an id, as long as the same gateways live. @throws FileRefusal when none does */
  private async gatewayFor(key: string): Promise<string> {
    const living = await this.gateways.list();
    const gateway = living[parseInt(key.slice(0, 8), 16) % living.length];
    if (!gateway) throw new FileRefusal(503, 'no_gateway', 'No gateway answers now. Try again soon.');
    return gateway.internalUrl;
  }
}

/** Answers with what the gateway sends, as a file of this name. */
async function pass(answer: IncomingMessage, response: Response, name: string, type: string): Promise<void> {
  const shown = encodeURIComponent(name.replace(RAW_BYTES, '_').toWellFormed()).replaceAll("'", '%27');
  response.setHeader('content-disposition', `attachment; filename*=UTF-8''${shown}`);
  response.type(type);
  // whoever went away, or an asset that stopped: both ends are closed, and the length tells the client
  await pipeline(answer, response).catch(() => response.destroy());
}

function lastStep(path: string): string {
  return path.replace(/\/+$/, '').replace(/^.*\//s, '');
}

/** Passes the body on; `failed` when the gateway breaks off. Who goes away ends the upload there too. */
function passBody(request: Request, passed: ClientRequest, failed: (error: Error) => void): void {
  request.pipe(passed);
  request.once('close', () => {
    if (!request.complete) passed.destroy(new Error('The client broke off.'));
  });
  passed.once('error', (error) => {
    request.resume();
    failed(error);
  });
}
