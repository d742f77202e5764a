import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { RunBook } from '#libs/inventory';
import type { Actor, RunId } from '#libs/kernel';
import { DriftPlanner } from '#libs/push';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import { AcceptedRun, RunListQuery, RunPage, RunResultListQuery, RunView, runView } from '../runs/run.dto.js';
import { DriftResultPage, driftResultView, ScanForDrift } from './drift-scans.dto.js';

@ApiTags('drift')
@Controller('drift-scans')
export class DriftScansController {
  constructor(
    private readonly planner: DriftPlanner,
    private readonly runs: RunBook,
  ) {}

  /** The newest first. */
  @Get()
  @Requires('system-users.read')
  @ApiOkResponse({ type: RunPage })
  async listDriftScans(@Query() query: RunListQuery): Promise<RunPage> {
    const { items, total } = await this.runs.list({ ...query, kind: 'drift' });
    return { items: items.map(runView), total };
  }

  /** Compares what stands on assets with what was pushed; changes nothing there. What differs stands in the push records. */
  @Post()
  @HttpCode(202)
  @Requires('system-users.write')
  @ApiAcceptedResponse({ type: AcceptedRun })
  async scanForDrift(@CurrentActor() actor: Actor, @Body() body: ScanForDrift): Promise<AcceptedRun> {
    return { id: await this.planner.plan(actor, body) };
  }

  @Get(':id')
  @Requires('system-users.read')
  @ApiOkResponse({ type: RunView })
  async getDriftScan(@IdParam() id: RunId): Promise<RunView> {
    return runView(await this.runs.get('drift', id));
  }

  /** By asset name. */
  @Get(':id/results')
  @Requires('system-users.read')
  @ApiOkResponse({ type: DriftResultPage })
  async listDriftResults(@IdParam() id: RunId, @Query() query: RunResultListQuery): Promise<DriftResultPage> {
    const { items, total } = await this.runs.results('drift', id, query);
    return { items: items.map(driftResultView), total };
  }

  /** Begins no more assets and ends those in hand. */
  @Post(':id/stop')
  @HttpCode(200)
  @Requires('system-users.write')
  @ApiOkResponse({ type: RunView })
  async stopDriftScan(@CurrentActor() actor: Actor, @IdParam() id: RunId): Promise<RunView> {
    return runView(await this.runs.stop(actor, 'drift', id));
  }

  /** Another scan of the assets on which this one did not succeed. */
  @Post(':id/again')
  @HttpCode(202)
  @Requires('system-users.write')
  @ApiAcceptedResponse({ type: AcceptedRun })
  async scanForDriftAgain(@CurrentActor() actor: Actor, @IdParam() id: RunId): Promise<AcceptedRun> {
    return { id: await this.planner.again(actor, id) };
  }
}
