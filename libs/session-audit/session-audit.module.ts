import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuthorizationModule, ExecDirectory } from '#libs/authorization';
import { UnitOfWork } from '#libs/database';
import { CLOCK, CONFIG, LOGGER, type Clock, type Config, type Logger } from '#libs/kernel';
import { AuditListExport } from './audit-list-export.js';
import { AuditTrail } from './audit-trail.js';
import { BatchDesk } from './batch/batch-desk.js';
import { BatchLedger } from './batch/batch-ledger.js';
import { CommandArchive } from './command-archive.js';
import { CommandJournal } from './command-journal.js';
import { Dashboard } from './dashboard/dashboard.js';
import { FirstHour } from './dashboard/first-hour.js';
import { SessionTally } from './dashboard/session-tally.js';
import { TallyKeeper } from './dashboard/tally-keeper.js';
import { GatewayRoster } from './gateway-roster.js';
import { LiveGateways } from './live-gateways.js';
import { MonitorSettings } from './monitor-settings.js';
import { OperationJournal } from './operation-journal.js';
import { RecordingStore } from './recording-store.js';
import { SessionArchive } from './session-archive.js';
import { SessionJournal } from './session-journal.js';
import { AuditSpool } from './spool/audit-spool.js';
import { spoolStatements } from './spool/spool-statements.js';
import { TransferArchive } from './transfer-archive.js';
import { TransferJournal } from './transfer-journal.js';

/** What sessions leave behind: rows and recordings. */
@Module({
  imports: [AuthorizationModule],
  providers: [
    {
      provide: AuditSpool,
      inject: [DataSource, CONFIG, CLOCK, LOGGER],
      useFactory: (
        dataSource: DataSource,
        { dataDir, databaseUrl }: Config & { databaseUrl: string },
        clock: Clock,
        logger: Logger,
      ) => {
        const statements = spoolStatements(dataSource);
        return new AuditSpool({ dataDir, databaseUrl, statements, clock, logger });
      },
    },
    {
      provide: OperationJournal,
      inject: [AuditSpool, CLOCK],
      useFactory: (spool: AuditSpool, clock: Clock) => new OperationJournal(spool, clock),
    },
    {
      provide: BatchDesk,
      inject: [DataSource, UnitOfWork, ExecDirectory],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork, directory: ExecDirectory) =>
        new BatchDesk(dataSource, unitOfWork, directory),
    },
    {
      provide: BatchLedger,
      inject: [DataSource, AuditSpool],
      useFactory: (dataSource: DataSource, spool: AuditSpool) => new BatchLedger(dataSource, spool),
    },
    {
      provide: SessionJournal,
      inject: [DataSource, AuditSpool],
      useFactory: (dataSource: DataSource, spool: AuditSpool) => new SessionJournal(dataSource, spool),
    },
    {
      provide: GatewayRoster,
      inject: [DataSource, CLOCK, LOGGER],
      useFactory: (dataSource: DataSource, clock: Clock, logger: Logger) =>
        new GatewayRoster(dataSource, clock, logger),
    },
    {
      provide: RecordingStore,
      inject: [CONFIG],
      useFactory: (config: Config) => new RecordingStore(config.dataDir),
    },
    {
      provide: LiveGateways,
      inject: [DataSource, CLOCK],
      useFactory: (dataSource: DataSource, clock: Clock) => new LiveGateways(dataSource, clock),
    },
    {
      provide: SessionArchive,
      inject: [DataSource, UnitOfWork, RecordingStore, OperationJournal],
      useFactory: (
        dataSource: DataSource,
        unitOfWork: UnitOfWork,
        recordings: RecordingStore,
        operations: OperationJournal,
      ) => new SessionArchive(dataSource, unitOfWork, recordings, operations),
    },
    {
      provide: MonitorSettings,
      inject: [DataSource, UnitOfWork, CONFIG],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork, { tellWatched }: Config) =>
        new MonitorSettings(dataSource, unitOfWork, tellWatched),
    },
    {
      provide: AuditTrail,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new AuditTrail(dataSource),
    },
    {
      provide: AuditListExport,
      inject: [UnitOfWork, CLOCK],
      useFactory: (unitOfWork: UnitOfWork, clock: Clock) => new AuditListExport(unitOfWork, clock),
    },
    {
      provide: TransferJournal,
      inject: [AuditSpool],
      useFactory: (spool: AuditSpool) => new TransferJournal(spool),
    },
    {
      provide: TransferArchive,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new TransferArchive(dataSource),
    },
    {
      provide: CommandJournal,
      inject: [AuditSpool],
      useFactory: (spool: AuditSpool) => new CommandJournal(spool),
    },
    {
      provide: CommandArchive,
      inject: [DataSource, SessionArchive],
      useFactory: (dataSource: DataSource, sessions: SessionArchive) =>
        new CommandArchive(dataSource, sessions),
    },
    {
      provide: SessionTally,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new SessionTally(dataSource),
    },
    {
      provide: Dashboard,
      inject: [DataSource, SessionTally, CLOCK],
      useFactory: (dataSource: DataSource, tally: SessionTally, clock: Clock) =>
        new Dashboard(dataSource, tally, clock),
    },
    {
      provide: TallyKeeper,
      inject: [DataSource, SessionTally, CLOCK, LOGGER],
      useFactory: (dataSource: DataSource, tally: SessionTally, clock: Clock, logger: Logger) =>
        new TallyKeeper(dataSource, tally, clock, logger),
    },
    {
      provide: FirstHour,
      inject: [DataSource, UnitOfWork],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) => new FirstHour(dataSource, unitOfWork),
    },
  ],
  exports: [
    AuditSpool,
    OperationJournal,
    BatchDesk,
    BatchLedger,
    SessionJournal,
    GatewayRoster,
    RecordingStore,
    LiveGateways,
    SessionArchive,
    MonitorSettings,
    AuditTrail,
    AuditListExport,
    TransferJournal,
    TransferArchive,
    CommandJournal,
    CommandArchive,
    Dashboard,
    TallyKeeper,
    FirstHour,
  ],
})
export class SessionAuditModule {}
