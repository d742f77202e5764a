import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import type { SqlSource } from '#libs/database';
import { newId, type Clock } from '#libs/kernel';
import type { AuditKey } from './audit-key.js';
import { chainAfter, checkpoint, ZERO_HASH, type Checkpoint, type SealContent } from './seal.js';

/** Held by whoever adds links, to the end of its transaction; writers of audit rows never wait for it. */
const SEAL_LOCK = 0x7365_616c;

/** `at` as it was signed. */
const storedCheckpoint = checkpoint.extend({ at: z.date().transform((at) => at.toISOString()) });
const tailRow = z.array(z.object({ seq: z.coerce.number(), chain: z.string() }));

/** Where a chain has come to. */
export interface ChainTail {
  seq: number;
  chain: string;
}

const NOTHING: ChainTail = { seq: 0, chain: ZERO_HASH };

/** The link at the end; a chain without links is at 0. */
export async function readTail(source: SqlSource): Promise<ChainTail> {
  const rows = await source.query(
    `SELECT seq, encode(chain, 'hex') AS chain FROM audit_seals ORDER BY seq DESC LIMIT 1`,
  );
  return tailRow.parse(rows)[0] ?? NOTHING;
}

/** Adds links to the audit's chain, and signs it. */
export class SealChain {
  constructor(
    private readonly key: AuditKey,
    private readonly clock: Clock,
  ) {}

  /** Waits until nobody else adds links; to be called before what is to be sealed is read. */
  async lock(manager: EntityManager): Promise<void> {
    await manager.query('SELECT pg_advisory_xact_lock($1)', [SEAL_LOCK]);
  }

  /**
   * Adds links and a checkpoint, inside the transaction that holds {@link lock}. A chain that was cut since the last
   * checkpoint, or that somebody else went on with, gets a link that says so first: later ones don't cover it up.
   * @returns what {@link settle} is to be given after the commit
   */
  async extend(manager: EntityManager, contents: readonly SealContent[]): Promise<Checkpoint> {
    const tail = await readTail(manager);
    const lost = await this.lostHead(manager, tail);
    const hasGrown = !lost && !(await this.isOurs(manager, tail));
    const broken = hasGrown ? breakOf(this.key.head() ?? NOTHING, true) : lost && breakOf(lost);
    const added: SealContent[] = broken ? [broken, ...contents] : [...contents];
    const links = linksAfter(tail, added);
    await manager.query(
      `INSERT INTO audit_seals (seq, kind, row_id, hash, body, chain)
       SELECT seq, kind, "rowId", decode(hash, 'hex'), body, decode(chain, 'hex')
       FROM json_to_recordset($1::json) AS l(seq bigint, kind text, "rowId" uuid, hash text, body text, chain text)`,
      [JSON.stringify(links)],
    );
    const end = links.at(-1) ?? tail;
    const made = this.key.checkpoint(end.seq, this.clock.now(), end.chain);
    await this.store(manager, made);
    return made;
  }

  /** Keeps the checkpoint outside of the database, when it is committed. */
  settle(made: Checkpoint): void {
    this.key.keepHead(made);
  }

  /** Of an hour one checkpoint stays, beside the newest. */
  private async store(
    manager: EntityManager,
    { seq, at, chain, keyId, signature }: Checkpoint,
  ): Promise<void> {
    await manager.query(
      `DELETE FROM audit_checkpoints WHERE seq = (SELECT max(seq) FROM audit_checkpoints)
         AND date_trunc('hour', at) = date_trunc('hour', $1::timestamptz)`,
      [at],
    );
    await manager.query(
      `INSERT INTO audit_checkpoints (seq, at, chain, key_id, signature) VALUES ($1, $2, decode($3, 'hex'), $4, $5)
       ON CONFLICT (seq) DO NOTHING`,
      [seq, at, chain, keyId, signature],
    );
  }

  /** The checkpoint kept outside of the database, when the chain there no longer has its link. */
  private async lostHead(manager: EntityManager, tail: ChainTail): Promise<Checkpoint | null> {
    const head = this.key.head();
    if (head === null || head.seq === 0) return null;
    if (head.seq > tail.seq) return head;
    const rows: unknown = await manager.query(
      `SELECT seq, encode(chain, 'hex') AS chain FROM audit_seals WHERE seq = $1`,
      [head.seq],
    );
    return tailRow.parse(rows)[0]?.chain === head.chain ? null : head;
  }

  /**
   * Whether the chain ends where it was signed: each transaction that adds links signs the last of them. The head outside
   * of the database may be older, after a crash or in a copy that was restored.
   */
  private async isOurs(manager: EntityManager, { seq, chain }: ChainTail): Promise<boolean> {
    const head = this.key.head();
    if (seq === 0 || (head?.seq === seq && head.chain === chain)) return true;
    const rows: unknown = await manager.query(
      `SELECT seq, at, encode(chain, 'hex') AS chain, key_id AS "keyId", signature
       FROM audit_checkpoints WHERE seq = $1`,
      [seq],
    );
    const [made] = storedCheckpoint.array().parse(rows);
    return made?.chain === chain && this.key.vouchesFor(made);
  }
}

function breakOf({ seq, chain }: ChainTail, unsigned = false): SealContent {
  const body = JSON.stringify({ seq, chain, ...(unsigned ? { unsigned } : {}) });
  return { kind: 'break', rowId: newId(), hash: ZERO_HASH, body };
}

function linksAfter(tail: ChainTail, contents: readonly SealContent[]): (SealContent & ChainTail)[] {
  let { seq, chain } = tail;
  return contents.map((content) => {
    seq += 1;
    chain = chainAfter(chain, seq, content);
    return { ...content, seq, chain };
  });
}
