import { tell } from '#libs/contracts';
import { outcomeOf, type AssetCatalog, type AssetEndpoint } from '#libs/inventory';
import { Gathered, type AssetId } from '#libs/kernel';
import { scanHostKeys } from './host-key-probe.js';
import { StepFailure, type RunCraft, type RunTask } from './run-worker.js';

/** Looks which host keys assets show, without logging in, and keeps it beside what is pinned. Pins nothing. */
export class HostKeyScanner implements RunCraft {
  readonly kind = 'host-keys';
  /** Nearly all of the time is waiting, for hosts that say nothing the longest. */
  readonly concurrency = 40;
  readonly timeLimitMs = 30_000;
  /** What is taken together is looked up together. */
  private readonly endpoints: Gathered<AssetId, AssetEndpoint | undefined>;

  constructor(catalog: AssetCatalog) {
    this.endpoints = new Gathered(async (ids) => {
      const found = await catalog.endpointsOf(ids);
      const byId = new Map(found.map((endpoint) => [endpoint.asset.id, endpoint]));
      return ids.map((id) => byId.get(id));
    });
  }

  /** Gives what is kept of the asset. */
  async perform({ assetId, assetName, onStep, giveUp }: RunTask): Promise<Record<string, unknown>> {
    const endpoint = await this.endpoints.ask(assetId);
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
