import type { PushOnAsset } from '#libs/push';
import type { RunTask } from '../jobs/run-worker.js';

/** A push on one asset, with all that whoever carries it out needs. */
export interface PushTask extends PushOnAsset {
  assetName: string;
  /** Whether the asset's host key may be pinned at first contact. */
  pinHostKey: boolean;
  onStep: RunTask['onStep'];
  giveUp: AbortSignal;
}
