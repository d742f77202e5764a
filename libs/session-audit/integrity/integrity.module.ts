import { Module, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CLOCK, CONFIG, LOGGER, type Clock, type Config, type Logger } from '#libs/kernel';
import { RecordingStore } from '../recording-store.js';
import { SessionAuditModule } from '../session-audit.module.js';
import { UnitOfWork } from '#libs/database';
import { RecordingRetention } from '../retention/recording-retention.js';
import { RetentionKeeper } from '../retention/retention-keeper.js';
import { RetentionSettings } from '../retention/retention-settings.js';
import { RowRetention } from '../retention/row-retention.js';
import { AuditInspector } from './audit-inspector.js';
import { AuditKey } from './audit-key.js';
import { AuditSealer } from './audit-sealer.js';
import { CheckBoard } from './check-board.js';
import { CoveredRows } from './covered-rows.js';
import { SealChain } from './seal-chain.js';

/** Seals the audit; the api's alone, as it has the signing key. */
@Module({
  imports: [SessionAuditModule],
  providers: [
    {
      provide: AuditKey,
      inject: [CONFIG],
      useFactory: (config: Config) => AuditKey.open(config.dataDir),
    },
    {
      provide: CoveredRows,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new CoveredRows(dataSource),
    },
    {
      provide: SealChain,
      inject: [AuditKey, CLOCK],
      useFactory: (key: AuditKey, clock: Clock) => new SealChain(key, clock),
    },
    {
      provide: AuditSealer,
      inject: [DataSource, CoveredRows, SealChain, RecordingStore, LOGGER],
      useFactory: (
        dataSource: DataSource,
        rows: CoveredRows,
        chain: SealChain,
        recordings: RecordingStore,
        logger: Logger,
      ) => new AuditSealer(dataSource, rows, chain, recordings, logger),
    },
    {
      provide: CheckBoard,
      inject: [DataSource, AuditKey, CLOCK],
      useFactory: (...parts: ConstructorParameters<typeof CheckBoard>) => new CheckBoard(...parts),
    },
    {
      provide: AuditInspector,
      inject: [DataSource, UnitOfWork, AuditKey, CoveredRows, CheckBoard, LOGGER],
      useFactory: (...parts: ConstructorParameters<typeof AuditInspector>) => new AuditInspector(...parts),
    },
    {
      provide: RetentionSettings,
      inject: [DataSource, UnitOfWork],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) =>
        new RetentionSettings(dataSource, unitOfWork),
    },
    {
      provide: RowRetention,
      inject: [UnitOfWork, CoveredRows, SealChain],
      useFactory: (unitOfWork: UnitOfWork, rows: CoveredRows, chain: SealChain) =>
        new RowRetention(unitOfWork, rows, chain),
    },
    {
      provide: RecordingRetention,
      inject: [DataSource, UnitOfWork, CoveredRows, SealChain, RecordingStore],
      useFactory: (
        dataSource: DataSource,
        unitOfWork: UnitOfWork,
        rows: CoveredRows,
        chain: SealChain,
        store: RecordingStore,
      ) => new RecordingRetention(dataSource, unitOfWork, rows, chain, store),
    },
    {
      provide: RetentionKeeper,
      inject: [RetentionSettings, RowRetention, RecordingRetention, CLOCK, LOGGER],
      useFactory: (
        settings: RetentionSettings,
        rows: RowRetention,
        recordings: RecordingRetention,
        clock: Clock,
        logger: Logger,
      ) => new RetentionKeeper(settings, rows, recordings, clock, logger),
    },
  ],
  exports: [AuditInspector, RetentionSettings],
})
export class IntegrityModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly sealer: AuditSealer,
    private readonly inspector: AuditInspector,
    private readonly retention: RetentionKeeper,
  ) {}

  onApplicationBootstrap(): void {
    this.sealer.recurring.start();
    this.inspector.recurring.start();
    this.inspector.exchanging.start();
    this.retention.recurring.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sealer.recurring.stop();
    await this.inspector.recurring.stop();
    await this.inspector.exchanging.stop();
    await this.retention.recurring.stop();
  }
}
