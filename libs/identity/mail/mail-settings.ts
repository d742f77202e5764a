import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { MAIL_SECURITIES } from '#libs/contracts';
import { changedFields, Setting, type UnitOfWork } from '#libs/database';
import { ValidationFailed, type Actor } from '#libs/kernel';
import type { SecretPlace, SecretSealer } from '#libs/vault';
import { assertByLogin } from '../failures.js';
import { assertCertificates } from './certificates.js';

/** Row of the settings table. */
const KEY = 'mail';

/** What the SMTP password is sealed for. */
export const MAIL_PASSWORD: SecretPlace = { table: 'settings', rowId: KEY, column: 'password' };

const stored = z.object({
  enabled: z.boolean().default(false),
  host: z.string().default(''),
  port: z.int().default(587),
  security: z.enum(MAIL_SECURITIES).default('starttls'),
  /** null: no login at the server. */
  username: z.string().nullable().default(null),
  sealedPassword: z.string().nullable().default(null),
  senderAddress: z.string().default(''),
  senderName: z.string().default('Gatehouse'),
  /** PEM certificates that are trusted besides the well-known ones. */
  ca: z.string().nullable().default(null),
  /** Address of the console in links; null: GATEHOUSE_PUBLIC_URL. */
  consoleUrl: z.string().nullable().default(null),
});

/** How mail leaves the product, as it is kept. */
export type StoredMailSettings = z.infer<typeof stored>;

/** What admins see; the password never. */
export type ShownMailSettings = Omit<StoredMailSettings, 'sealedPassword'> & { hasPassword: boolean };

/** What admins set. A blank or absent password keeps the stored one. */
export type MailDraft = Omit<StoredMailSettings, 'sealedPassword'> & { password?: string | null | undefined };

/** The settings as this manager's transaction sees them. */
export async function readMailSettings(manager: EntityManager): Promise<StoredMailSettings> {
  const row = await manager.findOneBy(Setting, { key: KEY });
  return stored.parse(row?.value ?? {});
}

/** How mail leaves the product (FEATURES U10). */
export class MailSettings {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly sealer: SecretSealer,
    private readonly publicUrl: string | null,
  ) {}

  /** The settings now. */
  async get(): Promise<ShownMailSettings> {
    return shown(await readMailSettings(this.dataSource.manager));
  }

  /** Whether mail leaves at all. */
  async isOn(): Promise<boolean> {
    return (await readMailSettings(this.dataSource.manager)).enabled;
  }

  /** Replaces them. @throws ValidationFailed at the field; LoginRequired for an API token */
  set(actor: Actor, draft: MailDraft): Promise<ShownMailSettings> {
    assertByLogin(actor); // links that set passwords go wherever this says
    assertComplete(draft, this.publicUrl);
    assertCertificates(draft.ca);
    return this.unitOfWork.run(actor, async (tx) => {
      await tx.manager.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`settings.${KEY}`]);
      const before = await readMailSettings(tx.manager);
      const { password, ...fields } = draft;
      const after = { ...fields, sealedPassword: await this.passwordAfter(tx.manager, before, draft) };
      await tx.manager.query(
        'INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        [KEY, JSON.stringify(after)],
      );
      const change = changedFields(shown(before), {
        ...shown(after),
        ...(password && { password: 'changed' }),
      });
      if (change) {
        const subject = { subjectType: 'settings', subjectId: null, subjectName: KEY };
        await tx.record({ action: 'settings.update', ...subject, ...change });
      }
      return shown(after);
    });
  }

  private async passwordAfter(
    manager: EntityManager,
    before: StoredMailSettings,
    draft: MailDraft,
  ): Promise<string | null> {
    if (draft.username === null) return null;
    if (draft.password) return this.sealer.seal(manager, MAIL_PASSWORD, draft.password);
    if (before.sealedPassword === null || goesElsewhere(before, draft)) {
      const message =
        'Give the password: a stored one is only ever sent to the server that it was given for.';
      throw ValidationFailed.field('password', 'password_again', message);
    }
    return before.sealedPassword;
  }
}

/** Whether a stored password would be shown to another server, or to whoever stands in for it. */
function goesElsewhere(before: StoredMailSettings, { host, port, security, ca }: MailDraft): boolean {
  return host !== before.host || port !== before.port || security !== before.security || ca !== before.ca;
}

function assertComplete(draft: MailDraft, publicUrl: string | null): void {
  const { enabled, host, senderAddress, username, security, consoleUrl } = draft;
  if (username !== null && security === 'none') {
    const message = 'A password would cross the network readable: choose STARTTLS or TLS, or no user name.';
    throw ValidationFailed.field('security', 'readable_password', message);
  }
  if (!enabled) return;
  if (host === '') throw ValidationFailed.field('host', 'required', 'Name the mail server.');
  if (senderAddress === '') {
    throw ValidationFailed.field('senderAddress', 'required', 'Give the address that mails come from.');
  }
  if (consoleUrl === null && publicUrl === null) {
    const message = 'Give the address of this console: links in mails begin with it.';
    throw ValidationFailed.field('consoleUrl', 'required', message);
  }
}

function shown({ sealedPassword, ...rest }: StoredMailSettings): ShownMailSettings {
  return { ...rest, hasPassword: sealedPassword !== null };
}
