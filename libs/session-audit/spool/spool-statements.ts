import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import { Command, FileTransfer, LoginAttempt, Operation, Session } from '#libs/database';
import type { SpoolKind } from './spool-entry.js';

/** What a spooled row becomes a row of. */
const ROWS = {
  command: Command,
  'file-transfer': FileTransfer,
  operation: Operation,
  login: LoginAttempt,
} satisfies Partial<Record<SpoolKind, EntityTarget<ObjectLiteral>>>;

/** The statements that write spooled records: `$1` is a JSON array of them. Made twice, each changes nothing. */
export type SpoolStatements = Readonly<Record<SpoolKind, { once: string; again: string }>>;

/** What a batch execution's command did on an asset; of a gateway that was taken for lost also late, only to its own. */
const BATCH_OUTCOME = `
  UPDATE batch_results r SET state = o.state, exit_status = o."exitStatus", signal = o.signal,
    stdout = decode(o.stdout, 'base64'), stderr = decode(o.stderr, 'base64'), cut_bytes = o."cutBytes",
    digest = o.digest, failure = o.failure, reason = o.reason, reason_told = o."reasonTold",
    session_id = o."sessionId", finished_at = o."finishedAt"
  FROM json_to_recordset($1::json) AS o("executionId" uuid, "gatewayId" uuid, "assetId" uuid, state text, "exitStatus" int,
    signal text, stdout text, stderr text, "cutBytes" bigint, digest text, failure text, reason text,
    "reasonTold" jsonb, "sessionId" uuid, "finishedAt" timestamptz), batch_executions e
  WHERE e.id = o."executionId" AND e.gateway_id = o."gatewayId" AND r.execution_id = e.id AND r.asset_id = o."assetId"
    AND (r.state = 'running' OR r.failure = 'gateway_lost')
    AND NOT EXISTS (SELECT FROM audit_seals a WHERE a.kind = 'batch' AND a.row_id = e.id)`;

/** Counts what came of batch executions of which nothing is left to do. */
const BATCH_CLOSE = `
  WITH counted AS (
    SELECT r.execution_id, count(*) FILTER (WHERE state = 'succeeded') AS succeeded,
      count(*) FILTER (WHERE state = 'failed') AS failed, count(*) FILTER (WHERE state = 'stopped') AS stopped,
      count(*) FILTER (WHERE finished_at IS NULL) AS left
    FROM batch_results r
    WHERE r.execution_id IN (SELECT id FROM json_to_recordset($1::json) AS b(id uuid)) GROUP BY r.execution_id
  )
  UPDATE batch_executions e SET finished_at = coalesce(e.finished_at, now()), succeeded_count = c.succeeded,
    failed_count = c.failed, stopped_count = c.stopped,
    state = CASE WHEN c.stopped > 0 THEN 'stopped' WHEN c.failed = 0 THEN 'succeeded'
      WHEN c.succeeded = 0 THEN 'failed' ELSE 'partial' END
  FROM counted c WHERE e.id = c.execution_id AND c.left = 0
    AND NOT EXISTS (SELECT FROM audit_seals a WHERE a.kind = 'batch' AND a.row_id = e.id)`;

/** Makes them, with the columns that the tables have. */
export function spoolStatements(dataSource: DataSource): SpoolStatements {
  const rows = (kind: keyof typeof ROWS) => insertSql(dataSource, kind);
  const change = (sql: string) => ({ once: sql, again: sql });
  return {
    command: rows('command'),
    'file-transfer': rows('file-transfer'),
    operation: rows('operation'),
    login: rows('login'),
    'session-end': change(sessionSql(dataSource)),
    'batch-outcome': change(BATCH_OUTCOME),
    'batch-close': change(BATCH_CLOSE),
  };
}

/**
 * Rows whose answer was lost are written again, and stand already. `again` is for what a dead gateway left: what has a
 * seal has been written once, and may be gone by now with right (retention).
 */
function insertSql(dataSource: DataSource, kind: keyof typeof ROWS): { once: string; again: string } {
  const { table, names, fields, types } = columnsOf(dataSource, ROWS[kind]);
  const insert = `INSERT INTO ${table} (${names.join(', ')})
    SELECT ${fields} FROM json_to_recordset($1::json) AS n(${types})`;
  const quietly = 'ON CONFLICT (id) DO NOTHING';
  return { once: `${insert} ${quietly}`, again: `${insert} WHERE ${unsealed(kind)} ${quietly}` };
}

/**
 * An ended session, whole: its row stands as it was at the gateway, whether its start was written before, is written later
 * or was taken away meanwhile. One that was taken for lost gets its real end. What has a seal stays as it is.
 */
function sessionSql(dataSource: DataSource): string {
  const { table, names, fields, types } = columnsOf(dataSource, Session);
  return `INSERT INTO ${table} AS s (${names.join(', ')})
    SELECT DISTINCT ON (n.id) ${fields} FROM json_to_recordset($1::json) AS n(${types}) WHERE ${unsealed('session')}
    ON CONFLICT (id) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(', ')}
    WHERE s.ended_at IS NULL OR s.end_reason = 'gateway_lost'`;
}

const unsealed = (kind: string): string =>
  `NOT EXISTS (SELECT FROM audit_seals a WHERE a.kind = '${kind}' AND a.row_id = n.id)`;

/** A table's columns: their names, and as fields of records `n` in the words of the code. */
function columnsOf(
  dataSource: DataSource,
  entity: EntityTarget<ObjectLiteral>,
): { table: string; names: string[]; fields: string; types: string } {
  const { tableName, columns } = dataSource.getMetadata(entity);
  return {
    table: `"${tableName}"`,
    names: columns.map(({ databaseName }) => `"${databaseName}"`),
    fields: columns.map(({ propertyName }) => `n."${propertyName}"`).join(', '),
    types: columns.map(({ propertyName, type }) => `"${propertyName}" ${String(type)}`).join(', '),
  };
}
