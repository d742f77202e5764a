import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { changedFields, Setting, type UnitOfWork } from '#libs/database';
import type { Actor } from '#libs/kernel';

const stored = z.object({
  nightly: z.boolean(),
  time: z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/),
});

/** Whether something is done each night, and when: HH:MM by the gateways' clock. */
export type NightTimes = z.infer<typeof stored>;

/** When the product does something by itself. */
export class NightSchedule {
  /** @param key row of the settings table */
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly key: string,
    private readonly usual: NightTimes,
  ) {}

  /** The times now. */
  get(): Promise<NightTimes> {
    return this.read(this.dataSource.manager);
  }

  /** Replaces them; gateways keep to them at once. */
  set(actor: Actor, times: NightTimes): Promise<NightTimes> {
    return this.unitOfWork.run(actor, async (tx) => {
      const changes = changedFields(await this.read(tx.manager), times);
      if (!changes) return times;
      await tx.manager.query(
        'INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        [this.key, JSON.stringify(times)],
      );
      await tx.record({
        action: 'settings.update',
        subjectType: 'settings',
        subjectId: null,
        subjectName: this.key,
        ...changes,
      });
      await tx.notify('schedule.changed', {});
      return times;
    });
  }

  private async read(manager: EntityManager): Promise<NightTimes> {
    const row = await manager.findOneBy(Setting, { key: this.key });
    return stored.parse({ ...this.usual, ...row?.value });
  }
}
