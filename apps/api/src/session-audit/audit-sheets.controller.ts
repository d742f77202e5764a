import { Controller, Get, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '#libs/kernel';
import { AuditTrail, CommandArchive, SessionArchive, TransferArchive } from '#libs/session-audit';
import { Requires } from '../http/access.js';
import { CurrentActor, CurrentCaller, type Caller } from '../http/caller.js';
import { GivesSheet } from '../sheets/sheet-routes.js';
import {
  CommandExportQuery,
  FileTransferExportQuery,
  LoginAttemptExportQuery,
  OperationExportQuery,
  SessionExportQuery,
} from './audit-sheets.dto.js';
import { AuditSheets } from './audit-sheets.js';

/** What the audit lists show, as files; each export stands in the operations log. */
@ApiTags('audit')
@Controller('audit/exports')
export class AuditSheetsController {
  constructor(
    private readonly sheets: AuditSheets,
    private readonly sessions: SessionArchive,
    private readonly commands: CommandArchive,
    private readonly transfers: TransferArchive,
    private readonly trail: AuditTrail,
  ) {}

  @Get('sessions')
  @Requires('audit.read')
  @GivesSheet()
  exportSessions(
    @CurrentActor() actor: Actor,
    @CurrentCaller() caller: Caller,
    @Query() query: SessionExportQuery,
  ): Promise<StreamableFile> {
    return this.sheets.export({ actor, caller }, 'sessions', query, (part) => this.sessions.list(part));
  }

  @Get('commands')
  @Requires('audit.read')
  @GivesSheet()
  exportCommands(
    @CurrentActor() actor: Actor,
    @CurrentCaller() caller: Caller,
    @Query() query: CommandExportQuery,
  ): Promise<StreamableFile> {
    return this.sheets.export({ actor, caller }, 'commands', query, (part) => this.commands.list(part));
  }

  @Get('file-transfers')
  @Requires('audit.read')
  @GivesSheet()
  exportFileTransfers(
    @CurrentActor() actor: Actor,
    @CurrentCaller() caller: Caller,
    @Query() query: FileTransferExportQuery,
  ): Promise<StreamableFile> {
    return this.sheets.export({ actor, caller }, 'file-transfers', query, (part) =>
      this.transfers.list(part),
    );
  }

  @Get('login-attempts')
  @Requires('audit.read')
  @GivesSheet()
  exportLoginAttempts(
    @CurrentActor() actor: Actor,
    @CurrentCaller() caller: Caller,
    @Query() query: LoginAttemptExportQuery,
  ): Promise<StreamableFile> {
    return this.sheets.export({ actor, caller }, 'login-attempts', query, (part) =>
      this.trail.loginAttempts(part),
    );
  }

  @Get('operations')
  @Requires('audit.read')
  @GivesSheet()
  exportOperations(
    @CurrentActor() actor: Actor,
    @CurrentCaller() caller: Caller,
    @Query() query: OperationExportQuery,
  ): Promise<StreamableFile> {
    return this.sheets.export({ actor, caller }, 'operations', query, (part) => this.trail.operations(part));
  }
}
