import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { Authorizer } from '#libs/authorization';
import type { Action } from '#libs/contracts';
import { asId, type AssetId, type SystemUserId, type UserId } from '#libs/kernel';
import type { SessionWish } from './session-opener.js';

/** Assets may share an address; more than this are not tried. */
const MAX_CANDIDATES = 20;

const CANDIDATES = `
  SELECT a.id AS "assetId", s.id AS "systemUserId" FROM assets a, system_users s
  WHERE s.username = $1 AND (lower(a.name) = lower($2) OR lower(a.address) = lower($2))
  ORDER BY lower(a.name) = lower($2) DESC, a.name LIMIT ${MAX_CANDIDATES}`;

const candidateRows = z.array(
  z.object({
    assetId: z.string().transform(asId<AssetId>),
    systemUserId: z.string().transform(asId<SystemUserId>),
  }),
);

/** What direct login asks for, by name. */
export interface DirectTarget {
  systemUsername: string;
  /** Name or address. */
  asset: string;
}

/** What the names of a direct login stand for. */
export class DirectLogin {
  constructor(
    private readonly dataSource: DataSource,
    private readonly authorizer: Authorizer,
  ) {}

  /**
   * The asset of this name, or the one with this address that the user may reach. Null when there is none:
   * the person hears the same as for an asset that exists and isn't theirs.
   */
  async resolve(userId: UserId, target: DirectTarget, action: Action): Promise<SessionWish | null> {
    const rows = candidateRows.parse(
      await this.dataSource.query(CANDIDATES, [target.systemUsername, target.asset]),
    );
    const wishes = rows.map((row) => ({ ...row, userId, action }));
    const [only] = wishes;
    if (!only || wishes.length === 1) return only ?? null;
    const decisions = await this.authorizer.authorizeAll(wishes);
    return wishes[decisions.findIndex((decision) => decision.granted)] ?? only;
  }
}
