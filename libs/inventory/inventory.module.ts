import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { JobQueue, UnitOfWork } from '#libs/database';
import { SecretSealer, VaultModule } from '#libs/vault';
import { AdminAccountBook } from './admin-account-book.js';
import { AssetCatalog } from './asset-catalog.js';
import { AssetGroupTree } from './asset-group-tree.js';
import { AssetExport } from './asset-export.js';
import { AssetImport } from './asset-import.js';
import { AssetInspector } from './asset-inspector.js';
import { BatchEditor } from './batch-editor.js';
import { ChangeLog } from './change-log.js';
import { DataCenterBook } from './data-center-book.js';
import { DefaultSettings } from './default-settings.js';
import { FactsKeeper } from './facts-keeper.js';
import { FactsPlanner } from './facts-planner.js';
import { FactsSchedule } from './facts-schedule.js';
import { HostKeyPinner } from './host-key-pinner.js';
import { HostKeyScans } from './host-key-scans.js';
import { RunBook } from './run-book.js';
import { RunLedger } from './run-ledger.js';

/** Assets and what belongs to them. */
@Module({
  imports: [VaultModule],
  providers: [
    {
      provide: AdminAccountBook,
      inject: [DataSource, UnitOfWork, SecretSealer],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork, sealer: SecretSealer) =>
        new AdminAccountBook(dataSource, unitOfWork, sealer),
    },
    {
      provide: AssetCatalog,
      inject: [DataSource, UnitOfWork],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) =>
        new AssetCatalog(dataSource, unitOfWork),
    },
    {
      provide: AssetGroupTree,
      inject: [DataSource, UnitOfWork],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) =>
        new AssetGroupTree(dataSource, unitOfWork),
    },
    {
      provide: AssetExport,
      inject: [DataSource, UnitOfWork],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) => new AssetExport(dataSource, unitOfWork),
    },
    {
      provide: AssetImport,
      inject: [DataSource, UnitOfWork],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) => new AssetImport(dataSource, unitOfWork),
    },
    {
      provide: AssetInspector,
      inject: [AssetCatalog, DefaultSettings, JobQueue, UnitOfWork],
      useFactory: (...parts: ConstructorParameters<typeof AssetInspector>) => new AssetInspector(...parts),
    },
    {
      provide: BatchEditor,
      inject: [UnitOfWork],
      useFactory: (unitOfWork: UnitOfWork) => new BatchEditor(unitOfWork),
    },
    {
      provide: ChangeLog,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new ChangeLog(dataSource),
    },
    {
      provide: DataCenterBook,
      inject: [DataSource, UnitOfWork],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) =>
        new DataCenterBook(dataSource, unitOfWork),
    },
    {
      provide: DefaultSettings,
      inject: [DataSource, UnitOfWork],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) =>
        new DefaultSettings(dataSource, unitOfWork),
    },
    {
      provide: FactsKeeper,
      inject: [UnitOfWork],
      useFactory: (unitOfWork: UnitOfWork) => new FactsKeeper(unitOfWork),
    },
    {
      provide: FactsPlanner,
      inject: [UnitOfWork],
      useFactory: (unitOfWork: UnitOfWork) => new FactsPlanner(unitOfWork),
    },
    {
      provide: FactsSchedule,
      inject: [DataSource, UnitOfWork],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) =>
        new FactsSchedule(dataSource, unitOfWork),
    },
    {
      provide: HostKeyPinner,
      inject: [UnitOfWork],
      useFactory: (unitOfWork: UnitOfWork) => new HostKeyPinner(unitOfWork),
    },
    {
      provide: HostKeyScans,
      inject: [DataSource, UnitOfWork],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) =>
        new HostKeyScans(dataSource, unitOfWork),
    },
    {
      provide: RunBook,
      inject: [DataSource, UnitOfWork],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) => new RunBook(dataSource, unitOfWork),
    },
    {
      provide: RunLedger,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new RunLedger(dataSource),
    },
  ],
  exports: [
    AdminAccountBook,
    AssetCatalog,
    AssetExport,
    AssetGroupTree,
    AssetImport,
    AssetInspector,
    BatchEditor,
    ChangeLog,
    DataCenterBook,
    DefaultSettings,
    FactsKeeper,
    FactsPlanner,
    FactsSchedule,
    HostKeyPinner,
    HostKeyScans,
    RunBook,
    RunLedger,
  ],
})
export class InventoryModule {}
