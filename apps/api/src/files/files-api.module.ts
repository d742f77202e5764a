import { Module } from '@nestjs/common';
import { AuthorizationModule } from '#libs/authorization';
import { SessionAuditModule } from '#libs/session-audit';
import { FileProxy } from './file-proxy.js';
import { MyFilesController } from './my-files.controller.js';
import { MyManyFilesController } from './my-many-files.controller.js';

/** REST of files on assets; gateways do the work. */
@Module({
  imports: [AuthorizationModule, SessionAuditModule],
  controllers: [MyFilesController, MyManyFilesController],
  providers: [FileProxy],
})
export class FilesApiModule {}
