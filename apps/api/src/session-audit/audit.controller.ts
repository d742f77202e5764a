import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AuditInspector, AuditTrail } from '#libs/session-audit';
import { Requires } from '../http/access.js';
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
}
