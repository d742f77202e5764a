import type { DataSource } from 'typeorm';
import { readPage, type Page, type Transaction, type UnitOfWork } from '#libs/database';
import type { Actor, AssetId, RunId } from '#libs/kernel';
import { selectedAssets, type AssetSelection } from './asset-selection.js';
import {
  hostKeyResultList,
  hostKeyResultRow,
  VERDICT_COUNTS,
  verdictCount,
  type HostKeyResultFilter,
  type HostKeyResultRow,
  type VerdictCount,
} from './host-key-scan-rows.js';
import { planRun, readRun, unsuccessfulAssets } from './run-book.js';
import type { RunRow } from './run-rows.js';

/** How long finished scans are kept: what was pinned stands in the operations log. */
const KEPT = `interval '30 days'`;

/** Plans scans of the host keys of many assets, and shows what they found. Pins nothing. */
export class HostKeyScans {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** Forgets old scans besides. @throws ValidationFailed as {@link selectedAssets} does, or when there is no such asset */
  plan(actor: Actor, selection: AssetSelection): Promise<RunId> {
    return this.unitOfWork.run(actor, async (tx) => {
      await tx.manager.query(
        `DELETE FROM asset_runs WHERE kind = 'host-keys' AND finished_at < now() - ${KEPT}`,
      );
      return scan(tx, await selectedAssets(tx.manager, selection));
    });
  }

  /** Again, where a scan did not succeed. @throws NotFound, ValidationFailed: it succeeded everywhere */
  again(actor: Actor, id: RunId): Promise<RunId> {
    return this.unitOfWork.run(actor, async (tx) => {
      await readRun(tx.manager, 'host-keys', id);
      return scan(tx, await unsuccessfulAssets(tx, id));
    });
  }

  /** How far it has come, and how many assets stand where. @throws NotFound */
  async get(id: RunId): Promise<RunRow & { verdicts: VerdictCount[] }> {
    const run = await readRun(this.dataSource, 'host-keys', id);
    const rows: unknown = await this.dataSource.query(VERDICT_COUNTS, [id]);
    return { ...run, verdicts: verdictCount.array().parse(rows) };
  }

  /** One page of what assets showed, by asset name. @throws NotFound */
  async results(id: RunId, filter: HostKeyResultFilter): Promise<Page<HostKeyResultRow>> {
    await readRun(this.dataSource, 'host-keys', id);
    const { sql, parameters } = hostKeyResultList(id, filter);
    return readPage(this.dataSource, hostKeyResultRow, sql, parameters, filter);
  }
}

async function scan(tx: Transaction, assetIds: AssetId[]): Promise<RunId> {
  const id = await planRun(tx, { kind: 'host-keys', assetIds });
  await tx.record({
    action: 'host-keys.scan-host-keys',
    subjectType: 'run',
    subjectId: id,
    subjectName: `${assetIds.length} assets`,
    after: { assetCount: assetIds.length },
  });
  return id;
}
