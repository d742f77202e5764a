import type { JobQueue } from '#libs/database';
import { asId, type AssetId } from '#libs/kernel';
import type { ConnectionTester } from './connection-tester.js';
import { scanHostKeys } from './host-key-probe.js';
import { findAnsible } from '../push/ansible/ansible-tool.js';
import { sweepFolders } from '../push/ansible/playbook-folder.js';
import type { NightlyRun } from './nightly-run.js';
import type { RunWorker } from './run-worker.js';

/** Jobs of one kind that this gateway does at once: nearly all of their time they wait for a host, silent ones 10 s. */
const CONCURRENCY = 16;

/** The jobs that this gateway takes from the queue. */
export class GatewayJobs {
  constructor(
    private readonly queue: JobQueue,
    private readonly tester: ConnectionTester,
    private readonly nightly: readonly NightlyRun[],
    private readonly workers: readonly RunWorker[],
  ) {}

  /** Begins to work. */
  async start(): Promise<void> {
    await this.queue.work('host-keys.scan', CONCURRENCY, ({ address, port }) => scanHostKeys(address, port));
    await this.queue.work('asset.test', CONCURRENCY, ({ assetId }) =>
      this.tester.test(asId<AssetId>(assetId)),
    );
    await this.queue.work('ansible.version', 1, async () => ({
      version: (await findAnsible())?.version ?? null,
    }));
    await sweepFolders();
    for (const run of this.nightly) await run.start();
    for (const worker of this.workers) worker.start();
  }

  /** Begins nothing more, and gives back what is in hand. */
  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }
}
