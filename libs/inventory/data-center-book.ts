import type { DataSource } from 'typeorm';
import { z } from 'zod';
import {
  Asset,
  changedFields,
  DataCenter,
  matches,
  orderBy,
  readPage,
  searchText,
  sortFields,
  type Page,
  type PageRequest,
  type SqlSource,
  type Transaction,
  type UnitOfWork,
} from '#libs/database';
import { asId, newId, NotFound, type Actor, type DataCenterId } from '#libs/kernel';
import { loggingChanges } from './change-log.js';

/** A new data center; texts that are left out are empty. */
export interface DataCenterDraft {
  name: string;
  bandwidth?: string | undefined;
  operator?: string | undefined;
  contact?: string | undefined;
  phone?: string | undefined;
  /** Postal. */
  address?: string | undefined;
  /** In CIDR notation. */
  networks?: string[] | undefined;
  comment?: string | undefined;
}

/** What is given changes. */
export type DataCenterChange = { [K in keyof DataCenterDraft]?: DataCenterDraft[K] | undefined };

const dataCenterRow = z.object({
  id: z.string().transform(asId<DataCenterId>),
  name: z.string(),
  bandwidth: z.string(),
  operator: z.string(),
  contact: z.string(),
  phone: z.string(),
  address: z.string(),
  networks: z.array(z.string()),
  comment: z.string(),
  /** Assets that stand there. */
  assetCount: z.number(),
  createdAt: z.date(),
  updatedAt: z.date(),
});

/** A data center as people see it. */
export type DataCenterRow = z.infer<typeof dataCenterRow>;

const ASSET_COUNT = '(SELECT count(*)::int FROM assets a WHERE a.data_center_id = c.id)';
const COLUMNS = `c.id, c.name, c.bandwidth, c.operator, c.contact, c.phone, c.address, c.networks, c.comment,
  ${ASSET_COUNT} AS "assetCount", c.created_at AS "createdAt", c.updated_at AS "updatedAt"`;
const SORTS = {
  name: 'c.name',
  operator: 'c.operator',
  assetCount: ASSET_COUNT,
  createdAt: 'c.created_at',
  updatedAt: 'c.updated_at',
};

/** Fields by which the list sorts. */
export const DATA_CENTER_SORTS = sortFields(SORTS);

const SEARCHED = ['c.name', 'c.operator', 'c.contact', 'c.address', 'c.comment'];

/** The data centers in which assets stand (FEATURES S9). */
export class DataCenterBook {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** One page; `q` is looked for in name, operator, contact, address and comment. */
  list(request: PageRequest): Promise<Page<DataCenterRow>> {
    const sql = {
      columns: COLUMNS,
      from: `data_centers c WHERE ${matches('$1', ...SEARCHED)}`,
      order: orderBy(request.sort, SORTS, 'name', 'c.id'),
      row: 'c',
    };
    return readPage(this.dataSource, dataCenterRow, sql, [searchText(request.q)], request);
  }

  /** @throws NotFound */
  get(id: DataCenterId): Promise<DataCenterRow> {
    return readDataCenter(this.dataSource, id);
  }

  /** Adds one. */
  create(actor: Actor, draft: DataCenterDraft): Promise<DataCenterRow> {
    return this.unitOfWork.run(actor, async (tx) => {
      const id = newId<DataCenterId>();
      await tx.of(DataCenter).insert({ id, ...draft });
      const view = await readDataCenter(tx.manager, id);
      await record(tx, 'data-center.create', view, { after: facts(view) });
      return view;
    });
  }

  /** @throws NotFound */
  update(actor: Actor, id: DataCenterId, change: DataCenterChange): Promise<DataCenterRow> {
    return this.unitOfWork.run(actor, async (tx) => {
      await lockRow(tx, id);
      const before = await readDataCenter(tx.manager, id);
      const { name, bandwidth, operator, contact, phone, address, networks, comment } = change;
      const fields = { name, bandwidth, operator, contact, phone, address, networks, comment };
      if (Object.values(fields).some((value) => value !== undefined))
        await tx.of(DataCenter).update(id, fields);
      const view = await readDataCenter(tx.manager, id);
      const changes = changedFields(facts(before), facts(view));
      if (changes) await record(tx, 'data-center.update', view, changes);
      return view;
    });
  }

  /** Its assets stay, in no data center. @throws NotFound */
  remove(actor: Actor, id: DataCenterId): Promise<void> {
    return this.unitOfWork.run(actor, async (tx) => {
      // from here on no asset joins it, so that each that loses it has its change record
      await lockRow(tx, id);
      const view = await readDataCenter(tx.manager, id);
      const assets = await tx.of(Asset).find({ select: { id: true }, where: { dataCenterId: id } });
      const ids = assets.map((asset) => asset.id);
      await loggingChanges(tx, ids, 'hand', () => tx.of(DataCenter).delete(id));
      const { assetCount } = view;
      await record(tx, 'data-center.delete', view, { before: { ...facts(view), assetCount } });
    });
  }
}

async function readDataCenter(source: SqlSource, id: DataCenterId): Promise<DataCenterRow> {
  const rows = await source.query(`SELECT ${COLUMNS} FROM data_centers c WHERE c.id = $1`, [id]);
  const [view] = dataCenterRow.array().parse(rows);
  if (!view) throw new NotFound('data center');
  return view;
}

/** Waits for whoever is about to name the data center, and keeps others from doing so. */
async function lockRow(tx: Transaction, id: DataCenterId): Promise<void> {
  const row = await tx.of(DataCenter).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  if (!row) throw new NotFound('data center');
}

/** What the operations log keeps of it. */
function facts(view: DataCenterRow): Record<string, unknown> {
  const { name, bandwidth, operator, contact, phone, address, networks, comment } = view;
  return { name, bandwidth, operator, contact, phone, address, networks, comment };
}

function record(
  tx: Transaction,
  action: string,
  { id, name }: DataCenterRow,
  states: { before?: Record<string, unknown>; after?: Record<string, unknown> },
): Promise<void> {
  return tx.record({ action, subjectType: 'data-center', subjectId: id, subjectName: name, ...states });
}
