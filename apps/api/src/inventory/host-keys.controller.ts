import { Body, Controller, Get, HttpCode, Post, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AssetCatalog, AssetInspector } from '#libs/inventory';
import type { Actor, AssetId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import {
  ConnectionTestView,
  HostKeyPins,
  HostKeyScanView,
  hostKeyScanView,
  PinnedHostKeysView,
  pinnedHostKeysView,
  ScanTarget,
} from './host-key.dto.js';

@ApiTags('assets')
@Controller('assets')
export class HostKeysController {
  constructor(
    private readonly assets: AssetCatalog,
    private readonly inspector: AssetInspector,
  ) {}

  /** Asks a gateway what an asset that isn't stored yet offers; pins nothing. */
  @Post('scan-host-keys')
  @HttpCode(200)
  @Requires('inventory.write')
  @ApiOkResponse({ type: HostKeyScanView })
  async scanHostKeys(@Body() body: ScanTarget): Promise<HostKeyScanView> {
    return hostKeyScanView(await this.inspector.scanAddress(body.address, body.port ?? null));
  }

  @Get(':id/host-keys')
  @Requires('inventory.read')
  @ApiOkResponse({ type: PinnedHostKeysView })
  async getHostKeys(@IdParam() id: AssetId): Promise<PinnedHostKeysView> {
    return pinnedHostKeysView(await this.assets.hostKeys(id));
  }

  @Put(':id/host-keys')
  @Requires('inventory.write')
  @ApiOkResponse({ type: PinnedHostKeysView })
  async pinHostKeys(
    @CurrentActor() actor: Actor,
    @IdParam() id: AssetId,
    @Body() body: HostKeyPins,
  ): Promise<PinnedHostKeysView> {
    return pinnedHostKeysView(await this.assets.pinHostKeys(actor, id, body.hostKeys));
  }

  /** Asks a gateway what the asset offers now; pins nothing. */
  @Post(':id/host-keys/scan')
  @HttpCode(200)
  @Requires('inventory.write')
  @ApiOkResponse({ type: HostKeyScanView })
  async scanAssetHostKeys(@IdParam() id: AssetId): Promise<HostKeyScanView> {
    return hostKeyScanView(await this.inspector.scanAsset(id));
  }

  /** Has a gateway log in with the asset's admin account. */
  @Post(':id/test-connection')
  @HttpCode(200)
  @Requires('inventory.write')
  @ApiOkResponse({ type: ConnectionTestView })
  testConnection(@CurrentActor() actor: Actor, @IdParam() id: AssetId): Promise<ConnectionTestView> {
    return this.inspector.testConnection(actor, id);
  }
}
