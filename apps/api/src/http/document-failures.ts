import type { OpenAPIObject } from '@nestjs/swagger';
import { PERMISSIONS, ROLES, roleHas } from '#libs/contracts';
import { PROBLEM_TYPE } from './problem.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Failures that handlers share, by status. */
const FAILURES: Readonly<Record<number, string>> = {
  401: 'Not logged in, or the login has ended',
  403: "The caller's role does not allow it, or their password must be changed first",
  404: 'There is no such thing, or it is not for the caller to see',
  409: 'It contradicts what is there',
  413: 'The body is larger than 1 MB',
  422: 'A field is wrong; `errors` says which and why',
  429: 'Too many tries; `Retry-After` says when to come back',
  503: 'A part that is needed does not answer',
};

/** Adds to every operation what follows from its shape: who may call it, and how it fails. */
export function completeDocument(document: OpenAPIObject): OpenAPIObject {
  for (const item of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation) complete(operation, method);
    }
  }
  return document;
}

function complete(operation: Operation, method: (typeof METHODS)[number]): void {
  operation.summary = inWords(operation.operationId ?? '');
  const permission = PERMISSIONS.find((name) => name === permissionOf(operation));
  if (permission) {
    const roles = ROLES.filter((role) => roleHas(role, permission)).join(', ');
    operation.description = `Needs the permission \`${permission}\` (${roles}).`;
    operation.security = [{ token: [] }, { console: [] }];
  } else {
    operation.description = 'Needs no login.';
  }
  const statuses = failuresOf(operation, method, permission !== undefined);
  for (const status of statuses) operation.responses[String(status)] = failure(FAILURES[status] ?? '');
}

/** `listUserGroups` → `List user groups`. */
function inWords(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function permissionOf(operation: Operation): unknown {
  return Object.entries(operation).find(([key]) => key === 'x-permission')?.[1];
}

function failuresOf(operation: Operation, method: string, protectedByLogin: boolean): number[] {
  const parameters = (operation.parameters ?? []).filter((parameter) => 'in' in parameter);
  const hasPath = parameters.some((parameter) => parameter.in === 'path');
  const takesInput =
    operation.requestBody !== undefined || parameters.some(({ in: place }) => place === 'query');
  return [
    401,
    ...(protectedByLogin ? [403] : [429]),
    ...(hasPath ? [404] : []),
    ...(method === 'get' ? [] : [409]),
    ...(operation.requestBody === undefined ? [] : [413]),
    ...(takesInput ? [422] : []),
    503,
  ];
}

function failure(description: string): Operation['responses'][string] {
  const schema = { $ref: '#/components/schemas/Problem' };
  return { description, content: { [PROBLEM_TYPE]: { schema } } };
}
