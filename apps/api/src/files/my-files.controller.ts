import { Body, Controller, Get, HttpCode, Post, Put, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { FILE_KINDS, TRANSFER_DIRECTIONS } from '#libs/contracts';
import { Requires } from '../http/access.js';
import { FileProxy } from './file-proxy.js';
import { FileRefusal } from './file-refusal.js';
import { FileMode, FilePlace, FileRename, FileUpload, FolderQuery, FolderView } from './files.dto.js';

const kind = z.enum(FILE_KINDS);
const folder = z.object({
  path: z.string(),
  truncated: z.boolean(),
  actions: z.array(z.enum(TRANSFER_DIRECTIONS)),
  items: z.array(
    z.object({
      ...{ name: z.string(), kind, size: z.number(), mode: z.string(), owner: z.string(), group: z.string() },
      modifiedAt: z.coerce.date().nullable(),
      target: z.string().nullable(),
      targetKind: kind.nullable(),
    }),
  ),
});

/** Files of the caller's own assets, by SFTP: the rules' `upload` and `download` decide, and each file has its record. */
@ApiTags('my files')
@Controller('me/files')
export class MyFilesController {
  constructor(private readonly files: FileProxy) {}

  @Get()
  @Requires('own.use')
  @ApiOkResponse({ type: FolderView })
  async listMyFiles(@Req() request: Request, @Query() query: FolderQuery): Promise<FolderView> {
    return folder.parse(await this.files.ask(request, 'list', { ...query, path: query.path ?? '' }));
  }

  /** Downloads a file. */
  @Get('content')
  @Requires('own.use')
  @ApiProduces('application/octet-stream')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' }, description: 'The file' })
  readMyFile(@Req() request: Request, @Res() response: Response, @Query() query: FilePlace): Promise<void> {
    return this.files.read(request, response, query);
  }

  /** Uploads a file; one that is there is written over, unless `overwrite` is false. */
  @Put('content')
  @HttpCode(204)
  @Requires('own.use')
  @ApiConsumes('application/octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiNoContentResponse()
  async writeMyFile(
    @Req() request: Request,
    @Query() { overwrite = true, ...place }: FileUpload,
  ): Promise<void> {
    if (request.is('json'))
      throw new FileRefusal(422, 'unsupported_media_type', 'Send the file as application/octet-stream.');
    await this.files.write(request, { ...place, overwrite: String(overwrite) });
  }

  @Post('folders')
  @HttpCode(204)
  @Requires('own.use')
  @ApiNoContentResponse()
  async makeMyFolder(@Req() request: Request, @Body() place: FilePlace): Promise<void> {
    await this.files.ask(request, 'mkdir', place);
  }

  /** Renames or moves; what stands at the new path is never written over. */
  @Post('rename')
  @HttpCode(204)
  @Requires('own.use')
  @ApiNoContentResponse()
  async renameMyFile(@Req() request: Request, @Body() change: FileRename): Promise<void> {
    await this.files.ask(request, 'rename', { ...change });
  }

  /** Removes a file, a link itself, or an empty folder. */
  @Post('remove')
  @HttpCode(204)
  @Requires('own.use')
  @ApiNoContentResponse()
  async removeMyFile(@Req() request: Request, @Body() place: FilePlace): Promise<void> {
    await this.files.ask(request, 'remove', place);
  }

  @Post('mode')
  @HttpCode(204)
  @Requires('own.use')
  @ApiNoContentResponse()
  async setMyFileMode(@Req() request: Request, @Body() change: FileMode): Promise<void> {
    await this.files.ask(request, 'chmod', { ...change });
  }
}
