import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { STATUS_CODES } from 'node:http';
import { DomainError, LOGGER, type FailureKind, type Logger } from '#libs/kernel';
import { failureOf } from './database-failure.js';
import { PROBLEM_TYPE, type Problem } from './problem.js';

const STATUS_OF: Readonly<Record<FailureKind, number>> = {
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-many': 429,
  unavailable: 503,
};

/** Failures before a handler is reached: by their HTTP status. */
const BEFORE_HANDLER: Readonly<Record<number, [code: string, detail: string]>> = {
  400: ['malformed_json', 'The body is no well-formed JSON.'],
  404: ['not_found', 'There is nothing at this address.'],
  413: ['too_large', 'The body is larger than 1 MB.'],
  415: ['unsupported_media_type', 'Send JSON: Content-Type: application/json, charset UTF-8.'],
};

/** Turns whatever goes wrong into problem details (RFC 9457); what is no failure of the client's is logged and not told. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    const { problem, headers } = this.describe(error, http.getRequest<Request>());
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.status(problem.status).set(headers).type(PROBLEM_TYPE).send(JSON.stringify(problem));
  }

  private describe(error: unknown, request: Request): { problem: Problem; headers: Record<string, string> } {
    const failure = error instanceof DomainError ? error : failureOf(error);
    if (failure) return { problem: domainProblem(failure), headers: headersOf(failure) };
    if (error instanceof HttpException && error.getStatus() < 500) {
      return { problem: httpProblem(error.getStatus()), headers: {} };
    }
    this.logger.error({ err: error, method: request.method, path: request.path }, 'request failed');
    const detail = 'Something went wrong on our side; the log says what.';
    return { problem: problemOf(500, 'internal_error', detail), headers: {} };
  }
}

function domainProblem(failure: DomainError): Problem {
  const problem = problemOf(STATUS_OF[failure.kind], failure.code, failure.message);
  const errors = 'errors' in failure ? { errors: failure.errors } : {};
  return Object.assign(problem, failure.details, errors);
}

function headersOf(failure: DomainError): Record<string, string> {
  const wait: unknown = failure.details['retryAfterSeconds'];
  if (typeof wait === 'number') return { 'Retry-After': String(wait) };
  if (failure.kind === 'unauthenticated') return { 'WWW-Authenticate': 'Bearer realm="gatehouse"' };
  return {};
}

function httpProblem(status: number): Problem {
  const [code, detail] = BEFORE_HANDLER[status] ?? ['bad_request', 'The request can not be understood.'];
  return problemOf(status, code, detail);
}

/** Express middleware for addresses at which nothing stands; Nest only looks after those that it knows. */
export function nothingHere(_request: Request, response: Response): void {
  response
    .status(404)
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(httpProblem(404)));
}

function problemOf(status: number, code: string, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, code, detail };
}
