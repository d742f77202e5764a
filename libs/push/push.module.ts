import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { JobQueue, UnitOfWork } from '#libs/database';
import { InventoryModule, RunBook } from '#libs/inventory';
import { SecretSealer, VaultModule } from '#libs/vault';
import { PushEngineSettings } from './push-engine-settings.js';
import { DriftLedger } from './drift-ledger.js';
import { DriftPlanner } from './drift-planner.js';
import { DriftSchedule } from './drift-schedule.js';
import { PushLedger } from './push-ledger.js';
import { PushPlanner } from './push-planner.js';
import { SudoAliasBook } from './sudo-alias-book.js';
import { SystemUserBook } from './system-user-book.js';

/** System users, and where they stand. */
@Module({
  imports: [VaultModule, InventoryModule],
  providers: [
    {
      provide: SystemUserBook,
      inject: [DataSource, UnitOfWork, SecretSealer],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork, sealer: SecretSealer) =>
        new SystemUserBook(dataSource, unitOfWork, sealer),
    },
    {
      provide: SudoAliasBook,
      inject: [DataSource, UnitOfWork],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) =>
        new SudoAliasBook(dataSource, unitOfWork),
    },
    {
      provide: PushPlanner,
      inject: [DataSource, UnitOfWork, RunBook],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork, runs: RunBook) =>
        new PushPlanner(dataSource, unitOfWork, runs),
    },
    {
      provide: PushLedger,
      inject: [DataSource, UnitOfWork],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) => new PushLedger(dataSource, unitOfWork),
    },
    {
      provide: PushEngineSettings,
      inject: [DataSource, UnitOfWork, JobQueue],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork, jobs: JobQueue) =>
        new PushEngineSettings(dataSource, unitOfWork, jobs),
    },
    {
      provide: DriftLedger,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new DriftLedger(dataSource),
    },
    {
      provide: DriftPlanner,
      inject: [UnitOfWork],
      useFactory: (unitOfWork: UnitOfWork) => new DriftPlanner(unitOfWork),
    },
    {
      provide: DriftSchedule,
      inject: [DataSource, UnitOfWork],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) =>
        new DriftSchedule(dataSource, unitOfWork),
    },
  ],
  exports: [
    PushEngineSettings,
    SystemUserBook,
    SudoAliasBook,
    PushPlanner,
    PushLedger,
    DriftLedger,
    DriftPlanner,
    DriftSchedule,
  ],
})
export class PushModule {}
