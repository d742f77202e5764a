import type { Permission, RunKind } from '#libs/contracts';
import type { Api } from '../api/api';
import { scanForDriftAgain } from '../api/fn/drift/scan-for-drift-again';
import { stopDriftScan } from '../api/fn/drift/stop-drift-scan';
import { collectFactsAgain } from '../api/fn/facts/collect-facts-again';
import { stopFactsRun } from '../api/fn/facts/stop-facts-run';

/** What can be done with a job of one kind, besides looking on. */
export interface JobKind {
  /** Who may. */
  readonly needs: Permission;
  readonly stop: (api: Api, id: string) => Promise<unknown>;
  /** Another job over the assets on which this one did not succeed. */
  readonly again: (api: Api, id: string) => Promise<{ id: string }>;
}

/** A line for each kind of job; its words are `jobs.kind.…`, those of its steps `step.…`. */
export const JOB_KINDS: Readonly<Partial<Record<RunKind, JobKind>>> = {
  facts: {
    needs: 'inventory.write',
    stop: (api, id) => api.invoke(stopFactsRun, { id }),
    again: (api, id) => api.invoke(collectFactsAgain, { id }),
  },
  drift: {
    needs: 'system-users.write',
    stop: (api, id) => api.invoke(stopDriftScan, { id }),
    again: (api, id) => api.invoke(scanForDriftAgain, { id }),
  },
};
