import { Body, Controller, Get, HttpCode, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { ExecDirectory } from '#libs/authorization';
import { FILE_RUN_STATES } from '#libs/contracts';
import { BatchDesk } from '#libs/session-audit';
import { Requires } from '../http/access.js';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import { BatchPreview, ExecAccountList } from '../session-audit/batch.dto.js';
import { FileProxy } from './file-proxy.js';
import { FileRefusal } from './file-refusal.js';
import {
  ArchiveQuery,
  FileActionQuery,
  FileRunView,
  FileTargetsBody,
  SpreadQuery,
} from './many-files.dto.js';

/** Assets that a preview names. */
const SHOWN = 500;
const runView = z.object({
  finished: z.boolean(),
  entries: z.array(
    z.object({
      ...{ assetId: z.string(), assetName: z.string(), state: z.enum(FILE_RUN_STATES) },
      ...{ files: z.number(), bytes: z.number(), failures: z.number() },
      ...{ code: z.string().nullable(), reason: z.string().nullable() },
    }),
  ),
});

/** Files to and from many of the caller's own assets at once: each file on each asset has its record. */
@ApiTags('my files')
@Controller('me/files')
export class MyManyFilesController {
  constructor(
    private readonly files: FileProxy,
    private readonly directory: ExecDirectory,
    private readonly desk: BatchDesk,
  ) {}

  /** As whom the caller may upload or download somewhere. */
  @Get('accounts')
  @Requires('own.use')
  @ApiOkResponse({ type: ExecAccountList })
  async listFileAccounts(
    @CurrentCaller() { user }: Caller,
    @Query() { action }: FileActionQuery,
  ): Promise<ExecAccountList> {
    return { items: await this.directory.accounts(user.id, action) };
  }

  /** On which assets it would be; nothing is done. */
  @Post('targets')
  @HttpCode(200)
  @Requires('own.use')
  @ApiOkResponse({ type: BatchPreview })
  async previewFileTargets(
    @CurrentCaller() { user }: Caller,
    @Body() { action, ...wish }: FileTargetsBody,
  ): Promise<BatchPreview> {
    const { targets, withheldCount } = await this.desk.preview(user.id, wish, action);
    return { items: targets.slice(0, SHOWN), total: targets.length, withheldCount };
  }

  /** Downloads one path of many assets as a tar.gz with a folder for each. */
  @Get('archive')
  @Requires('own.use')
  @ApiProduces('application/gzip')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' }, description: 'The archive' })
  readMyFiles(
    @Req() request: Request,
    @Res() response: Response,
    @Query() query: ArchiveQuery,
  ): Promise<void> {
    return this.files.archive(request, response, { ...query });
  }

  /** Uploads one file to many assets; what is there stays, unless `overwrite` is true. */
  @Put('copies')
  @Requires('own.use')
  @ApiConsumes('application/octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiOkResponse({ type: FileRunView })
  async writeMyCopies(
    @Req() request: Request,
    @Query() { overwrite = false, folder = '', ...query }: SpreadQuery,
  ): Promise<FileRunView> {
    if (request.is('json'))
      throw new FileRefusal(422, 'unsupported_media_type', 'Send the file as application/octet-stream.');
    const fields = { ...query, folder, overwrite: String(overwrite) };
    return runView.parse(await this.files.spread(request, fields));
  }

  /** How far it is, by the id that came with it; known until ten minutes after its end. */
  @Get('runs/:id')
  @Requires('own.use')
  @ApiOkResponse({ type: FileRunView })
  async getMyFileRun(@Req() request: Request, @IdParam() runId: string): Promise<FileRunView> {
    return runView.parse(await this.files.progress(request, { runId }));
  }
}
