import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuthorizationModule, Authorizer, ExecDirectory, ReachableAssets } from '#libs/authorization';
import { ControlBus, InfrastructureModule, JobQueue, type Infrastructure } from '#libs/database';
import {
  ApiTokenBook,
  Authenticator,
  CodeChecker,
  IdentityModule,
  LoginRegistry,
  OwnAccount,
  SshBanner,
  TokenReader,
} from '#libs/identity';
import {
  AssetCatalog,
  FactsKeeper,
  FactsPlanner,
  FactsSchedule,
  InventoryModule,
  RunLedger,
} from '#libs/inventory';
import { CLOCK, LOGGER, Places, type Clock, type GatewayId, type Logger } from '#libs/kernel';
import { DriftLedger, DriftPlanner, DriftSchedule, PushLedger, PushModule } from '#libs/push';
import {
  BatchDesk,
  BatchLedger,
  MonitorSettings,
  SessionArchive,
  SessionAuditModule,
} from '#libs/session-audit';
import { CredentialVault } from '#libs/vault';
import { BatchCrew } from './batch/batch-crew.js';
import { KEPT_MS, KeptConnections } from './batch/kept-connections.js';
import { ConsoleSockets } from './console-sockets/console-sockets.js';
import { GATEWAY_ID } from './gateway-id.js';
import { DriftCraft } from './drift/drift-craft.js';
import { AdminDirectory } from './jobs/admin-directory.js';
import { ConnectionTester } from './jobs/connection-tester.js';
import { FactsCollector } from './jobs/facts-collector.js';
import { GatewayJobs } from './jobs/gateway-jobs.js';
import { HostKeyScanner } from './jobs/host-key-scanner.js';
import { NightlyParts, NightlyRun } from './jobs/nightly-run.js';
import { RunWorker, RunWorkerParts } from './jobs/run-worker.js';
import { MailClerk } from './mail/mail-clerk.js';
import { FileRuns } from './many-files/file-run.js';
import { ManyFilesController } from './many-files/many-files.controller.js';
import { AnsibleDesk } from './push/ansible/ansible-desk.js';
import { AssetDoor } from './push/asset-door.js';
import { AssetPusher } from './push/asset-pusher.js';
import { AssetRecycler } from './push/asset-recycler.js';
import { PushCraft } from './push/push-craft.js';
import { MonitorGateway } from './monitor/monitor.gateway.js';
import { DirectLogin } from './session/direct-login.js';
import { ListenerOpener } from './session/listener-opener.js';
import { PersonTurns } from './session/person-turns.js';
import { SessionOpener } from './session/session-opener.js';
import { SessionModule } from './session/session.module.js';
import { SessionRegistry } from './session/session-registry.js';
import { TargetDirectory } from './session/target-directory.js';
import { UpstreamPool } from './session/upstream-pool.js';
import { BannerText } from './ssh/banner-text.js';
import { SshDoor } from './ssh/ssh-door.js';
import { MonitorDesk } from './taps/monitor/monitor-desk.js';
import { CallerProof } from './web-files/caller-proof.js';
import { FileDesk } from './web-files/file-desk.js';
import { FilesController } from './web-files/files.controller.js';
import { TerminalDesk } from './web-terminal/terminal-desk.js';
import { TerminalGateway } from './web-terminal/terminal.gateway.js';

/** Assets on which this gateway runs commands of batch executions at once. */
const COMMANDS_AT_ONCE = 150;

/** Nest token of what is done each night. */
const NIGHTLY_RUNS = Symbol('NightlyRuns');

