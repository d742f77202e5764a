import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { RunBook } from '#libs/inventory';
import type { RunId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { IdParam } from '../http/id-param.js';
import {
  RunListQuery,
  RunPage,
  RunResultListQuery,
  RunResultPage,
  runResultView,
  RunView,
  runView,
} from './run.dto.js';

@ApiTags('runs')
@Controller('runs')
export class RunsController {
  constructor(private readonly runs: RunBook) {}

  /** Of every kind, the newest first; who may see assets may see what is done on them. */
  @Get()
  @Requires('inventory.read')
  @ApiOkResponse({ type: RunPage })
  async listRuns(@Query() query: RunListQuery): Promise<RunPage> {
    const { items, total } = await this.runs.list(query);
    return { items: items.map(runView), total };
  }

  @Get(':id')
  @Requires('inventory.read')
  @ApiOkResponse({ type: RunView })
  async getRun(@IdParam() id: RunId): Promise<RunView> {
    return runView(await this.runs.get(null, id));
  }

  /** By asset name. */
  @Get(':id/results')
  @Requires('inventory.read')
  @ApiOkResponse({ type: RunResultPage })
  async listRunResults(@IdParam() id: RunId, @Query() query: RunResultListQuery): Promise<RunResultPage> {
    const { items, total } = await this.runs.results(null, id, query);
    return { items: items.map(runResultView), total };
  }
}
