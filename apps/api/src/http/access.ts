import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { Permission } from '#libs/contracts';

/** What a handler says about who may call it. A handler that says nothing is refused to everybody. */
export type Access = { permission: Permission } | { publicBecause: string };

/** Metadata key of a handler's {@link Access}. */
export const ACCESS = 'gatehouse:access';

/** Metadata key: the handler answers also while the password must be changed. */
export const BEFORE_PASSWORD_CHANGE = 'gatehouse:before-password-change';

/** Metadata key: the handler answers also while a second factor must be set up. */
export const BEFORE_ENROLMENT = 'gatehouse:before-enrolment';

/** Metadata key: the handler answers to logins only, not to API tokens. */
export const BY_LOGIN_ONLY = 'gatehouse:by-login-only';

/** Only callers whose role has the permission. It also stands in the OpenAPI document as `x-permission`. */
export function Requires(permission: Permission): MethodDecorator {
  return applyDecorators(
    SetMetadata(ACCESS, { permission } satisfies Access),
    ApiExtension('x-permission', permission),
  );
}

/** Everybody, without a login. The reason is for the reviewer. */
export function Public(reason: string): MethodDecorator {
  return SetMetadata(ACCESS, { publicBecause: reason } satisfies Access);
}

/** Answers also while the caller must change their password first; all other handlers refuse then. */
export function BeforePasswordChange(): MethodDecorator {
  return SetMetadata(BEFORE_PASSWORD_CHANGE, true);
}

/** Answers also while the caller must set up a second factor first; all other handlers refuse then. */
export function BeforeEnrolment(): MethodDecorator {
  return SetMetadata(BEFORE_ENROLMENT, true);
}

/**
 * Refuses API tokens: for whatever would outlive the token or let its finder become its owner, such as passwords, keys,
 * second factors and tokens themselves.
 */
export function ByLoginOnly(): MethodDecorator {
  return applyDecorators(SetMetadata(BY_LOGIN_ONLY, true), ApiExtension('x-by-login-only', true));
}
