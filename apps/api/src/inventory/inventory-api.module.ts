import { Module } from '@nestjs/common';
import { AuthorizationModule } from '#libs/authorization';
import { InventoryModule } from '#libs/inventory';
import { HttpModule } from '../http/http.module.js';
import { RunsController } from '../runs/runs.controller.js';
import { AdminAccountsController } from './admin-accounts.controller.js';
import { AssetAccessController } from './asset-access.controller.js';
import { AssetChangesController } from './asset-changes.controller.js';
import { AssetGroupsController } from './asset-groups.controller.js';
import { ImportDesk } from '../sheets/import-desk.js';
import { AssetSheets } from './asset-sheets.js';
import { AssetSheetsController } from './asset-sheets.controller.js';
import { AssetsController } from './assets.controller.js';
import { DataCentersController } from './data-centers.controller.js';
import { DefaultsController } from './defaults.controller.js';
import { FactsRunsController } from './facts-runs.controller.js';
import { FactsTimesController } from './facts-times.controller.js';
import { HostKeyScansController } from './host-key-scans.controller.js';
import { HostKeysController } from './host-keys.controller.js';
import { UsageController } from './usage.controller.js';

/** REST of assets, their groups, admin accounts, data centers, host keys and defaults. */
@Module({
  imports: [InventoryModule, AuthorizationModule, HttpModule],
  controllers: [
    AdminAccountsController,
    AssetAccessController,
    AssetChangesController,
    AssetGroupsController,
    AssetSheetsController, // before the one that takes `assets/:id`
    AssetsController,
    DataCentersController,
    HostKeyScansController,
    HostKeysController,
    UsageController,
    DefaultsController,
    FactsRunsController,
    FactsTimesController,
    RunsController,
  ],
  providers: [AssetSheets, ImportDesk],
})
export class InventoryApiModule {}
