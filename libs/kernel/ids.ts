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

/** Digits of the milliseconds, with their hyphen. */
const TIME_DIGITS = 13;
const MOST_OF_A_MOMENT = 0xfff;

let moment = '';
let ofMoment = 0;

/**
 * A new id: UUID version 7 (RFC 9562 section 5.7), so that indexes stay compact. Each is greater than all that this
 * process made before, also within a millisecond: what happened at the same time is listed in the order in which it
 * happened. The 12 bits behind the time count (section 6.2, method 1), the other 62 are random.
 */
export function newId<T extends Id<string>>(): T {
  const random = randomUUIDv7();
  const now = random.slice(0, TIME_DIGITS);
  if (now > moment) {
    moment = now;
    ofMoment = 0;
  } else if (ofMoment < MOST_OF_A_MOMENT) ofMoment++;
  else {
    moment = nextMoment(moment);
    ofMoment = 0;
  }
  return `${moment}-7${ofMoment.toString(16).padStart(3, '0')}${random.slice(TIME_DIGITS + 5)}` as T;
}

function nextMoment(digits: string): string {
  const next = (BigInt(`0x${digits.replace('-', '')}`) + 1n).toString(16).padStart(12, '0');
  return `${next.slice(0, 8)}-${next.slice(8)}`;
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
