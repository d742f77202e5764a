import { HttpErrorResponse } from '@angular/common/http';
import type { Gaps } from '../language/words';

/** One field that the server refused: `field` is a path such as `name` or `hostKeys.0`. */
export interface RefusedField {
  readonly field: string;
  readonly code: string;
  readonly message: string;
  /** The limits in the message. */
  readonly params: Gaps;
}

/** What went wrong with a request. From the server an RFC 9457 problem; `offline` when no answer came. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly RefusedField[];
  /** The problem's own members, such as the assets that lack a push. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Reads whatever a failed request threw. Never throws itself: an answer that is no problem keeps its status. */
export function readProblem(error: unknown): Problem {
  if (!(error instanceof HttpErrorResponse)) {
    return { status: 0, code: 'unexpected', detail: String(error), errors: [], extra: {} };
  }
  if (error.status === 0) return { status: 0, code: 'offline', detail: '', errors: [], extra: {} };
  const body: unknown = typeof error.error === 'string' ? parse(error.error) : error.error;
  if (!isRecord(body)) {
    return { status: error.status, code: 'unexpected', detail: '', errors: [], extra: {} };
  }
  return {
    status: error.status,
    code: text(body['code']) || 'unexpected',
    detail: text(body['detail']) || text(body['title']),
    errors: Array.isArray(body['errors']) ? body['errors'].filter(isRecord).map(readField) : [],
    extra: body,
  };
}

/** Whether the value is an object with named members. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readField(entry: Record<string, unknown>): RefusedField {
  const { field, code, message, params } = entry;
  return {
    field: text(field),
    code: text(code),
    message: text(message),
    params: isRecord(params) ? Object.fromEntries(Object.entries(params).filter(isGap)) : {},
  };
}

function isGap(entry: [string, unknown]): entry is [string, string | number] {
  return typeof entry[1] === 'string' || typeof entry[1] === 'number';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // A proxy's error page and the like: the status says enough.
    return null;
  }
}
