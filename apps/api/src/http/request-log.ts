import type { LoggerService } from '@nestjs/common';
import type { Request, Response } from 'express';
import { pinoHttp, type HttpLogger } from 'pino-http';
import type { Logger } from '#libs/kernel';
import { addressOf } from './caller.js';

/** Asked for every few seconds by whoever watches us. */
const QUIET_PATHS = new Set(['/healthz', '/readyz', '/metrics']);

/** One line a request: never a header, a body or a query string, as they may hold secrets. */
export function requestLog(logger: Logger): HttpLogger<Request, Response> {
  return pinoHttp<Request, Response>({
    logger,
    quietReqLogger: true,
    serializers: { req: () => undefined, res: () => undefined, err: (error: unknown) => error },
    autoLogging: { ignore: (request) => QUIET_PATHS.has(pathOf(request)) },
    customLogLevel: (request, { statusCode }, error) => levelOf(request.method, statusCode, error),
    customSuccessMessage: () => 'request',
    customErrorMessage: () => 'request failed',
    customSuccessObject: (request, response, timed: object) => ({
      ...described(request, response),
      ...timed,
    }),
    customErrorObject: (request, response, _error, timed: object) => ({
      ...described(request, response),
      ...timed,
    }),
  });
}

/** What only reads and succeeds is no news: an open console page asks every few seconds. */
function levelOf(method: string | undefined, status: number, error: unknown): 'error' | 'info' | 'debug' {
  if (error || status >= 500) return 'error';
  return method === 'GET' && status < 400 ? 'debug' : 'info';
}

function described(request: Request, response: Response): object {
  const { method } = request;
  return { method, path: pathOf(request), status: response.statusCode, address: addressOf(request) };
}

function pathOf(request: Request): string {
  return request.originalUrl.split('?', 1)[0] ?? '';
}

/** Passes what Nest says on to the process's log. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown): void {
    this.logger.debug(String(message));
  }

  error(message: unknown): void {
    this.logger.error(String(message));
  }

  warn(message: unknown): void {
    this.logger.warn(String(message));
  }
}
