import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import type { Infrastructure } from '#libs/database';
import { ApiDocument } from './http/api-document.js';
import { trustOf } from './http/client-address.js';
import { Metrics } from './http/metrics.js';
import { requestLog } from './http/request-log.js';
import { noStore, securityHeaders } from './http/security-headers.js';
import { serveConsole } from './http/static-console.js';
import { subPathOf, underSubPath } from './http/sub-path.js';
import type { ShownCertificate } from './tls/certificate.js';

/** Where REST stands; version and path are part of the contract. */
export const API_PREFIX = 'api/v1';

/** How long a request may take to arrive: a file that goes up over a slow line. */
const MAX_REQUEST_MS = 24 * 60 * 60 * 1000;

/** Largest body of a request: the ids of as many assets as one may name, 50,000, fit in. */
const BODY_LIMIT = '2500kb';

/** What the api needs from its process. */
export interface ApiParts extends Omit<Infrastructure, 'queuePart'> {
  /** Folder of the built console; absent: that of the build. */
  consoleDir?: string;
  /** What the server shows; absent: plain HTTP. */
  certificate?: ShownCertificate | null;
}

/** Builds the api; it doesn't listen yet. @throws StartFailure */
export async function createApi(parts: ApiParts): Promise<NestExpressApplication> {
  const { config, logger, certificate } = parts;
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(parts), {
    abortOnError: false,
    bodyParser: false,
    forceCloseConnections: true,
    // TLS 1.2 and newer, as Node has it
    ...(certificate && { httpsOptions: { cert: certificate.cert, key: certificate.key } }),
    logger: false, // a failure at start is told once, by the process
  });
  app.set('trust proxy', trustOf(config.trustedProxies));
  app.disable('x-powered-by');
  app.disable('etag');
  app.setGlobalPrefix(API_PREFIX, { exclude: ['healthz', 'readyz', 'metrics'] });
  const subPath = subPathOf(config.publicUrl);
  app.use(underSubPath(subPath));
  app.use(requestLog(logger));
  app.use(app.get(Metrics).time);
  app.use(securityHeaders(staysWithHttps(config)));
  serveConsole(app, logger, subPath, parts.consoleDir);
  app.use(`/${API_PREFIX}`, noStore);
  app.useBodyParser('json', { limit: BODY_LIMIT });
  app.getHttpServer().requestTimeout = MAX_REQUEST_MS;
  app.get(ApiDocument).attach(app);
  return app;
}

/** An own certificate is nothing to hold browsers to: with HSTS they leave no way past their warning. */
function staysWithHttps({ publicUrl, tls }: ApiParts['config']): boolean {
  return publicUrl?.startsWith('https:') === true || (tls !== null && tls !== 'self-signed');
}
