import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ExecDirectory } from '#libs/authorization';
import { roleHas, type Permission } from '#libs/contracts';
import type { Actor, AssetId, BatchExecutionId } from '#libs/kernel';
import { BatchDesk, type Owner } from '#libs/session-audit';
import { Requires } from '../http/access.js';
import { CurrentActor, CurrentCaller, type Caller } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import {
  AcceptedBatchExecution,
  BatchExecutionListQuery,
  BatchExecutionPage,
  BatchExecutionView,
  BatchGroupListQuery,
  BatchGroupPage,
  BatchPreview,
  BatchResultListQuery,
  BatchResultPage,
  BatchResultView,
  BatchTargetsBody,
  CreateBatchExecution,
  ExecAccountList,
} from './batch.dto.js';

/** Assets that a preview names. */
const SHOWN = 500;

@ApiTags('batch-executions')
@Controller()
export class BatchExecutionsController {
  constructor(
    private readonly desk: BatchDesk,
    private readonly directory: ExecDirectory,
  ) {}

  /** As whom the caller may run commands somewhere. */
  @Get('me/exec-accounts')
  @Requires('own.use')
  @ApiOkResponse({ type: ExecAccountList })
  async listExecAccounts(@CurrentCaller() { user }: Caller): Promise<ExecAccountList> {
    return { items: await this.directory.accounts(user.id) };
  }

  /** On what it would run; nothing is run. */
  @Post('batch-executions/preview')
  @HttpCode(200)
  @Requires('own.use')
  @ApiOkResponse({ type: BatchPreview })
  async previewBatchExecution(
    @CurrentCaller() { user }: Caller,
    @Body() body: BatchTargetsBody,
  ): Promise<BatchPreview> {
    const { targets, withheldCount } = await this.desk.preview(user.id, body);
    return { items: targets.slice(0, SHOWN), total: targets.length, withheldCount };
  }

  @Post('batch-executions')
  @HttpCode(202)
  @Requires('own.use')
  @ApiAcceptedResponse({ type: AcceptedBatchExecution })
  async createBatchExecution(
    @CurrentActor() actor: Actor,
    @Body() body: CreateBatchExecution,
  ): Promise<AcceptedBatchExecution> {
    return { id: await this.desk.begin(actor, body) };
  }

  /** Of everybody for whoever may audit, else the own ones. */
  @Get('batch-executions')
  @Requires('own.use')
  @ApiOkResponse({ type: BatchExecutionPage })
  listBatchExecutions(
    @CurrentCaller() caller: Caller,
    @Query() query: BatchExecutionListQuery,
  ): Promise<BatchExecutionPage> {
    const { mine, ...filter } = query;
    const owner = mine ? caller.user.id : ownerFor(caller, 'audit.read');
    return this.desk.list(owner === null ? filter : { ...filter, userId: owner });
  }

  @Get('batch-executions/:id')
  @Requires('own.use')
  @ApiOkResponse({ type: BatchExecutionView })
  getBatchExecution(
    @CurrentCaller() caller: Caller,
    @IdParam() id: BatchExecutionId,
  ): Promise<BatchExecutionView> {
    return this.desk.get(ownerFor(caller, 'audit.read'), id);
  }

  @Get('batch-executions/:id/results')
  @Requires('own.use')
  @ApiOkResponse({ type: BatchResultPage })
  listBatchResults(
    @CurrentCaller() caller: Caller,
    @IdParam() id: BatchExecutionId,
    @Query() query: BatchResultListQuery,
  ): Promise<BatchResultPage> {
    return this.desk.results(ownerFor(caller, 'audit.read'), id, query);
  }

  /** What is done, equal outcomes as one, the most frequent first. */
  @Get('batch-executions/:id/groups')
  @Requires('own.use')
  @ApiOkResponse({ type: BatchGroupPage })
  listBatchGroups(
    @CurrentCaller() caller: Caller,
    @IdParam() id: BatchExecutionId,
    @Query() query: BatchGroupListQuery,
  ): Promise<BatchGroupPage> {
    return this.desk.groups(ownerFor(caller, 'audit.read'), id, query);
  }

  /** With all the output that was kept. */
  @Get('batch-executions/:id/results/:assetId')
  @Requires('own.use')
  @ApiOkResponse({ type: BatchResultView })
  getBatchResult(
    @CurrentCaller() caller: Caller,
    @IdParam() id: BatchExecutionId,
    @IdParam('assetId') assetId: AssetId,
  ): Promise<BatchResultView> {
    return this.desk.result(ownerFor(caller, 'audit.read'), id, assetId);
  }

  /** Also somebody else's for whoever may end sessions. */
  @Post('batch-executions/:id/stop')
  @HttpCode(200)
  @Requires('own.use')
  @ApiOkResponse({ type: BatchExecutionView })
  stopBatchExecution(
    @CurrentActor() actor: Actor,
    @CurrentCaller() caller: Caller,
    @IdParam() id: BatchExecutionId,
  ): Promise<BatchExecutionView> {
    return this.desk.stop(actor, ownerFor(caller, 'sessions.terminate'), id);
  }
}

/** Whose they must be for the caller; null: anybody's. */
function ownerFor({ user }: Caller, all: Permission): Owner {
  return roleHas(user.role, all) ? null : user.id;
}
