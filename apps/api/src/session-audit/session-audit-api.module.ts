import { Module } from '@nestjs/common';
import { AuthorizationModule } from '#libs/authorization';
import { IntegrityModule, SessionAuditModule } from '#libs/session-audit';
import { AuditController } from './audit.controller.js';
import { BatchExecutionsController } from './batch-executions.controller.js';
import { CommandsController } from './commands.controller.js';
import { FileTransfersController } from './file-transfers.controller.js';
import { SessionsController } from './sessions.controller.js';

/** REST of sessions, batch executions, logins and operations. */
@Module({
  imports: [SessionAuditModule, IntegrityModule, AuthorizationModule],
  controllers: [
    SessionsController,
    CommandsController,
    FileTransfersController,
    BatchExecutionsController,
    AuditController,
  ],
})
export class SessionAuditApiModule {}
