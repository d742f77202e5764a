import { Module } from '@nestjs/common';
import { SessionAuditModule } from '#libs/session-audit';
import { FileProxy } from './file-proxy.js';
import { MyFilesController } from './my-files.controller.js';

/** REST of files on assets; gateways do the work. */
@Module({
  imports: [SessionAuditModule],
  controllers: [MyFilesController],
  providers: [FileProxy],
})
export class FilesApiModule {}
