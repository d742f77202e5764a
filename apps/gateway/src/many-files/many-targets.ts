import type { ExecDirectory, ExecTarget } from '#libs/authorization';
import type { TransferDirection } from '#libs/contracts';
import type { AssetId, SystemUserId, UserId } from '#libs/kernel';
import { FileFailure } from '../web-files/file-failure.js';

/** On which of one's own assets: those that a pattern takes, or those picked by id. */
export interface ManyWish {
  systemUserId: SystemUserId;
  pattern?: string | undefined;
  assetIds?: readonly AssetId[] | undefined;
}

/** The assets that are meant, where the rules allow it. @throws FileFailure, ValidationFailed for the pattern */
export async function manyTargets(
  directory: ExecDirectory,
  userId: UserId,
  { systemUserId, pattern, assetIds }: ManyWish,
  action: TransferDirection,
  limit: number,
): Promise<ExecTarget[]> {
  if ((pattern === undefined) === (assetIds === undefined))
    throw new FileFailure('no_target', 'Give either a pattern or the ids of assets.');
  const { targets, withheldCount } = assetIds
    ? await directory.pick(userId, systemUserId, assetIds, action)
    : await directory.match(userId, systemUserId, pattern ?? '', action);
  const missing = assetIds ? new Set(assetIds).size - targets.length : targets.length === 0 ? 1 : 0;
  if (missing > 0 && withheldCount > 0)
    throw new FileFailure(
      'denied',
      `Your rules for ${withheldCount} of these assets do not allow: ${action}.`,
    );
  if (missing > 0) {
    const none = assetIds ? `${missing} of these are not open to you` : 'None of your assets matches';
    throw new FileFailure('no_target', `${none} as this system user.`);
  }
  if (targets.length > limit)
    throw new FileFailure(
      'too_many_assets',
      `These are ${targets.length} assets; at most ${limit} are allowed.`,
    );
  return targets;
}
