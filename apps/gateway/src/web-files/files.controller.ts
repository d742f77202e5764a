import { pipeline } from 'node:stream/promises';
import { Controller, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { FILE_OPERATIONS, type FileOperation } from '#libs/contracts';
import { asId, LOGGER, type AssetId, type Logger, type SystemUserId } from '#libs/kernel';
import { CallerProof } from './caller-proof.js';
import { FileDesk, type FilePlace } from './file-desk.js';
import { readOn, tellFailure } from './file-answers.js';
import type { FileSession } from './file-session.js';
import {
  exactly,
  listFolder,
  makeFolder,
  openFile,
  remove,
  rename,
  setMode,
  writeFile,
} from './file-work.js';

const path = z
  .string()
  .max(4096)
  .refine((text) => !text.includes('\0'));

const asked = z.object({
  operation: z.enum(FILE_OPERATIONS),
  assetId: z.uuid().transform(asId<AssetId>),
  systemUserId: z.uuid().transform(asId<SystemUserId>),
  path,
  newPath: path.default(''),
  overwrite: z.enum(['true', 'false']).default('true'),
  mode: z
    .string()
    .regex(/^[0-7]{3,4}$/)
    .default('644'),
});
type Asked = z.infer<typeof asked>;

/** Operations that change nothing. */
const READING: readonly FileOperation[] = ['list', 'read'];

/** Files of assets for the api, which checked the request and passes it on with the caller's own proof. */
@Controller('internal/files')
export class FilesController {
  constructor(
    private readonly desk: FileDesk,
    private readonly proof: CallerProof,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post(':operation')
  async handle(
    @Param('operation') operation: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    try {
      await this.answer(operation, request, response);
    } catch (error) {
      await readOn(request);
      tellFailure(error, response, this.logger);
    }
  }

  private async answer(operation: string, request: Request, response: Response): Promise<void> {
    const parsed = asked.safeParse({ ...request.query, operation });
    if (!parsed.success) {
      response.status(422).json({ code: 'validation_failed', detail: 'This request is not valid.' });
      return;
    }
    const caller = await this.proof.prove(request.headers, !READING.includes(parsed.data.operation));
    if (!caller) {
      response.status(401).json({ code: 'not_logged_in', detail: 'Log in first.' });
      return;
    }
    const { assetId, systemUserId } = parsed.data;
    const place: FilePlace = {
      userId: caller.user.id,
      sourceAddress: caller.sourceAddress,
      assetId,
      systemUserId,
    };
    await this.desk.use(place, (session) => this.work(session, parsed.data, request, response));
  }

  private async work(session: FileSession, what: Asked, request: Request, response: Response): Promise<void> {
    const { operation } = what;
    if (operation === 'list') response.json(await listFolder(session, what.path));
    else if (operation === 'read') await this.read(session, what.path, response);
    else {
      if (operation === 'write') await writeFile(session, what.path, request, what.overwrite === 'true');
      else if (operation === 'mkdir') await makeFolder(session, what.path);
      else if (operation === 'rename') await rename(session, what.path, what.newPath);
      else if (operation === 'remove') await remove(session, what.path);
      else await setMode(session, what.path, parseInt(what.mode, 8));
      response.status(204).end();
    }
  }

  private async read(session: FileSession, from: string, response: Response): Promise<void> {
    const file = await openFile(session, from);
    try {
      response.type('application/octet-stream');
      if (file.size !== null) response.setHeader('content-length', file.size);
      await pipeline(exactly(file.bytes, file.size), response);
    } finally {
      await file.close();
    }
  }
}
