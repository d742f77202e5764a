export { ApiTokenBook, type LiveApiToken, type NewApiToken } from './api-token-book.js';
export { looksLikeApiToken } from './api-token-text.js';
export { Authenticator, type LoginOrigin } from './authenticator.js';
export * from './browser-login.js';
export { CodeChecker, type FirstFactor, type ProvedBy } from './code-checker.js';
export { FactorKeyRotation } from './factor-key-rotation.js';
export * from './failures.js';
export { makeFirstAdmin, type MadeAdmin } from './first-admin.js';
export { CHALLENGE_MS, CHALLENGE_TRIES, HalfLogins } from './half-logins.js';
export { IdentityModule } from './identity.module.js';
export {
  LOGIN_ABSOLUTE_MS,
  LOGIN_IDLE_MS,
  LoginRegistry,
  type LiveLogin,
  type LoginPlace,
} from './login-registry.js';
export { LOGIN_LIMITS, type LoginLimits } from './login-limits.js';
export { LoginKeyRotation } from './login-key-rotation.js';
export { readClaims, TOKEN_RULES, TokenReader, TokenSigner, type TokenClaims } from './login-token.js';
export { PASSWORD_MAX } from './password-policy.js';
export { MailOutbox, type MailFilter, type MailRow } from './mail/mail-outbox.js';
export {
  MAIL_PASSWORD,
  MailSettings,
  readMailSettings,
  type MailDraft,
  type ShownMailSettings,
  type StoredMailSettings,
} from './mail/mail-settings.js';
export { LINK_LIFE_MS, makePasswordLink } from './mail/password-links.js';
export { PasswordRecovery } from './mail/password-recovery.js';
export { OwnAccount, type OwnChanges } from './own-account.js';
export { SecondFactorBook, type SecondFactorState } from './second-factor-book.js';
export { SECOND_FACTOR_DEMANDS, SecuritySettings, type SecurityPolicy } from './security-settings.js';
export { SSH_BANNER_MAX, SshBanner, type SshBannerText } from './ssh-banner.js';
export { PublicKeyBook, type MadeKey, type RenewedKey } from './public-key-book.js';
export { UserExport, type ExportedUser, type UserExportSelection } from './user-export.js';
export { UserImport, type AddedUser, type UserRunCounts } from './user-import.js';
export type { UserImportFields } from './user-import-plan.js';
export { UserDirectory, type NewUser, type UserChanges } from './user-directory.js';
export { UserGroupDirectory, type NewUserGroup } from './user-group-directory.js';
export { USER_GROUP_SORTS, type UserGroupProfile } from './user-group-rows.js';
export { USER_SORTS, USER_STATES, type UserFilter, type UserProfile, type UserState } from './user-rows.js';
export { USERNAME_PATTERN, USERNAME_RULE } from './username.js';
export { countsAt, userCounts } from './counting-user.js';
export { jurisdictionOf, requireManaged } from './jurisdiction.js';
