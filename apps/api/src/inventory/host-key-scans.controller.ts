import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { HostKeyPinner, HostKeyScans, RunBook } from '#libs/inventory';
import type { Actor, RunId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import { AcceptedRun, RunListQuery, RunPage, RunView, runView } from '../runs/run.dto.js';
import {
  HostKeyResultListQuery,
  HostKeyResultPage,
  hostKeyResultView,
  HostKeyScanRunView,
  hostKeyScanRunView,
  PinOutcomeView,
  PinScannedKeys,
  ScanManyHostKeys,
} from './host-key-scans.dto.js';

@ApiTags('host-key-scans')
@Controller('host-key-scans')
export class HostKeyScansController {
  constructor(
    private readonly scans: HostKeyScans,
    private readonly pinner: HostKeyPinner,
    private readonly runs: RunBook,
  ) {}

  /** The newest first. */
  @Get()
  @Requires('inventory.read')
  @ApiOkResponse({ type: RunPage })
  async listHostKeyScans(@Query() query: RunListQuery): Promise<RunPage> {
    const { items, total } = await this.runs.list({ ...query, kind: 'host-keys' });
    return { items: items.map(runView), total };
  }

  /** Has gateways look which host keys these assets offer now; pins nothing. They begin at once. */
  @Post()
  @HttpCode(202)
  @Requires('inventory.write')
  @ApiAcceptedResponse({ type: AcceptedRun })
  async scanManyHostKeys(@CurrentActor() actor: Actor, @Body() body: ScanManyHostKeys): Promise<AcceptedRun> {
    return { id: await this.scans.plan(actor, body) };
  }

  @Get(':id')
  @Requires('inventory.read')
  @ApiOkResponse({ type: HostKeyScanRunView })
  async getHostKeyScan(@IdParam() id: RunId): Promise<HostKeyScanRunView> {
    return hostKeyScanRunView(await this.scans.get(id));
  }

  /** By asset name. */
  @Get(':id/results')
  @Requires('inventory.read')
  @ApiOkResponse({ type: HostKeyResultPage })
  async listHostKeyResults(
    @IdParam() id: RunId,
    @Query() query: HostKeyResultListQuery,
  ): Promise<HostKeyResultPage> {
    const { items, total } = await this.scans.results(id, query);
    return { items: items.map(hostKeyResultView), total };
  }

  /**
   * Accepts keys that the scan shows. Where pins, address or asset changed since, nothing is pinned; the answer says so
   * for each.
   */
  @Post(':id/pins')
  @HttpCode(200)
  @Requires('inventory.write')
  @ApiOkResponse({ type: PinOutcomeView })
  pinScannedKeys(
    @CurrentActor() actor: Actor,
    @IdParam() id: RunId,
    @Body() body: PinScannedKeys,
  ): Promise<PinOutcomeView> {
    return this.pinner.pin(actor, id, body);
  }

  /** Begins no more assets and ends those in hand. */
  @Post(':id/stop')
  @HttpCode(200)
  @Requires('inventory.write')
  @ApiOkResponse({ type: RunView })
  async stopHostKeyScan(@CurrentActor() actor: Actor, @IdParam() id: RunId): Promise<RunView> {
    return runView(await this.runs.stop(actor, 'host-keys', id));
  }

  /** Another scan of the assets on which this one did not succeed. */
  @Post(':id/again')
  @HttpCode(202)
  @Requires('inventory.write')
  @ApiAcceptedResponse({ type: AcceptedRun })
  async scanManyHostKeysAgain(@CurrentActor() actor: Actor, @IdParam() id: RunId): Promise<AcceptedRun> {
    return { id: await this.scans.again(actor, id) };
  }
}
