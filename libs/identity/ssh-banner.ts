import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { changedFields, Setting, type UnitOfWork } from '#libs/database';
import type { Actor } from '#libs/kernel';

/** Row of the settings table. */
const KEY = 'ssh-banner';

/** Characters that the text may have: a screen or two. */
export const SSH_BANNER_MAX = 2000;

const stored = z.object({ banner: z.string().default('') });

/** What SSH clients show before anybody has logged in; empty: nothing. Lines end in a line feed. */
export type SshBannerText = z.infer<typeof stored>;

/** Settings → SSH login: the banner of RFC 4252, section 5.4. */
export class SshBanner {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** The text now. */
  get(): Promise<SshBannerText> {
    return read(this.dataSource.manager);
  }

  /** Replaces it; every gateway shows it from its next connection on. */
  set(actor: Actor, { banner }: SshBannerText): Promise<SshBannerText> {
    const wanted = { banner: banner.replaceAll(/\r\n?/g, '\n').replace(/\s+$/, '') };
    return this.unitOfWork.run(actor, async (tx) => {
      const changes = changedFields(await read(tx.manager), wanted);
      await tx.manager.query(
        'INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        [KEY, JSON.stringify(wanted)],
      );
      const subject = { subjectType: 'settings', subjectId: null, subjectName: KEY };
      if (changes) {
        await tx.record({ action: 'settings.update', ...subject, ...changes });
        await tx.notify('ssh-banner.changed', {});
      }
      return wanted;
    });
  }
}

async function read(manager: EntityManager): Promise<SshBannerText> {
  const row = await manager.findOneBy(Setting, { key: KEY });
  return stored.parse(row?.value ?? {});
}
