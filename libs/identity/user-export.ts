import type { DataSource } from 'typeorm';
import { ListStream, UserGroup, type UnitOfWork } from '#libs/database';
import type { SheetFormat } from '#libs/contracts';
import type { Actor, Clock } from '#libs/kernel';
import { jurisdictionOf } from './jurisdiction.js';
import { userList, userProfile, type UserFilter, type UserProfile } from './user-rows.js';

/** Which users, in which order. */
export type UserExportSelection = Omit<UserFilter, 'page' | 'pageSize'>;

/** A user as a spreadsheet has them: groups by name, no key, no secret. */
export type ExportedUser = Record<string, unknown>;

/** Gives whole lists of users away. */
export class UserExport {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** All users that a list with this filter shows, in its order. The export stands in the operations log before its first row leaves. */
  async open(
    actor: Actor,
    format: SheetFormat,
    filter: UserExportSelection,
  ): Promise<AsyncGenerator<ExportedUser[], void>> {
    const whole = { ...filter, page: 1, pageSize: 1 };
    const { sql, parameters } = userList(whole, jurisdictionOf(actor), this.clock.now());
    const groups = await this.dataSource.getRepository(UserGroup).find({ select: { id: true, name: true } });
    const names = new Map(groups.map(({ id, name }) => [id, name]));
    const stream = await ListStream.open(this.dataSource, userProfile, sql, parameters);
    const { total } = stream;
    const subject = { subjectType: 'user', subjectId: null, subjectName: `${total} users` };
    try {
      await this.unitOfWork.run(actor, (tx) =>
        tx.record({ action: 'user.export', ...subject, after: { format, filter, count: total } }),
      );
    } catch (error) {
      await stream.close();
      throw error;
    }
    return exported(stream.batches(), names);
  }
}

async function* exported(
  batches: AsyncGenerator<UserProfile[], void>,
  names: ReadonlyMap<string, string>,
): AsyncGenerator<ExportedUser[], void> {
  for await (const batch of batches) {
    yield batch.map(({ username, name, email, role, active, validUntil, language, groupIds }) => {
      const groups = groupIds.map((id) => names.get(id) ?? '').sort();
      const moment = validUntil?.toISOString() ?? null;
      return { username, name, email, role, groups, active, validUntil: moment, language };
    });
  }
}
