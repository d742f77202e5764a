import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import {
  changedFields,
  FormerSecret,
  readPage,
  replaceLinks,
  requireKnown,
  SudoAlias,
  SystemUser,
  type Page,
  type PageRequest,
  type Transaction,
  type UnitOfWork,
} from '#libs/database';
import {
  asId,
  newId,
  NotFound,
  ValidationFailed,
  type Actor,
  type AssetId,
  type PushId,
  type SudoAliasId,
  type SystemUserId,
} from '#libs/kernel';
import {
  noSecrets,
  sealSecrets,
  type GivenSecrets,
  type SealedSecrets,
  type SecretSealer,
} from '#libs/vault';
import {
  readCredential,
  readSystemUser,
  systemUserFacts,
  systemUserList,
  systemUserRows,
  type SealedSystemUser,
  type SystemUserRow,
} from './system-user-rows.js';
import { deleteSystemUser, refuseInRules } from './system-user-removal.js';
import { planPush } from './push-planner.js';

/** A new system user. */
export interface SystemUserDraft extends GivenSecrets {
  username: string;
  /** Makes a password; nobody sees it. */
  generatePassword?: boolean | undefined;
  /** Absolute path. */
  shell?: string | undefined;
  /** Absolute path; empty: where the asset puts homes. */
  home?: string | undefined;
  comment?: string | undefined;
  /** Supplementary groups on the asset. */
  groups?: string[] | undefined;
  sudoAliasIds?: SudoAliasId[] | undefined;
}

/** What is given changes; blank secrets stay as they are. */
export type SystemUserChange = { [K in keyof SystemUserDraft]?: SystemUserDraft[K] | undefined };

const assetIdRows = z.array(z.object({ id: z.string().transform(asId<AssetId>) }));
const ALIASES = { table: 'system_user_sudo_aliases', owner: 'system_user_id', member: 'sudo_alias_id' };

/** 24 characters of base64url: 144 bits. */
const GENERATED_BYTES = 18;

/** The accounts as which users log in to assets. Their secrets go in and never come out. */
export class SystemUserBook {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly sealer: SecretSealer,
  ) {}

  /** One page; `q` is looked for in user name and comment. */
  list(request: PageRequest): Promise<Page<SystemUserRow>> {
    const { sql, parameters } = systemUserList(request);
    return readPage(this.dataSource, systemUserRows, sql, parameters, request);
  }

  /** @throws NotFound */
  get(id: SystemUserId): Promise<SystemUserRow> {
    return readSystemUser(this.dataSource, id);
  }

  /** With what a gateway logs in as it, secrets sealed; null: no such system user. */
  credentialOf(id: SystemUserId): Promise<SealedSystemUser | null> {
    return readCredential(this.dataSource, id);
  }

  /** @throws ValidationFailed when a secret is missing or is no key, or a sudo alias doesn't exist. */
  create(actor: Actor, draft: SystemUserDraft): Promise<SystemUserRow> {
    const id = newId<SystemUserId>();
    return this.unitOfWork.run(actor, async (tx) => {
      const secrets = await this.seal(tx, id, noSecrets, draft);
      const { username, shell, home, comment, groups, sudoAliasIds = [] } = draft;
      await tx.of(SystemUser).insert({ id, username, shell, home, comment, groups, ...secrets });
      await linkAliases(tx, id, sudoAliasIds);
      const view = await readSystemUser(tx.manager, id);
      await record(tx, 'system-user.create', view, { after: systemUserFacts(view) });
      return view;
    });
  }

  /**
   * What was pushed is outdated when the change concerns it. A replaced secret is used on until the new one was pushed.
   * @throws NotFound, ValidationFailed when no secret would be left, or a pushed one would get another name.
   */
  update(actor: Actor, id: SystemUserId, change: SystemUserChange): Promise<SystemUserRow> {
    return this.unitOfWork.run(actor, async (tx) => {
      const row = await lockRow(tx, id, 'for_no_key_update');
      const before = await readSystemUser(tx.manager, id);
      if (change.username !== undefined && change.username !== row.username) await refusePushed(tx, row);
      const secrets = await this.seal(tx, id, row, change);
      const { username, shell, home, comment, groups } = change;
      const versions = await keepFormer(tx, row, secrets);
      await tx.of(SystemUser).update(id, { username, shell, home, comment, groups, ...secrets, ...versions });
      if (change.sudoAliasIds) await linkAliases(tx, id, change.sudoAliasIds);
      const view = await readSystemUser(tx.manager, id);
      const replaced = { passwordReplaced: row.sealedPassword !== secrets.sealedPassword };
      const changes = changedFields(
        { ...systemUserFacts(before), passwordReplaced: false },
        { ...systemUserFacts(view), ...replaced },
      );
      if (changes) {
        await tx.of(SystemUser).increment({ id }, 'revision', 1);
        await record(tx, 'system-user.update', view, changes);
        await tx.notify('access.changed', { reason: 'system-user.update' });
      }
      return view;
    });
  }

  /**
   * Its push records go with it; accounts on assets and the history of its pushes stay.
   * @throws NotFound, InUse while a rule names it.
   */
  remove(actor: Actor, id: SystemUserId): Promise<void> {
    return this.unitOfWork.run(actor, async (tx) => {
      await lockRow(tx, id, 'pessimistic_write');
      const view = await readSystemUser(tx.manager, id);
      await refuseInRules(tx, view);
      await deleteSystemUser(tx, view);
    });
  }

  /**
   * Takes it back from every asset first: gives the push that does so, and it goes with the last asset. Where that
   * fails it stays, and the push says why. null: it stood nowhere and is gone already.
   * @throws NotFound, InUse while a rule names it, ValidationFailed: a push of it is under way.
   */
  removeEverywhere(actor: Actor, id: SystemUserId): Promise<PushId | null> {
    return this.unitOfWork.run(actor, async (tx) => {
      await lockRow(tx, id, 'pessimistic_write');
      const view = await readSystemUser(tx.manager, id);
      await refuseInRules(tx, view);
      const rows: unknown = await tx.manager.query(
        'SELECT asset_id AS id FROM push_records WHERE system_user_id = $1',
        [id],
      );
      const assetIds = assetIdRows.parse(rows).map((row) => row.id);
      if (assetIds.length > 0) {
        return planPush(tx, { systemUserId: id, mode: 'recycle', assetIds, removesSystemUser: true });
      }
      await deleteSystemUser(tx, view);
      return null;
    });
  }

  private seal(
    { manager }: Transaction,
    id: SystemUserId,
    current: SealedSecrets,
    given: SystemUserChange,
  ): Promise<SealedSecrets> {
    return sealSecrets(
      this.sealer,
      manager,
      { table: 'system_users', rowId: id },
      current,
      withPassword(given),
    );
  }
}

