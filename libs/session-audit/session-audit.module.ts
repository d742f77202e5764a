import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuthorizationModule, ExecDirectory } from '#libs/authorization';
import { UnitOfWork } from '#libs/database';
import { CLOCK, CONFIG, LOGGER, type Clock, type Config, type Logger } from '#libs/kernel';
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
import { RecordingStore } from './recording-store.js';
import { SessionArchive } from './session-archive.js';
import { SessionJournal } from './session-journal.js';
import { TransferArchive } from './transfer-archive.js';
import { TransferJournal } from './transfer-journal.js';

/** What sessions leave behind: rows and recordings. */
@Module({
  imports: [AuthorizationModule],
  providers: [
    {
      provide: BatchDesk,
      inject: [DataSource, UnitOfWork, ExecDirectory],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork, directory: ExecDirectory) =>
        new BatchDesk(dataSource, unitOfWork, directory),
    },
    {
      provide: BatchLedger,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new BatchLedger(dataSource),
    },
    {
      provide: SessionJournal,
      inject: [DataSource, LOGGER],
      useFactory: (dataSource: DataSource, logger: Logger) => new SessionJournal(dataSource, logger),
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
      inject: [DataSource, UnitOfWork, RecordingStore],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork, recordings: RecordingStore) =>
        new SessionArchive(dataSource, unitOfWork, recordings),
    },
    {
      provide: AuditTrail,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new AuditTrail(dataSource),
    },
    {
      provide: TransferJournal,
      inject: [DataSource, LOGGER],
      useFactory: (dataSource: DataSource, logger: Logger) => new TransferJournal(dataSource, logger),
    },
    {
      provide: TransferArchive,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new TransferArchive(dataSource),
    },
    {
      provide: CommandJournal,
      inject: [DataSource, LOGGER],
      useFactory: (dataSource: DataSource, logger: Logger) => new CommandJournal(dataSource, logger),
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
    BatchDesk,
    BatchLedger,
    SessionJournal,
    GatewayRoster,
    RecordingStore,
    LiveGateways,
    SessionArchive,
    AuditTrail,
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
