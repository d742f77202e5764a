import 'reflect-metadata';
import { hostname } from 'node:os';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { awaitMigrated, openDatabase } from '#libs/database';
import {
  makeLogger,
  onStopSignal,
  readConfig,
  reportReady,
  reportStartFailure,
  StartFailure,
  type GatewayId,
  type Logger,
  type SessionId,
} from '#libs/kernel';
import { Authenticator } from '#libs/identity';
import { AuditSpool, GatewayRoster } from '#libs/session-audit';
import { CredentialVault } from '#libs/vault';
import { BatchCrew } from './batch/batch-crew.js';
import { ConsoleSockets } from './console-sockets/console-sockets.js';
import { GATEWAY_ID } from './gateway-id.js';
import { GatewayModule } from './gateway.module.js';
import { GatewayJobs } from './jobs/gateway-jobs.js';
import { MailClerk } from './mail/mail-clerk.js';
import { SessionRegistry } from './session/session-registry.js';
import { SshDoor } from './ssh/ssh-door.js';

/**
 * Small buffers of long life (host keys, offers, tags of a connection) each hold the slab that they were cut from;
 * with Node's own size, 64 KiB, that is 12 KB more for each session.
 */
Buffer.poolSize = 8 * 1024;

/** Migrations of a large audit may take that long; whoever runs the process starts it again after that. */
const SCHEMA_PATIENCE_MS = 10 * 60_000;

async function main(): Promise<void> {
  const config = readConfig();
  const { databaseUrl } = config;
  if (databaseUrl === null) {
    throw new StartFailure(
      'GATEHOUSE_DATABASE_URL is not set.',
      'Start with `npm start`, or set it for a gateway alone.',
    );
  }
  const logger = makeLogger('gateway', config.logLevel);
  const vault = await CredentialVault.open(config.dataDir);
  const dataSource = await openDatabase(databaseUrl);
  await awaitMigrated(dataSource, SCHEMA_PATIENCE_MS, () => {
    logger.info('waits for the api to bring the schema up to date');
  });
  const module = GatewayModule.forRoot(
    { config: { ...config, databaseUrl }, logger, dataSource, queuePart: 'worker' },
    vault,
  );
  const app = await NestFactory.create<NestExpressApplication>(module, {
    logger: false as const,
    abortOnError: false,
  });
  app.useWebSocketAdapter(new IoAdapter(app));
  // only the api talks to this port: it passes terminal sockets on
  await app.listen(0, '127.0.0.1');
  // files go up for as long as they take; the api has its own limit
  app.getHttpServer().requestTimeout = 0;
  const gatewayId = app.get<GatewayId>(GATEWAY_ID);
  const spool = await openSpool(app);
  const roster = app.get(GatewayRoster);
  const internalUrl = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  const registry = app.get(SessionRegistry);
  const live = (): SessionId[] => Array.from(registry.live(), ({ id }) => id);
  await roster.enter({ id: gatewayId, hostname: hostname(), internalUrl }, live);
  await app.get(GatewayJobs).start();
  await app.get(MailClerk).start();
  app.get(BatchCrew).start();
  const door = app.get(SshDoor);
  const ssh = await openDoor(door, roster, logger);
  onStopSignal(async () => {
    door.stopListening();
    await endWork(app);
    door.close();
    app.get(ConsoleSockets).close();
    // behind all that leaves records; what the database doesn't take in time is written by whoever comes next
    await spool.close();
    await roster.leave();
    await app.close();
  });
  logger.info({ port: ssh.port, gatewayId }, 'gateway is ready');
  reportReady({ sshPort: ssh.port, hostKeyFingerprints: [ssh.fingerprint] });
}

/** Takes SSH clients in, and tells the others how they get here. @throws StartFailure */
async function openDoor(
  door: SshDoor,
  roster: GatewayRoster,
  logger: Logger,
): Promise<{ port: number; fingerprint: string }> {
  const { port, hostKeys } = await door.open();
  const { publicKey, fingerprint } = hostKeys.now().current;
  await roster.tell({ sshPort: port, sshHostKey: publicKey });
  hostKeys.onChange = (now) => {
    roster.tell({ sshPort: port, sshHostKey: now.publicKey }).catch((error: unknown) => {
      logger.warn({ err: error }, 'the new host key is told to the console later');
    });
  };
  return { port, fingerprint };
}

/** From here on records are safe from the database's absence, refused logins too. */
async function openSpool(app: NestExpressApplication): Promise<AuditSpool> {
  const spool = app.get(AuditSpool);
  await spool.open(app.get<GatewayId>(GATEWAY_ID));
  app.get(Authenticator).keeper = {
    note: (attempt) => {
      spool.note('login', attempt);
    },
  };
  return spool;
}

/** What runs ends: batch executions first, as each of their assets is a session too. */
async function endWork(app: NestExpressApplication): Promise<void> {
  await app.get(BatchCrew).stop();
  await Promise.all([app.get(SessionRegistry).endAll(), app.get(GatewayJobs).stop()]);
}

main().catch(reportStartFailure);
