import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { changedFields, Setting, type UnitOfWork } from '#libs/database';
import type { Actor } from '#libs/kernel';

/** Row of the settings table. */
const KEY = 'retention';

const limit = z.number().int().min(1).nullable().default(null);

/** null: kept for ever. */
const policy = z.object({
  recordingDays: limit,
  /** All recordings together; the oldest go first. */
  recordingGibibytes: limit,
  sessionDays: limit,
  commandDays: limit,
  fileTransferDays: limit,
  loginDays: limit,
  operationDays: limit,
  batchDays: limit,
});

/** How long what sessions and people leave behind is kept. */
export type RetentionPolicy = z.infer<typeof policy>;

/** Settings → Retention (FEATURES G13). */
export class RetentionSettings {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** The settings now. */
  get(): Promise<RetentionPolicy> {
    return read(this.dataSource.manager);
  }

  /** Replaces them; they count from the next run, within the hour. */
  set(actor: Actor, wanted: RetentionPolicy): Promise<RetentionPolicy> {
    return this.unitOfWork.run(actor, async (tx) => {
      const changes = changedFields(await read(tx.manager), wanted);
      if (!changes) return wanted;
      await tx.manager.query(
        'INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        [KEY, JSON.stringify(wanted)],
      );
      const subject = { subjectType: 'settings', subjectId: null, subjectName: KEY };
      await tx.record({ action: 'settings.update', ...subject, ...changes });
      return wanted;
    });
  }
}

async function read(manager: EntityManager): Promise<RetentionPolicy> {
  const row = await manager.findOneBy(Setting, { key: KEY });
  return policy.parse(row?.value ?? {});
}
