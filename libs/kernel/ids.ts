import { randomUUIDv7 } from 'node:crypto';

/** A UUID that names a `Kind`; ids of different kinds don't mix. */
export type Id<Kind extends string> = string & { readonly __kind: Kind };

export type UserId = Id<'user'>;
export type UserGroupId = Id<'user-group'>;
export type LoginId = Id<'login'>;
export type AssetId = Id<'asset'>;
export type AssetGroupId = Id<'asset-group'>;
export type DataCenterId = Id<'data-center'>;
export type AdminAccountId = Id<'admin-account'>;
export type SystemUserId = Id<'system-user'>;
export type SudoAliasId = Id<'sudo-alias'>;
export type ImportId = Id<'import'>;
export type PushId = Id<'push'>;
export type RunId = Id<'run'>;
export type RuleId = Id<'rule'>;
export type SessionId = Id<'session'>;
export type CommandId = Id<'command'>;
export type FileTransferId = Id<'file-transfer'>;
export type BatchExecutionId = Id<'batch-execution'>;
export type GatewayId = Id<'gateway'>;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A new id: UUID version 7 (RFC 9562 section 5.7), so that ids grow with time and indexes stay compact. */
export function newId<T extends Id<string>>(): T {
  return randomUUIDv7() as T;
}

/** Whether the text is a UUID of any version. */
export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}

/**
 * The text as an id, at an edge where it was checked to be a UUID.
 * @throws TypeError when it is none.
 */
export function asId<T extends Id<string>>(text: string): T {
  if (!isUuid(text)) throw new TypeError('not a UUID');
  return text.toLowerCase() as T;
}
