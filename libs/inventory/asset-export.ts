import type { DataSource } from 'typeorm';
import { ListStream, type UnitOfWork } from '#libs/database';
import type { SheetFormat } from '#libs/contracts';
import type { Actor } from '#libs/kernel';
import { shown } from './asset-import-plan.js';
import { readAssetNames } from './asset-names.js';
import { assetList, assetRow, type AssetFilter } from './asset-rows.js';

/** Which assets, in which order. */
export interface ExportSelection extends AssetFilter {
  sort?: string | undefined;
}

/** An asset as a spreadsheet has it: references by name, as an import takes them. */
export type ExportedAsset = Record<string, unknown>;

/** Gives whole lists of assets away (FEATURES S11). */
export class AssetExport {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** All assets that a list with this filter shows, in its order. The export stands in the operations log before its first row leaves. */
  async open(
    actor: Actor,
    format: SheetFormat,
    filter: ExportSelection,
  ): Promise<AsyncGenerator<ExportedAsset[], void>> {
    const { sql, parameters } = assetList({ ...filter, page: 1, pageSize: 1 });
    const names = await readAssetNames(this.dataSource);
    const stream = await ListStream.open(this.dataSource, assetRow, sql, parameters);
    const { total } = stream;
    try {
      await this.unitOfWork.run(actor, (tx) =>
        tx.record({
          action: 'asset.export',
          subjectType: 'asset',
          subjectId: null,
          subjectName: `${total} assets`,
          after: { format, filter, count: total },
        }),
      );
    } catch (error) {
      await stream.close();
      throw error;
    }
    return mapped(stream.batches(), (row) => ({ name: row.name, ...shown(row, names) }));
  }
}

async function* mapped<T, U>(
  batches: AsyncGenerator<T[], void>,
  map: (row: T) => U,
): AsyncGenerator<U[], void> {
  for await (const batch of batches) yield batch.map(map);
}
