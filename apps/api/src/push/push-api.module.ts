import { Module } from '@nestjs/common';
import { InventoryModule } from '#libs/inventory';
import { PushModule } from '#libs/push';
import { HttpModule } from '../http/http.module.js';
import { PushEngineController } from './push-engine.controller.js';
import { DriftScansController } from './drift-scans.controller.js';
import { DriftTimesController } from './drift-times.controller.js';
import { PushesController } from './pushes.controller.js';
import { SudoAliasesController } from './sudo-aliases.controller.js';
import { SystemUsersController } from './system-users.controller.js';

/** REST of system users, sudo aliases, pushes, push records and drift. */
@Module({
  imports: [PushModule, InventoryModule, HttpModule],
  controllers: [
    SystemUsersController,
    SudoAliasesController,
    PushesController,
    DriftScansController,
    DriftTimesController,
    PushEngineController,
  ],
})
export class PushApiModule {}