/** @throws ValidationFailed when one is given and one to be generated */
function withPassword({ generatePassword, ...given }: SystemUserChange): GivenSecrets {
  if (!generatePassword) return given;
  if (given.password) {
    const message = 'Either give a password or have one generated, not both.';
    throw ValidationFailed.field('generatePassword', 'conflicting', message);
  }
  return { ...given, password: randomBytes(GENERATED_BYTES).toString('base64url') };
}

async function linkAliases(tx: Transaction, id: SystemUserId, aliasIds: SudoAliasId[]): Promise<void> {
  await requireKnown(tx.manager, SudoAlias, aliasIds, 'sudoAliasIds', 'sudo alias');
  await replaceLinks(tx.manager, ALIASES, id, aliasIds);
}

/** Keeps secrets that are replaced: assets have them until the new ones were pushed. Gives the new versions. */
async function keepFormer(
  tx: Transaction,
  row: SystemUser,
  next: SealedSecrets,
): Promise<{ passwordVersion: number; keyVersion: number }> {
  const keep = async (
    kind: FormerSecret['kind'],
    version: number,
    before: string | null,
    after: string | null,
  ): Promise<number> => {
    if (before === after) return version;
    if (before !== null) {
      await tx.of(FormerSecret).insert({ systemUserId: row.id, kind, version, sealed: before });
    }
    return version + 1;
  };
  const { passwordVersion, sealedPassword, keyVersion, sealedPrivateKey } = row;
  return {
    passwordVersion: await keep('password', passwordVersion, sealedPassword, next.sealedPassword),
    keyVersion: await keep('key', keyVersion, sealedPrivateKey, next.sealedPrivateKey),
  };
}

/** The strong lock also waits for whoever is about to name it in a rule, and keeps others from doing so. */
async function lockRow(
  tx: Transaction,
  id: SystemUserId,
  mode: 'for_no_key_update' | 'pessimistic_write',
): Promise<SystemUser> {
  const row = await tx.of(SystemUser).findOne({ where: { id }, lock: { mode } });
  if (!row) throw new NotFound('system user');
  return row;
}

/** An account on assets doesn't change its name with it. */
async function refusePushed(tx: Transaction, { id, username }: SystemUser): Promise<void> {
  const rows: unknown = await tx.manager.query(
    `SELECT FROM push_records p WHERE p.system_user_id = $1 AND p.mode <> 'record-only' LIMIT 1`,
    [id],
  );
  if (z.array(z.unknown()).parse(rows).length === 0) return;
  const message = `${username} stands on assets under this name. Recycle it there first, or add another system user.`;
  throw ValidationFailed.field('username', 'pushed', message);
}

function record(
  tx: Transaction,
  action: string,
  { id, username }: SystemUserRow,
  states: { before?: Record<string, unknown>; after?: Record<string, unknown> },
): Promise<void> {
  return tx.record({ action, subjectType: 'system-user', subjectId: id, subjectName: username, ...states });
}
