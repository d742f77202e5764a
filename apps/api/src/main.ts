import 'reflect-metadata';
import { Server } from 'node:https';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { z } from 'zod';
import { migrate, openDatabase, UnitOfWork } from '#libs/database';
import { makeFirstAdmin, type MadeAdmin } from '#libs/identity';
import {
  makeLogger,
  onStopSignal,
  readConfig,
  reportReady,
  reportStartFailure,
  StartFailure,
  type Config,
} from '#libs/kernel';
import { createApi } from './api.js';
import { NestLog } from './http/request-log.js';
import { followCertificate, readCertificate } from './tls/certificate.js';

const httpsServer = z.instanceof(Server);

/** Starts the api: schema, server, first administrator; in this order, so that no one-time password is lost. */
async function start(): Promise<void> {
  const config = readConfig();
  const { databaseUrl } = config;
  if (databaseUrl === null) {
    throw new StartFailure('GATEHOUSE_DATABASE_URL is not set.', 'Set it, or start with npm start.');
  }
  const logger = makeLogger('api', config.logLevel);
  const certificate = await readCertificate(config, new Date());
  const dataSource = await openDatabase(databaseUrl);
  await migrate(dataSource);
  const app = await createApi({ config: { ...config, databaseUrl }, logger, dataSource, certificate });
  await listen(app, config);
  app.useLogger(new NestLog(logger));
  if (certificate) {
    followCertificate(httpsServer.parse(app.getHttpServer()), config, certificate, logger);
  }
  onStopSignal(() => app.close());
  const admin = await makeFirstAdmin(app.get(UnitOfWork), config.adminPassword);
  const url = await publicAddress(app, config);
  logger.info({ url }, 'api serves');
  announce(url, admin, certificate?.fingerprint);
}

async function listen(app: NestExpressApplication, { httpPort, httpHost: host }: Config): Promise<void> {
  try {
    await app.listen(httpPort, host);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reasons: Record<string, [string, string]> = {
      EADDRINUSE: [`Port ${httpPort} is taken.`, 'Stop what uses it or set GATEHOUSE_HTTP_PORT to another.'],
      EACCES: [`Port ${httpPort} may not be used by this account.`, 'Set GATEHOUSE_HTTP_PORT above 1023.'],
      EADDRNOTAVAIL: [
        `This machine has no address ${host}.`,
        'Correct GATEHOUSE_HOST or GATEHOUSE_HTTP_HOST.',
      ],
    };
    const [what, mend] = reasons[code] ?? [
      `The api can't listen: ${String(error)}.`,
      'Check GATEHOUSE_HOST and GATEHOUSE_HTTP_HOST.',
    ];
    throw new StartFailure(what, mend, { cause: error });
  }
}

/** Where browsers find the console. */
async function publicAddress(app: NestExpressApplication, config: Config): Promise<string> {
  if (config.publicUrl !== null) return config.publicUrl;
  const { port } = new URL(await app.getUrl());
  const everywhere = config.httpHost === '0.0.0.0' || config.httpHost === '::';
  const host = config.httpHost.includes(':') ? `[${config.httpHost}]` : config.httpHost;
  return `http${config.tls ? 's' : ''}://${everywhere ? 'localhost' : host}:${port || (config.tls ? 443 : 80)}`;
}

/** The one-time password goes to the supervisor or the terminal, once, never to the log. */
function announce(url: string, admin: MadeAdmin | null, certificateFingerprint?: string): void {
  const password = admin?.oneTimePassword ?? undefined;
  reportReady({ url, certificateFingerprint, adminUsername: admin?.username, adminPassword: password });
  if (!process.send && admin && password !== undefined) {
    process.stdout.write(`\nFirst login at ${url}: ${admin.username}, one-time password ${password}\n\n`);
  }
}

start().catch(reportStartFailure);
