import { hostname } from 'node:os';
import type { DataSource } from 'typeorm';
import { newId, type Clock } from '#libs/kernel';
import type { AuditKey } from './audit-key.js';
import {
  auditCheck,
  checkStatement,
  readStatement,
  signedCheck,
  type AuditCheck,
  type CheckStatement,
  type SignedCheck,
} from './signed-check.js';
import type { AuditVerdict } from './verify.js';

/** An api checks once a day: with none for so long, it doesn't. */
const OVERDUE_MS = 48 * 60 * 60_000;
/** One that said nothing for so long is taken for dismantled. */
const FORGET_MS = 30 * 24 * 60 * 60_000;

/**
 * How far the word of an api goes. `withdrawn`: this api saw it in the database, where it is gone or an earlier one stands;
 * `unproven`: what stands in the database has no signature that counts here; `overdue`: it has not checked for two days.
 */
export const CHECK_STANDINGS = ['good', 'overdue', 'withdrawn', 'unproven'] as const;
export type CheckStanding = (typeof CHECK_STANDINGS)[number];

/** What one api found last. */
export interface ApiCheck {
  apiId: string;
  /** Name of its machine; empty: not known. */
  api: string;
  standing: CheckStanding;
  /** null: nothing that can be believed. */
  check: AuditCheck | null;
}

/**
 * Where the apis of an installation read each other's checks: a table, signed. Each keeps its own beside its key, puts it
 * back when it was taken from the table or replaced, and remembers the newest that it saw of each other one.
 */
export class CheckBoard {
  constructor(
    private readonly dataSource: DataSource,
    private readonly key: AuditKey,
    readonly clock: Clock,
  ) {}

  /** Signs what this api found, and shows it to the others. */
  async post({ records, problem }: AuditVerdict): Promise<AuditCheck> {
    const found = { at: this.clock.now(), records, problem };
    const before = this.own();
    this.key.keepCheck({
      ...found,
      apiId: before?.apiId ?? newId(),
      api: hostname(),
      number: (before?.number ?? 0) + 1,
    } satisfies CheckStatement);
    await this.exchange();
    return found;
  }

  /** Puts back what others should see of this api, remembers what it sees of them; gives all, the newest first. */
  async exchange(): Promise<ApiCheck[]> {
    const posted = new Map((await this.posted()).map((row) => [row.apiId, row]));
    const own = await this.putBack(posted);
    const seen = this.seen();
    const all = [...new Set([...posted.keys(), ...seen.keys()])]
      .filter((apiId) => apiId !== own?.apiId)
      .map((apiId) => this.judge(apiId, posted.get(apiId), seen));
    this.remember(seen);
    await this.forget(all, posted);
    return [...(own ? [this.told(own, 'good')] : []), ...all].sort(
      (one, other) => (other.check?.at.getTime() ?? 0) - (one.check?.at.getTime() ?? 0),
    );
  }

  private async posted(): Promise<SignedCheck[]> {
    return signedCheck
      .array()
      .parse(
        await this.dataSource.query(
          'SELECT api_id AS "apiId", statement, key_id AS "keyId", signature FROM audit_checks',
        ),
      );
  }

  /** This api's own, as the table has it from now on; null: it has not checked yet. */
  private async putBack(posted: ReadonlyMap<string, SignedCheck>): Promise<CheckStatement | null> {
    const kept = this.own();
    if (kept === null) return null;
    const row = posted.get(kept.apiId);
    const theirs = row && this.believed(row);
    const own = theirs ? afterMeeting(kept, theirs) : kept;
    if (own !== kept) this.key.keepCheck(own);
    const statement = JSON.stringify(own);
    if (theirs && row.statement === statement) return own;
    await this.dataSource.query(
      `INSERT INTO audit_checks (api_id, statement, key_id, signature) VALUES ($1, $2, $3, $4)
       ON CONFLICT (api_id) DO UPDATE
       SET statement = excluded.statement, key_id = excluded.key_id, signature = excluded.signature`,
      [own.apiId, statement, this.key.id, this.key.signCheck(statement)],
    );
    return own;
  }

  /** What can be believed of another api; `seen` remembers it. */
  private judge(apiId: string, row: SignedCheck | undefined, seen: Map<string, SignedCheck>): ApiCheck {
    const now = row && this.believed(row);
    const kept = seen.get(apiId);
    const before = kept ? this.believed(kept) : null;
    if (row && now && now.number >= (before?.number ?? 0)) {
      seen.set(apiId, row);
      return this.told(now, 'good');
    }
    const standing = row && !now ? 'unproven' : 'withdrawn';
    return before ? this.told(before, standing) : { apiId, api: '', standing, check: null };
  }

  private told({ apiId, api, at, records, problem }: CheckStatement, standing: CheckStanding): ApiCheck {
    const isOverdue = standing === 'good' && this.age(at) > OVERDUE_MS;
    return { apiId, api, standing: isOverdue ? 'overdue' : standing, check: { at, records, problem } };
  }

  /** Of apis that are no more. */
  private async forget(all: readonly ApiCheck[], posted: ReadonlyMap<string, SignedCheck>): Promise<void> {
    const gone = all.filter(({ check }) => check !== null && this.age(check.at) > FORGET_MS);
    if (gone.length === 0) return;
    const ids = new Set(gone.map(({ apiId }) => apiId));
    this.remember(new Map([...this.seen()].filter(([apiId]) => !ids.has(apiId))));
    const rows = [...posted.values()].filter((row) => ids.has(row.apiId));
    for (const { apiId, statement } of rows)
      await this.dataSource.query('DELETE FROM audit_checks WHERE api_id = $1 AND statement = $2', [
        apiId,
        statement,
      ]);
  }

  /** What a row says, if a key of this installation signed it. */
  private believed(row: SignedCheck): CheckStatement | null {
    const said = readStatement(row);
    return said && this.key.vouchesForCheck(row, said.records) ? said : null;
  }

  private own(): CheckStatement | null {
    const kept: unknown = this.key.lastCheck();
    const own = checkStatement.safeParse(kept);
    if (kept === null || own.success) return own.data ?? null;
    // one of an earlier version has no name yet
    const named = { ...auditCheck.parse(kept), apiId: newId(), api: hostname(), number: 1 };
    this.key.keepCheck(named);
    return named;
  }

  private seen(): Map<string, SignedCheck> {
    const kept = signedCheck.array().parse(this.key.seenChecks());
    return new Map(kept.map((one) => [one.apiId, one]));
  }

  private remember(seen: ReadonlyMap<string, SignedCheck>): void {
    const now = [...seen.values()];
    if (JSON.stringify(now) !== JSON.stringify([...this.seen().values()])) this.key.keepSeenChecks(now);
  }

  private age(at: Date): number {
    return this.clock.now().getTime() - at.getTime();
  }
}

/**
 * What an api says that finds a word of its own in the table which is not older: on the same machine its files were put
 * back from a backup, or are shared by two; on another one they were copied, and it takes a name of its own.
 */
function afterMeeting(own: CheckStatement, theirs: CheckStatement): CheckStatement {
  if (theirs.number < own.number || JSON.stringify(theirs) === JSON.stringify(own)) return own;
  if (theirs.api !== own.api) return { ...own, apiId: newId(), number: 1 };
  return theirs.at > own.at ? theirs : { ...own, number: theirs.number + 1 };
}
