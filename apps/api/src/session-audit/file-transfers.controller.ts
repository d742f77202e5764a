import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { TransferArchive } from '#libs/session-audit';
import { Requires } from '../http/access.js';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { FileTransferListQuery, FileTransferPage, MyFileTransferListQuery } from './file-transfer.dto.js';

@ApiTags('file-transfers')
@Controller()
export class FileTransfersController {
  constructor(private readonly archive: TransferArchive) {}

  @Get('file-transfers')
  @Requires('audit.read')
  @ApiOkResponse({ type: FileTransferPage })
  listFileTransfers(@Query() query: FileTransferListQuery): Promise<FileTransferPage> {
    return this.archive.list(query);
  }

  @Get('me/file-transfers')
  @Requires('own.use')
  @ApiOkResponse({ type: FileTransferPage })
  listMyFileTransfers(
    @CurrentCaller() { user }: Caller,
    @Query() query: MyFileTransferListQuery,
  ): Promise<FileTransferPage> {
    return this.archive.list({ ...query, userId: user.id });
  }
}
