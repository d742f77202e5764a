import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { RuleBook } from '#libs/authorization';
import type { Actor, RuleId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import {
  CreateRule,
  DeleteRules,
  RuleListQuery,
  RulePage,
  RuleView,
  toRuleChange,
  UpdateRule,
} from './rule.dto.js';

@ApiTags('authorization rules')
@Controller('authorization-rules')
export class RulesController {
  constructor(private readonly rules: RuleBook) {}

  @Get()
  @Requires('rules.read')
  @ApiOkResponse({ type: RulePage })
  listRules(@Query() query: RuleListQuery): Promise<RulePage> {
    return this.rules.list(query);
  }

  @Post()
  @Requires('rules.write')
  @ApiCreatedResponse({ type: RuleView })
  createRule(@CurrentActor() actor: Actor, @Body() body: CreateRule): Promise<RuleView> {
    return this.rules.create(actor, toRuleChange(body));
  }

  @Post('delete')
  @HttpCode(204)
  @Requires('rules.write')
  @ApiNoContentResponse()
  deleteRules(@CurrentActor() actor: Actor, @Body() body: DeleteRules): Promise<void> {
    return this.rules.removeAll(actor, body.ids);
  }

  @Get(':id')
  @Requires('rules.read')
  @ApiOkResponse({ type: RuleView })
  getRule(@IdParam() id: RuleId): Promise<RuleView> {
    return this.rules.get(id);
  }

  @Patch(':id')
  @Requires('rules.write')
  @ApiOkResponse({ type: RuleView })
  updateRule(
    @CurrentActor() actor: Actor,
    @IdParam() id: RuleId,
    @Body() body: UpdateRule,
  ): Promise<RuleView> {
    return this.rules.update(actor, id, toRuleChange(body));
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('rules.write')
  @ApiNoContentResponse()
  deleteRule(@CurrentActor() actor: Actor, @IdParam() id: RuleId): Promise<void> {
    return this.rules.remove(actor, id);
  }
}
