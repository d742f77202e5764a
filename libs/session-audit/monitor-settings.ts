import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { changedFields, Setting, type UnitOfWork } from '#libs/database';
import type { Actor } from '#libs/kernel';

/** Row of the settings table. */
const KEY = 'monitor';

const policy = z.object({
  /** A line in the terminal tells its user when somebody begins to watch. */
  tellsWatched: z.boolean(),
});
/** As long as nobody has chosen there is no row. */
const stored = policy.partial();

/** What the live monitor does for those who are watched. */
export type MonitorPolicy = z.infer<typeof policy>;

/** Settings → Live monitor. */
export class MonitorSettings {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    /** What counts until somebody has chosen: `GATEHOUSE_TELL_WATCHED`. */
    private readonly tellsAtFirst: boolean,
  ) {}

  /** The settings now. */
  get(): Promise<MonitorPolicy> {
    return this.read(this.dataSource.manager);
  }

  /** Replaces them; they count from the next time that somebody begins to watch. */
  set(actor: Actor, { tellsWatched }: MonitorPolicy): Promise<MonitorPolicy> {
    const wanted = { tellsWatched };
    return this.unitOfWork.run(actor, async (tx) => {
      const isFirst = !(await tx.manager.existsBy(Setting, { key: KEY }));
      const before = await this.read(tx.manager);
      // the first choice is one, also of what counted already
      const changes = changedFields(before, wanted) ?? (isFirst ? { before, after: wanted } : null);
      await tx.manager.query(
        'INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        [KEY, JSON.stringify(wanted)],
      );
      const subject = { subjectType: 'settings', subjectId: null, subjectName: KEY };
      if (changes) await tx.record({ action: 'settings.update', ...subject, ...changes });
      return wanted;
    });
  }

  private async read(manager: EntityManager): Promise<MonitorPolicy> {
    const row = await manager.findOneBy(Setting, { key: KEY });
    const { tellsWatched = this.tellsAtFirst } = stored.parse(row?.value ?? {});
    return { tellsWatched };
  }
}
