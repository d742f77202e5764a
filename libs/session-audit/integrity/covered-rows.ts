import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import { z } from 'zod';
import {
  BatchExecution,
  BatchResult,
  Command,
  FileTransfer,
  LoginAttempt,
  Operation,
  Session,
  type SqlSource,
} from '#libs/database';
import type { SessionStart } from '../session-journal.js';
import { QUEUED_ROWS, rowValues, type QueuedRow, type RowValues } from './seal.js';

const ENTITIES: Readonly<Record<QueuedRow, EntityTarget<ObjectLiteral>>> = {
  session: Session,
  'session-start': Session,
  command: Command,
  'file-transfer': FileTransfer,
  operation: Operation,
  login: LoginAttempt,
  batch: BatchExecution,
};

/** What a session's row says from its start on, and never otherwise. */
const AT_START: ReadonlySet<string> = new Set<keyof SessionStart>([
  'id',
  'kind',
  'userId',
  'username',
  'assetId',
  'assetName',
  'systemUserId',
  'systemUsername',
  'sourceAddress',
  'gatewayId',
  'command',
  'destination',
  'startedAt',
  'recordingPath',
]);

/** Columns that results did not have at first: null they don't count, which leaves older records as they were sealed. */
const LATER: ReadonlySet<string> = new Set<keyof BatchResult>(['reasonTold']);

/** Which rows of a table are to have a seal. */
const DUE: Partial<Record<QueuedRow, string>> = {
  session: 'ended_at IS NOT NULL',
  batch: 'finished_at IS NOT NULL',
  'session-start': 'ended_at IS NULL',
};

/** `(kind, id)` of a row without a seal that nobody queued either. */
const strayRow = z.array(z.object({ id: z.string() }));
const foundRows = z.array(z.object({ id: z.string(), values: rowValues }));

/** A column as a text that is the same on every server and with every setting; of bytes their SHA-256. */
function asText(column: string, type: unknown): string {
  if (type === 'timestamptz') return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
  return type === 'bytea' ? `encode(sha256(${column}), 'hex')` : `${column}::text`;
}

/** Reads the rows that are sealed, each with its columns as text: all of them, of a session's start those that it has then. */
export class CoveredRows {
  private readonly tables = new Map<QueuedRow, { name: string; values: string }>();

  constructor(dataSource: DataSource) {
    const fields = (
      entity: EntityTarget<ObjectLiteral>,
      alias: string,
      only?: ReadonlySet<string>,
    ): string[] =>
      dataSource
        .getMetadata(entity)
        .columns.filter(({ propertyName }) => only?.has(propertyName) ?? true)
        .map(({ databaseName, type }) => `'${databaseName}', ${asText(`${alias}."${databaseName}"`, type)}`);
    for (const kind of QUEUED_ROWS) {
      const entity = ENTITIES[kind];
      const columns = fields(entity, 't', kind === 'session-start' ? AT_START : undefined);
      if (kind === 'batch') {
        const [early, late] = [false, true]
          .map((isLate) =>
            dataSource
              .getMetadata(BatchResult)
              .columns.map(({ propertyName }) => propertyName)
              .filter((name) => LATER.has(name) === isLate),
          )
          .map((names) => `jsonb_build_object(${fields(BatchResult, 'r', new Set(names)).join(', ')})`);
        const result = `${early} || jsonb_strip_nulls(${late})`;
        columns.push(`'results', (SELECT coalesce(jsonb_agg(${result} ORDER BY r.place, r.asset_id), '[]')::text
          FROM batch_results r WHERE r.execution_id = t.id)`);
      }
      const values = `json_build_object(${columns.join(', ')})`;
      this.tables.set(kind, { name: dataSource.getMetadata(entity).tableName, values });
    }
  }

  /** The rows with these ids that are there. */
  async read(source: SqlSource, kind: QueuedRow, ids: readonly string[]): Promise<Map<string, RowValues>> {
    const { name, values } = this.table(kind);
    const sql = `SELECT t.id, ${values} AS "values" FROM "${name}" t WHERE t.id = ANY($1::uuid[])`;
    const rows = foundRows.parse(await source.query(sql, [ids]));
    return new Map(rows.map((row) => [row.id, row.values]));
  }

  /** Table of a kind. */
  tableOf(kind: QueuedRow): string {
    return this.table(kind).name;
  }

  /** A row that has no seal and waits for none: it was put there past the product, or its seal was taken. */
  async stray(source: SqlSource): Promise<{ kind: QueuedRow; rowId: string } | null> {
    for (const kind of QUEUED_ROWS) {
      const rows = await source.query(
        `SELECT t.id FROM "${this.table(kind).name}" t WHERE ${DUE[kind] ?? 'true'}
           AND NOT EXISTS (SELECT FROM audit_seals s WHERE s.kind = $1 AND s.row_id = t.id)
           AND NOT EXISTS (SELECT FROM audit_queue q WHERE q.kind = $1 AND q.row_id = t.id)
         ORDER BY t.id LIMIT 1`,
        [kind],
      );
      const [found] = strayRow.parse(rows);
      if (found) return { kind, rowId: found.id };
    }
    return null;
  }

  private table(kind: QueuedRow): { name: string; values: string } {
    const table = this.tables.get(kind);
    if (!table) throw new Error(`no such kind of rows: ${kind}`);
    return table;
  }
}
