import { asTold, type ConnectionStep, type ConnectionTest, type Told } from '#libs/contracts';
import type { AssetId } from '#libs/kernel';
import { ConnectFailure } from '../session/connect-failure.js';
import { AdminConnection } from './admin-connection.js';
import type { AdminDirectory } from './admin-directory.js';

/** Tries an asset's admin account, one step after the other, and says which one fails and what to do (FEATURES S1). */
export class ConnectionTester {
  constructor(private readonly directory: AdminDirectory) {}

  /** Answer of the job `asset.test`. */
  async test(assetId: AssetId): Promise<ConnectionTest> {
    const steps: ConnectionTest['steps'] = [];
    let begun = performance.now();
    const add = (step: ConnectionStep, ok: boolean, told: string | Told): void => {
      const now = performance.now();
      steps.push({ step, ok, ...asTold(told), ms: Math.round(now - begun) });
      begun = now;
    };
    try {
      const target = await this.directory.find(assetId);
      const connection = await AdminConnection.open(target, {
        onStep: (step, told) => {
          add(step, true, told);
        },
      });
      connection.close();
      return { ok: true, steps };
    } catch (error) {
      if (!(error instanceof ConnectFailure)) throw error;
      add(error.step, false, error.told);
      return { ok: false, steps };
    }
  }
}
