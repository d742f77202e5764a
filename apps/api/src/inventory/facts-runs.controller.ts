import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { FactsPlanner, RunBook } from '#libs/inventory';
import type { Actor, RunId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import { MAX_PAGE_SIZE } from '../http/list-query.js';
import { AcceptedRun, RunListQuery, RunPage, RunResultListQuery, RunView, runView } from '../runs/run.dto.js';
import { CollectFacts, FactsResultPage, factsResultView, FactsRunView } from './facts-runs.dto.js';

@ApiTags('facts')
@Controller('facts-runs')
export class FactsRunsController {
  constructor(
    private readonly planner: FactsPlanner,
    private readonly runs: RunBook,
  ) {}

  /** The newest first. */
  @Get()
  @Requires('inventory.read')
  @ApiOkResponse({ type: RunPage })
  async listFactsRuns(@Query() query: RunListQuery): Promise<RunPage> {
    const { items, total } = await this.runs.list({ ...query, kind: 'facts' });
    return { items: items.map(runView), total };
  }

  /** Asks the assets what they are; gateways begin at once. */
  @Post()
  @HttpCode(202)
  @Requires('inventory.write')
  @ApiAcceptedResponse({ type: AcceptedRun })
  async collectFacts(@CurrentActor() actor: Actor, @Body() body: CollectFacts): Promise<AcceptedRun> {
    return { id: await this.planner.plan(actor, body) };
  }

  @Get(':id')
  @Requires('inventory.read')
  @ApiOkResponse({ type: FactsRunView })
  async getFactsRun(@IdParam() id: RunId): Promise<FactsRunView> {
    const run = await this.runs.get('facts', id);
    const { items } = await this.runs.results('facts', id, { page: 1, pageSize: MAX_PAGE_SIZE });
    return { ...runView(run), results: items.map(factsResultView) };
  }

  /** By asset name. */
  @Get(':id/results')
  @Requires('inventory.read')
  @ApiOkResponse({ type: FactsResultPage })
  async listFactsResults(@IdParam() id: RunId, @Query() query: RunResultListQuery): Promise<FactsResultPage> {
    const { items, total } = await this.runs.results('facts', id, query);
    return { items: items.map(factsResultView), total };
  }

  /** Begins no more assets and ends those in hand. */
  @Post(':id/stop')
  @HttpCode(200)
  @Requires('inventory.write')
  @ApiOkResponse({ type: RunView })
  async stopFactsRun(@CurrentActor() actor: Actor, @IdParam() id: RunId): Promise<RunView> {
    return runView(await this.runs.stop(actor, 'facts', id));
  }

  /** Another run over the assets on which this one did not succeed. */
  @Post(':id/again')
  @HttpCode(202)
  @Requires('inventory.write')
  @ApiAcceptedResponse({ type: AcceptedRun })
  async collectFactsAgain(@CurrentActor() actor: Actor, @IdParam() id: RunId): Promise<AcceptedRun> {
    return { id: await this.planner.again(actor, id) };
  }
}
