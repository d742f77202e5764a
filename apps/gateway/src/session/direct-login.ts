import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { Authorizer } from '#libs/authorization';
import type { Action } from '#libs/contracts';
import { asId, type AssetId, type SystemUserId, type UserId } from '#libs/kernel';
import type { PersonTurns } from './person-turns.js';
import type { SessionWish } from './session-opener.js';

/** Assets may share an address; more than this are not tried. */
const MAX_CANDIDATES = 20;

/** Of these, pairs of asset and system user. */
const MAX_PAIRS = 200;

const CANDIDATES = `
  SELECT a.id AS "assetId", s.id AS "systemUserId" FROM assets a, system_users s
  WHERE s.username = $1 AND (lower(a.name) = lower($2) OR lower(a.address) = lower($2))
  ORDER BY lower(a.name) = lower($2) DESC, a.name LIMIT ${MAX_CANDIDATES}`;

/** Assets of a name or address, with those who stand on them. */
const ACCOUNTS = `
  SELECT a.id AS "assetId", s.id AS "systemUserId", s.username FROM assets a
  JOIN asset_accounts t ON t.asset_id = a.id CROSS JOIN unnest(t.system_user_ids) AS account(id)
  JOIN system_users s ON s.id = account.id
  WHERE lower(a.name) = lower($1) OR lower(a.address) = lower($1)
  ORDER BY lower(a.name) = lower($1) DESC, a.name, a.id, s.username LIMIT ${MAX_PAIRS}`;

/** Inactive assets of a name or address, with those who could log in there before. */
const INACTIVE = `
  SELECT a.id AS "assetId", account.id AS "systemUserId" FROM assets a JOIN asset_accounts t ON t.asset_id = a.id
  CROSS JOIN unnest(t.system_user_ids) AS account(id)
  WHERE NOT a.active AND (lower(a.name) = lower($1) OR lower(a.address) = lower($1))
  ORDER BY lower(a.name) = lower($1) DESC, a.name, account.id LIMIT ${MAX_PAIRS}`;

const candidateRow = z.object({
  assetId: z.string().transform(asId<AssetId>),
  systemUserId: z.string().transform(asId<SystemUserId>),
});
const candidateRows = z.array(candidateRow);
const accountRows = z.array(candidateRow.extend({ username: z.string() }));

/** What direct login asks for, by name. */
export interface DirectTarget {
  /** Null: the only one there as whom the person may. */
  systemUsername: string | null;
  /** Name or address. */
  asset: string;
}

/** What the names of a direct login stand for. */
export class DirectLogin {
  constructor(
    private readonly dataSource: DataSource,
    private readonly authorizer: Authorizer,
    private readonly turns: PersonTurns,
  ) {}

  /**
   * The asset of this name, or the one with this address that the user may reach. Null when there is none:
   * the person hears the same as for an asset that exists and isn't theirs. Null too where no system user was named and
   * there are several, see {@link accounts}.
   */
  async resolve(userId: UserId, target: DirectTarget, action: Action): Promise<SessionWish | null> {
    const { systemUsername, asset } = target;
    if (systemUsername !== null)
      return this.turns.in(userId, () => this.resolveNow(userId, { systemUsername, asset }, action));
    const [only, ...others] = await this.accounts(userId, asset, action);
    return only && others.length === 0 ? only.wish : null;
  }

  /**
   * As whom the user may do it on the asset of this name or address, by name. Where the rules leave it out everywhere: as
   * whom they lead there at all.
   */
  async accounts(
    userId: UserId,
    asset: string,
    action: Action,
  ): Promise<{ username: string; wish: SessionWish }[]> {
    return this.turns.in(userId, async () => {
      const rows = accountRows.parse(await this.dataSource.query(ACCOUNTS, [asset]));
      const wishes = rows.map(({ assetId, systemUserId }) => ({ assetId, systemUserId, userId, action }));
      const decisions = wishes.length > 0 ? await this.authorizer.authorizeAll(wishes) : [];
      const all = rows.flatMap(({ username }, at) => {
        const [wish, decision] = [wishes[at], decisions[at]];
        return wish && decision && (decision.granted || decision.reason !== 'no_rule')
          ? [{ username, wish, granted: decision.granted }]
          : [];
      });
      const granted = all.filter((each) => each.granted);
      const theirs = granted.length > 0 ? granted : all;
      return theirs.filter(({ wish }) => wish.assetId === theirs[0]?.wish.assetId);
    });
  }

  private async resolveNow(
    userId: UserId,
    target: { systemUsername: string; asset: string },
    action: Action,
  ): Promise<SessionWish | null> {
    const rows = candidateRows.parse(
      await this.dataSource.query(CANDIDATES, [target.systemUsername, target.asset]),
    );
    const wishes = rows.map((row) => ({ ...row, userId, action }));
    const [only] = wishes;
    if (!only || wishes.length === 1) return only ?? null;
    const decisions = await this.authorizer.authorizeAll(wishes);
    return wishes[decisions.findIndex((decision) => decision.granted)] ?? only;
  }

  /** Why nobody is led to an asset of this name or address: it is inactive. Null for whom no rule leads there anyway. */
  async whyInactive(userId: UserId, asset: string): Promise<string | null> {
    const rows = candidateRows.parse(await this.dataSource.query(INACTIVE, [asset]));
    const wishes = rows.map((row) => ({ ...row, userId, action: 'connect' as const }));
    const decisions = wishes.length > 0 ? await this.authorizer.authorizeAll(wishes) : [];
    const inactive = decisions.find((decision) => !decision.granted && decision.reason === 'asset_inactive');
    return inactive?.granted === false ? inactive.message : null;
  }
}