/** Everything that speaks SSH. */
@Module({})
export class GatewayModule {
  static forRoot(infrastructure: Infrastructure, vault: CredentialVault): DynamicModule {
    const { config } = infrastructure;
    return {
      module: GatewayModule,
      imports: [
        InfrastructureModule.forRoot(infrastructure),
        IdentityModule,
        InventoryModule,
        PushModule,
        AuthorizationModule,
        SessionAuditModule,
        SessionModule.forRoot(config, vault),
      ],
      controllers: [FilesController, ManyFilesController],
      providers: [
        {
          provide: BannerText,
          inject: [SshBanner, LOGGER, ControlBus],
          useFactory: (settings: SshBanner, logger: Logger, bus: ControlBus) =>
            new BannerText(settings, logger, bus),
        },
        {
          provide: SshDoor,
          inject: [
            DataSource,
            BannerText,
            Authenticator,
            CodeChecker,
            Authorizer,
            ReachableAssets,
            OwnAccount,
            SessionOpener,
            ListenerOpener,
            TargetDirectory,
            ControlBus,
            BatchDesk,
            ExecDirectory,
            BatchCrew,
            FileDesk,
            FileRuns,
            LOGGER,
            PersonTurns,
          ],
          useFactory: (
            dataSource: DataSource,
            banner: BannerText,
            authenticator: Authenticator,
            codes: CodeChecker,
            authorizer: Authorizer,
            reachable: ReachableAssets,
            account: OwnAccount,
            opener: SessionOpener,
            listeners: ListenerOpener,
            targets: TargetDirectory,
            bus: ControlBus,
            batches: BatchDesk,
            execDirectory: ExecDirectory,
            crew: BatchCrew,
            files: FileDesk,
            fileRuns: FileRuns,
            logger: Logger,
            turns: PersonTurns,
          ) => {
            const direct = new DirectLogin(dataSource, authorizer, turns);
            return new SshDoor({
              config,
              banner,
              authenticator,
              codes,
              reachable,
              account,
              opener,
              listeners,
              targets,
              bus,
              direct,
              batches,
              execDirectory,
              crew,
              files,
              fileRuns,
              logger,
              turns,
            });
          },
        },
        {
          provide: TerminalDesk,
          inject: [SessionOpener, TargetDirectory, GATEWAY_ID],
          useFactory: (opener: SessionOpener, targets: TargetDirectory, gatewayId: GatewayId) =>
            new TerminalDesk(opener, () => new UpstreamPool(targets, 0), gatewayId),
        },
        {
          provide: BatchCrew,
          inject: [GATEWAY_ID, BatchLedger, SessionOpener, TargetDirectory, ControlBus, LOGGER],
          useFactory: (
            gatewayId: GatewayId,
            ledger: BatchLedger,
            opener: SessionOpener,
            targets: TargetDirectory,
            bus: ControlBus,
            logger: Logger,
          ) => {
            const places = new Places(COMMANDS_AT_ONCE);
            const connections = new KeptConnections(() => new UpstreamPool(targets, KEPT_MS));
            return new BatchCrew({ gatewayId, ledger, opener, places, connections, logger }, bus);
          },
        },
        {
          provide: RunWorkerParts,
          inject: [GATEWAY_ID, RunLedger, ControlBus, LOGGER],
          useFactory: (gatewayId: GatewayId, ledger: RunLedger, bus: ControlBus, logger: Logger) =>
            new RunWorkerParts(gatewayId, ledger, bus, logger),
        },
        {
          provide: AdminDirectory,
          inject: [AssetCatalog],
          useFactory: (catalog: AssetCatalog) => new AdminDirectory(catalog, vault),
        },
        {
          provide: NightlyParts,
          inject: [JobQueue, ControlBus, LOGGER],
          useFactory: (queue: JobQueue, bus: ControlBus, logger: Logger) =>
            new NightlyParts(queue, bus, logger),
        },
        {
          provide: NIGHTLY_RUNS,
          inject: [NightlyParts, FactsSchedule, FactsPlanner, DriftSchedule, DriftPlanner],
          useFactory: (
            parts: NightlyParts,
            factsSchedule: FactsSchedule,
            facts: FactsPlanner,
            driftSchedule: DriftSchedule,
            drift: DriftPlanner,
          ) => [
            new NightlyRun('facts.nightly', factsSchedule, facts, parts),
            new NightlyRun('drift.nightly', driftSchedule, drift, parts),
          ],
        },
        {
          provide: DriftCraft,
          inject: [AdminDirectory, DriftLedger],
          useFactory: (directory: AdminDirectory, ledger: DriftLedger) =>
            new DriftCraft(directory, ledger, vault),
        },
        {
          provide: PushCraft,
          inject: [PushLedger, AssetCatalog, AdminDirectory, LOGGER],
          useFactory: (
            ledger: PushLedger,
            catalog: AssetCatalog,
            directory: AdminDirectory,
            logger: Logger,
          ) => {
            const door = new AssetDoor(directory, catalog, new AnsibleDesk(logger));
            const pusher = new AssetPusher(ledger, vault, door);
            return new PushCraft(ledger, pusher, new AssetRecycler(ledger, door), logger);
          },
        },
        {
          provide: GatewayJobs,
          inject: [
            JobQueue,
            AdminDirectory,
            FactsKeeper,
            NIGHTLY_RUNS,
            RunWorkerParts,
            PushCraft,
            DriftCraft,
            AssetCatalog,
          ],
          useFactory: (
            queue: JobQueue,
            directory: AdminDirectory,
            keeper: FactsKeeper,
            nightly: readonly NightlyRun[],
            parts: RunWorkerParts,
            pushes: PushCraft,
            drift: DriftCraft,
            catalog: AssetCatalog,
          ) => {
            const crafts = [
              new FactsCollector(directory, keeper),
              new HostKeyScanner(catalog),
              pushes,
              drift,
            ];
            const workers = crafts.map((craft) => new RunWorker(craft, parts));
            return new GatewayJobs(queue, new ConnectionTester(directory), nightly, workers);
          },
        },
        {
          provide: MailClerk,
          inject: [DataSource, JobQueue, CLOCK, LOGGER],
          useFactory: (dataSource: DataSource, queue: JobQueue, clock: Clock, logger: Logger) =>
            new MailClerk({ dataSource, queue, vault, clock, logger, publicUrl: config.publicUrl }),
        },
        {
          provide: FileDesk,
          inject: [SessionOpener, TargetDirectory],
          useFactory: (opener: SessionOpener, targets: TargetDirectory) =>
            new FileDesk(opener, () => new UpstreamPool(targets, 0)),
        },
        { provide: FileRuns, useFactory: () => new FileRuns() },
        {
          provide: CallerProof,
          inject: [TokenReader, LoginRegistry, ApiTokenBook, CodeChecker],
          useFactory: (
            tokens: TokenReader,
            logins: LoginRegistry,
            apiTokens: ApiTokenBook,
            codes: CodeChecker,
          ) => new CallerProof(tokens, logins, apiTokens, codes),
        },
        {
          provide: MonitorDesk,
          inject: [SessionRegistry, SessionArchive, LOGGER, MonitorSettings],
          useFactory: (
            registry: SessionRegistry,
            archive: SessionArchive,
            logger: Logger,
            settings: MonitorSettings,
          ) => new MonitorDesk(registry, archive, logger, settings),
        },
        ConsoleSockets,
        TerminalGateway,
        MonitorGateway,
      ],
    };
  }
}
