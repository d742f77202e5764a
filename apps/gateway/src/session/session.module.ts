import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuthorizationModule, Authorizer } from '#libs/authorization';
import { ControlBus } from '#libs/database';
import { CLOCK, LOGGER, newId, type Clock, type Config, type GatewayId, type Logger } from '#libs/kernel';
import {
  AuditSpool,
  CommandJournal,
  OperationJournal,
  RecordingStore,
  SessionArchive,
  SessionAuditModule,
  SessionJournal,
  TransferJournal,
} from '#libs/session-audit';
import { CredentialVault } from '#libs/vault';
import { GATEWAY_ID } from '../gateway-id.js';
import { CommandDesk } from '../taps/commands/command-desk.js';
import { ListenerOpener } from './listener-opener.js';
import { PersonTurns } from './person-turns.js';
import { RecordKeeping } from './record-keeping.js';
import { RefusalQuota } from './refusal-quota.js';
import { SessionOpener, type OpenerParts } from './session-opener.js';
import { SessionRegistry } from './session-registry.js';
import { TargetDirectory } from './target-directory.js';

const OPENER_PARTS = Symbol('OpenerParts');

/** What opens sessions and watches over them. */
@Module({})
export class SessionModule {
  static forRoot(config: Config, vault: CredentialVault): DynamicModule {
    return {
      module: SessionModule,
      imports: [AuthorizationModule, SessionAuditModule],
      providers: [
        { provide: GATEWAY_ID, useFactory: () => newId<GatewayId>() },
        { provide: CredentialVault, useValue: vault },
        { provide: PersonTurns, useFactory: () => new PersonTurns() },
        {
          provide: CommandDesk,
          inject: [CommandJournal, LOGGER],
          useFactory: (journal: CommandJournal, logger: Logger) => new CommandDesk(journal, logger),
        },
        {
          provide: TargetDirectory,
          inject: [DataSource],
          useFactory: (dataSource: DataSource) => new TargetDirectory(dataSource, vault),
        },
        {
          provide: SessionRegistry,
          inject: [Authorizer, ControlBus, LOGGER, CommandDesk, SessionArchive],
          useFactory: (
            authorizer: Authorizer,
            bus: ControlBus,
            logger: Logger,
            commands: CommandDesk,
            archive: SessionArchive,
          ) => {
            const { sessionLimitMs: limitMs, recording: policy, perPerson } = config;
            const terms = { limitMs, policy, perPerson };
            return new SessionRegistry(authorizer, bus, logger, commands, terms, archive);
          },
        },
        {
          provide: RecordKeeping,
          inject: [GATEWAY_ID, AuditSpool, OperationJournal, SessionRegistry, LOGGER],
          useFactory: (
            gatewayId: GatewayId,
            spool: AuditSpool,
            operations: OperationJournal,
            registry: SessionRegistry,
            logger: Logger,
          ) => {
            const policy = config.recording;
            return new RecordKeeping({ gatewayId, policy, spool, operations, registry, logger });
          },
        },
        {
          provide: OPENER_PARTS,
          inject: [
            GATEWAY_ID,
            Authorizer,
            SessionJournal,
            TransferJournal,
            RecordingStore,
            SessionRegistry,
            RecordKeeping,
            CLOCK,
            LOGGER,
            PersonTurns,
          ],
          useFactory: (
            gatewayId: GatewayId,
            authorizer: Authorizer,
            journal: SessionJournal,
            transfers: TransferJournal,
            recordings: RecordingStore,
            registry: SessionRegistry,
            keeping: RecordKeeping,
            clock: Clock,
            logger: Logger,
            turns: PersonTurns,
          ): OpenerParts => {
            const { idleTimeoutMs } = config;
            const audit = { journal, transfers, recordings };
            const people = { turns, refusals: new RefusalQuota() };
            const gateway = { gatewayId, authorizer, registry, keeping, clock, logger, idleTimeoutMs };
            return { ...gateway, ...audit, ...people };
          },
        },
        {
          provide: SessionOpener,
          inject: [OPENER_PARTS],
          useFactory: (parts: OpenerParts) => new SessionOpener(parts),
        },
        {
          provide: ListenerOpener,
          inject: [OPENER_PARTS],
          useFactory: (parts: OpenerParts) => new ListenerOpener(parts),
        },
      ],
      exports: [
        GATEWAY_ID,
        CredentialVault,
        PersonTurns,
        TargetDirectory,
        SessionRegistry,
        SessionOpener,
        ListenerOpener,
      ],
    };
  }
}
