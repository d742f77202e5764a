import { Controller, Get, Query } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Explainer } from '#libs/authorization';
import { Requires } from '../http/access.js';
import { ExplainedAssetGroupView, ExplainQuery, ExplanationView } from './explanation.dto.js';

@ApiTags('authorization rules')
@ApiExtraModels(ExplainedAssetGroupView)
@Controller('authorization')
export class ExplainController {
  constructor(private readonly explainer: Explainer) {}

  @Get('explain')
  @Requires('rules.read')
  @ApiOkResponse({ type: ExplanationView })
  explainAccess(@Query() { action = 'connect', ...who }: ExplainQuery): Promise<ExplanationView> {
    return this.explainer.explain({ ...who, action });
  }
}
