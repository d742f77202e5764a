import { In, IsNull, type DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import {
  compareWithShown,
  ImportOutdated,
  PasswordLink,
  User,
  UserGroup,
  type DraftRow,
  type PlannedRow,
  type RunCounts,
  type RunWishes,
  type ShownRow,
  type Transaction,
  type UnitOfWork,
} from '#libs/database';
import { asId, parsePublicKey, ValidationFailed, type Actor, type UserId } from '#libs/kernel';
import { LastAdmin } from './failures.js';
import type { MailOutbox, MailRecipient } from './mail/mail-outbox.js';
import { postWelcomes } from './mail/password-recovery.js';
import { planUsers, type UserImportFields, type UserWorld } from './user-import-plan.js';
import { writeUsers, type WrittenUser } from './user-import-writes.js';
import { readUsersNamed } from './user-rows.js';

/** Rows that are written at once. */
const CHUNK = 500;
const owners = z.array(z.object({ blob: z.string(), userId: z.string().transform(asId<UserId>) }));

/** A user who was added, and the password that is told this once. */
export interface AddedUser {
  username: string;
  oneTimePassword: string;
}

/** How a run ended. */
export interface UserRunCounts extends RunCounts {
  /** Without those to whom a link is mailed. */
  addedUsers: AddedUser[];
  /** New users to whom a link is mailed. */
  mailed: number;
}

/** How a run of users goes. */
export interface UserRunWishes extends RunWishes {
  /** Whoever is new and has an e-mail address gets a link to set the password, in place of a one-time password. */
  mailPasswordLinks: boolean;
}

/** Adds and changes users by the rows of a spreadsheet (FEATURES U12): found by user name, one transaction, no query per row. */
export class UserImport {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly outbox: MailOutbox,
  ) {}

  /** What would become of the rows now; nothing is written. */
  async plan(drafts: readonly DraftRow<UserImportFields>[]): Promise<PlannedRow[]> {
    return planUsers(await readWorld(this.dataSource.manager, drafts), drafts);
  }

  /**
   * Does what was shown, and only that. Whoever is new gets a one-time password, which is in the answer and nowhere else,
   * or a mailed link to set one.
   * @throws ImportOutdated, LastAdmin; ValidationFailed at `mailPasswordLinks`: mail is off
   */
  run(
    actor: Actor,
    rows: readonly ShownRow<UserImportFields>[],
    wishes: UserRunWishes,
  ): Promise<UserRunCounts> {
    return this.unitOfWork.run(actor, async (tx) => {
      await lockAdmins(tx);
      const plans = planUsers(await readWorld(tx.manager, rows, true), rows);
      const refused = compareWithShown(rows, plans);
      if (wishes.allOrNothing && refused.size > 0) throw new ImportOutdated(refused.size);
      const good = plans.filter(({ row }) => !refused.has(row));
      const addedUsers: AddedUser[] = [];
      let mailed = 0;
      for (let start = 0; start < good.length; start += CHUNK) {
        const written = await writeUsers(tx, good.slice(start, start + CHUNK), wishes.mailPasswordLinks);
        for (const { state, oneTimePassword } of written)
          if (oneTimePassword !== null) addedUsers.push({ username: state.username, oneTimePassword });
        const invited = written.filter(({ isInvited }) => isInvited);
        await postWelcomes(this.outbox, tx, invited.map(recipientOf));
        await this.tellOwners(tx, written);
        mailed += invited.length;
        await wishes.progress(start + written.length);
      }
      if ((await lockAdmins(tx)).length === 0) throw new LastAdmin();
      const added = good.filter(({ before }) => before === null).length;
      const counts = { added, changed: good.length - added, refused: refused.size };
      await tx.record({
        action: 'user.import',
        subjectType: 'user',
        subjectId: null,
        subjectName: `${good.length} users`,
        after: counts,
      });
      await wishes.settle(tx, refused);
      return { ...counts, addedUsers, mailed };
    });
  }

  /** Those whose address changed, at the address that they had, and those who got a key: as by a change by hand. */
  private async tellOwners(tx: Transaction, written: readonly WrittenUser[]): Promise<void> {
    const by = tx.actor.username;
    const moved = written.flatMap(({ plan: { before }, state }) =>
      before && before.email !== state.email ? [before] : [],
    );
    const ids = moved.map(({ id }) => id);
    if (ids.length > 0) await tx.of(PasswordLink).delete({ userId: In(ids) });
    await this.outbox.postAll(
      tx,
      moved.map(({ id, username, email }) => ({ id, username, email })),
      'email-changed',
      { by },
    );
    const holders = written.flatMap(({ id, plan: { before, key }, state: { username, email } }) => {
      if (!before || !key) return [];
      const { name, type, fingerprint } = key;
      return [{ id, username, email, details: { change: 'added', by, name, type, fingerprint } }];
    });
    await this.outbox.postAll(tx, holders, 'key-changed');
  }
}

/** Whoever administers for good, locked in the order in which others lock them. */
function lockAdmins(tx: Transaction): Promise<User[]> {
  return tx.of(User).find({
    where: { role: 'admin', active: true, validUntil: IsNull() },
    select: { id: true },
    order: { id: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
}

async function readWorld(
  manager: EntityManager,
  drafts: readonly DraftRow<UserImportFields>[],
  lock = false,
): Promise<UserWorld> {
  const usernames = drafts.map(({ name }) => name);
  const users = await readUsersNamed(manager, usernames, lock);
  const groups = await manager.getRepository(UserGroup).find({ select: { id: true, name: true } });
  const blobs = drafts.flatMap(({ fields }) => blobOf(fields.publicKey));
  const rows: unknown = await manager.query(
    'SELECT blob, user_id AS "userId" FROM public_keys WHERE blob = ANY($1)',
    [blobs],
  );
  const admins = await manager.getRepository(User).find({
    where: { role: 'admin', active: true, validUntil: IsNull() },
    select: { id: true },
  });
  return {
    users: new Map(users.map((user) => [user.username, user])),
    groups: new Map(groups.map(({ id, name }) => [name, id])),
    keyOwners: new Map(owners.parse(rows).map(({ blob, userId }) => [blob, userId])),
    adminIds: new Set(admins.map(({ id }) => id)),
  };
}

function blobOf(line: string | undefined): string[] {
  if (line === undefined) return [];
  try {
    return [parsePublicKey(line).blob];
  } catch (error) {
    if (error instanceof ValidationFailed) return []; // the plan says so at its cell
    throw error;
  }
}

function recipientOf({ id, state: { username, email } }: WrittenUser): MailRecipient {
  return { id, username, email };
}
