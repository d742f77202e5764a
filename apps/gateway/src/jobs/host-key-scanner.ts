import { tell } from '#libs/contracts';
import { outcomeOf, type AssetCatalog } from '#libs/inventory';
import { scanHostKeys } from './host-key-probe.js';
import { StepFailure, type RunCraft, type RunTask } from './run-worker.js';

/** Looks which host keys assets show, without logging in, and keeps it beside what is pinned. Pins nothing. */
export class HostKeyScanner implements RunCraft {
  readonly kind = 'host-keys';
  /** Nearly all of the time is waiting, for hosts that say nothing the longest. */
  readonly concurrency = 40;
  readonly timeLimitMs = 30_000;

  constructor(private readonly catalog: AssetCatalog) {}

  /** Gives what is kept of the asset. */
  async perform({ assetId, assetName, onStep, giveUp }: RunTask): Promise<Record<string, unknown>> {
    const endpoint = await this.catalog.endpointOf(assetId);
    if (!endpoint) throw new StepFailure('resolve', tell('asset-deleted'));
    const { asset, port } = endpoint;
    const scan = await scanHostKeys(asset.address, port, { name: assetName, giveUp });
    if (!scan.ok) {
      const { ok: _ok, step, ...told } = scan;
      throw new StepFailure(step, told);
    }
    const outcome = outcomeOf(endpoint, scan.keys);
    onStep('host-key', tell(`keys-${outcome.finding}`, { count: scan.keys.length }));
    return { ...outcome };
  }
}
