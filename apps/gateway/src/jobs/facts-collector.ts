import { tell } from '#libs/contracts';
import type { FactsKeeper } from '#libs/inventory';
import type { Actor } from '#libs/kernel';
import { AdminConnection } from './admin-connection.js';
import type { AdminDirectory } from './admin-directory.js';
import { ExecFailure, type ExecOutcome } from './bounded-exec.js';
import { readFacts } from './fact-reader.js';
import { FACTS_SCRIPT } from './facts-script.js';
import { StepFailure, type RunCraft, type RunTask } from './run-worker.js';

const SCRIPT_LIMITS = { timeoutMs: 15_000, maxBytes: 128 * 1024 };

/** Asks assets what they are, by their admin accounts (FEATURES S13). */
export class FactsCollector implements RunCraft {
  readonly kind = 'facts';
  /** Most of the time is waiting, for some for a long time. */
  readonly concurrency = 40;
  readonly timeLimitMs = 45_000;

  constructor(
    private readonly directory: AdminDirectory,
    private readonly keeper: FactsKeeper,
  ) {}

  /** Gives the names of the fields that are different now. */
  async perform(task: RunTask): Promise<{ changedFields: string[] }> {
    const { assetId, assetName, onStep, giveUp } = task;
    const target = await this.directory.find(assetId);
    if (!target.active) {
      throw new StepFailure('resolve', tell('asset-inactive', { asset: assetName }));
    }
    let reachedAt = target.address;
    const connection = await AdminConnection.open(target, {
      giveUp,
      onStep,
      onAddress: (address) => {
        reachedAt = address;
      },
    });
    try {
      const answer = await ask(connection);
      const facts = readFacts(answer.stdout, reachedAt);
      if (!facts) {
        throw new StepFailure('collect', tell('no-facts', { asset: assetName }));
      }
      onStep('collect', tell('facts-told'));
      giveUp.throwIfAborted();
      const changedFields = await this.keeper.keep(onBehalfOf(task), assetId, facts);
      onStep(
        'store',
        changedFields.length === 0
          ? tell('facts-same')
          : tell('facts-changed', { fields: changedFields.join(', ') }),
      );
      return { changedFields };
    } finally {
      connection.close();
    }
  }
}

async function ask(connection: AdminConnection): Promise<ExecOutcome> {
  try {
    return await connection.run(FACTS_SCRIPT, SCRIPT_LIMITS);
  } catch (error) {
    if (error instanceof ExecFailure) throw new StepFailure('collect', error.told, { cause: error });
    throw error;
  }
}

function onBehalfOf({ requestedById, requestedBy }: RunTask): Actor {
  return { userId: requestedById, username: requestedBy, role: null, address: null, way: 'system' };
}
