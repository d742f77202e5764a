import { Module, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { AuthorizationModule } from '#libs/authorization';
import { IdentityModule } from '#libs/identity';
import { GatewayRoster, IntegrityModule, SessionAuditModule, TallyKeeper } from '#libs/session-audit';
import { AuditSheetsController } from './audit-sheets.controller.js';
import { AuditSheets } from './audit-sheets.js';
import { AuditController } from './audit.controller.js';
import { BatchExecutionsController } from './batch-executions.controller.js';
import { CommandsController } from './commands.controller.js';
import { DashboardController } from './dashboard.controller.js';
import { FileTransfersController } from './file-transfers.controller.js';
import { FirstHourController } from './first-hour.controller.js';
import { MonitorSettingsController } from './monitor-settings.controller.js';
import { MySshDoorController } from './my-ssh-door.controller.js';
import { RetentionController } from './retention.controller.js';
import { SessionsController } from './sessions.controller.js';

/** REST of sessions, batch executions, logins and operations, and of the figures made of them. */
@Module({
  imports: [SessionAuditModule, IntegrityModule, AuthorizationModule, IdentityModule],
  controllers: [
    SessionsController,
    CommandsController,
    FileTransfersController,
    BatchExecutionsController,
    AuditController,
    AuditSheetsController,
    DashboardController,
    FirstHourController,
    MonitorSettingsController,
    MySshDoorController,
    RetentionController,
  ],
  providers: [AuditSheets],
})
export class SessionAuditApiModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly keeper: TallyKeeper,
    private readonly roster: GatewayRoster,
  ) {}

  onApplicationBootstrap(): void {
    this.keeper.recurring.start();
    this.roster.watch();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.keeper.recurring.stop();
    await this.roster.leave();
  }
}
