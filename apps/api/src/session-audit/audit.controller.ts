import { Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#libs/kernel';
import { AuditInspector, AuditTrail } from '#libs/session-audit';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { LoginAttemptListQuery, LoginAttemptPage, OperationListQuery, OperationPage } from './audit.dto.js';
import { IntegrityView } from './integrity.dto.js';

@ApiTags('audit')
@Controller()
export class AuditController {
  constructor(
    private readonly trail: AuditTrail,
    private readonly inspector: AuditInspector,
  ) {}

  @Get('login-attempts')
  @Requires('audit.read')
  @ApiOkResponse({ type: LoginAttemptPage })
  listLoginAttempts(@Query() query: LoginAttemptListQuery): Promise<LoginAttemptPage> {
    return this.trail.loginAttempts(query);
  }

  @Get('operations')
  @Requires('audit.read')
  @ApiOkResponse({ type: OperationPage })
  listOperations(@Query() query: OperationListQuery): Promise<OperationPage> {
    return this.trail.operations(query);
  }

  @Get('audit/integrity')
  @Requires('audit.read')
  @ApiOkResponse({ type: IntegrityView })
  getIntegrity(): Promise<IntegrityView> {
    return this.inspector.state();
  }

  /** Begins to check the rows; bytes of recordings are left to `gatehouse audit verify`. */
  @Post('audit/integrity/check')
  @HttpCode(202)
  @Requires('audit.read')
  @ApiAcceptedResponse({ type: IntegrityView })
  checkAudit(@CurrentActor() actor: Actor): Promise<IntegrityView> {
    return this.inspector.begin(actor);
  }
}
