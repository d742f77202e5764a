import { type Problem, isRecord } from '../problem/problem';

/** A system user that has no push record on an asset. */
export interface MissingPush {
  readonly assetId: string;
  readonly assetName: string;
  readonly systemUserId: string;
  readonly systemUsername: string;
}

/** Address parameters of the page that pushes what is missing: the system users to the assets. */
export function pushOfMissing(missing: readonly MissingPush[]): { forUsers: string; onAssets: string } {
  const joined = (ids: readonly string[]): string => [...new Set(ids)].join(',');
  return {
    forUsers: joined(missing.map(({ systemUserId }) => systemUserId)),
    onAssets: joined(missing.map(({ assetId }) => assetId)),
  };
}

/** What a `not_pushed` refusal names; nothing for any other answer. */
export function readMissingPushes(refusal: Problem | null): readonly MissingPush[] {
  const missing = refusal?.code === 'not_pushed' ? refusal.extra['missing'] : undefined;
  if (!Array.isArray(missing)) return [];
  return missing.filter(isRecord).map((each) => ({
    assetId: String(each['assetId']),
    assetName: String(each['assetName']),
    systemUserId: String(each['systemUserId']),
    systemUsername: String(each['systemUsername']),
  }));
}
