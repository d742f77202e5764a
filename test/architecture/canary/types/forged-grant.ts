import type { Grant, GrantTerms } from '../../../../libs/authorization/index.js';
import { Grant as GrantClass } from '../../../../libs/authorization/index.js';

/** Permanently illegal: each line tries to get a grant past the authorizer, and must not compile. */
declare const terms: GrantTerms;

export const lookAlike: Grant = { terms };
export const fromClass: Grant = new GrantClass(terms);
export const issued: Grant = GrantClass.issue(terms);
