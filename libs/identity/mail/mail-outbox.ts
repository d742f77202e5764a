import { LessThan, type DataSource } from 'typeorm';
import { z } from 'zod';
import { MAIL_KINDS, MAIL_STATES, type MailKind, type MailState } from '#libs/contracts';
import {
  Mail,
  matches,
  orderBy,
  readPage,
  searchText,
  type JobQueue,
  type Page,
  type PageRequest,
  type Transaction,
  type User,
} from '#libs/database';
import { newId } from '#libs/kernel';
import { readMailSettings } from './mail-settings.js';

/** How long mails stay in the list. */
const KEEP_MS = 30 * 24 * 60 * 60_000;

/** Whom a mail is for; with `details`, what the text names to them in place of what it names to all. */
export type MailRecipient = Pick<User, 'id' | 'username' | 'email'> & { details?: Record<string, string> };

const mailRow = z.object({
  id: z.string(),
  kind: z.enum(MAIL_KINDS),
  username: z.string(),
  recipient: z.string(),
  state: z.enum(MAIL_STATES),
  tries: z.number(),
  reason: z.string().nullable(),
  createdAt: z.date(),
  endedAt: z.date().nullable(),
});

/** A mail as admins see it. */
export type MailRow = z.infer<typeof mailRow>;

/** Which mails a list shows. */
export interface MailFilter extends PageRequest {
  state?: MailState | undefined;
}

/** Queues mails for the gateways to send: with the change that they tell of, or not at all. */
export class MailOutbox {
  constructor(
    private readonly dataSource: DataSource,
    private readonly queue: JobQueue,
  ) {}

  /**
   * Queues a mail inside the use-case that it tells of. Whether it did: not while mail is off, nor without an address.
   * @param details what the text names; never a secret
   */
  async post(
    tx: Transaction,
    to: MailRecipient,
    kind: MailKind,
    details: Record<string, string> = {},
  ): Promise<boolean> {
    return (await this.postAll(tx, [to], kind, details)) > 0;
  }

  /** The same mail for many, in as many statements. How many were queued: those who have an address, none while mail is off. */
  async postAll(
    tx: Transaction,
    to: readonly MailRecipient[],
    kind: MailKind,
    details: Record<string, string> = {},
  ): Promise<number> {
    const reachable = to.flatMap(({ id, username, email, details: own }) =>
      email ? [{ userId: id, username, recipient: email, details: own ?? details }] : [],
    );
    if (reachable.length === 0 || !(await readMailSettings(tx.manager)).enabled) return 0;
    const mails = reachable.map((one) => ({
      id: newId<Mail['id']>(),
      ...one,
      kind,
      createdAt: tx.now,
    }));
    await tx.of(Mail).insert(mails);
    await this.queue.enqueueAll(
      tx,
      'mail.send',
      mails.map(({ id }) => ({ mailId: id })),
    );
    await tx.of(Mail).delete({ createdAt: LessThan(new Date(tx.now.getTime() - KEEP_MS)) });
    return mails.length;
  }

  /** One page of the mails of the last 30 days, the newest first. */
  list(filter: MailFilter): Promise<Page<MailRow>> {
    const sql = {
      columns: `m.id, m.kind, coalesce(u.username, m.username) AS username, m.recipient, m.state, m.tries, m.reason,
        m.created_at AS "createdAt", m.ended_at AS "endedAt"`,
      from: `mails m LEFT JOIN users u ON u.id = m.user_id
        WHERE ${matches('$1', 'coalesce(u.username, m.username)', 'm.recipient')} AND ($2::text IS NULL OR m.state = $2)`,
      order: orderBy(filter.sort, { createdAt: 'm.created_at' }, '-createdAt', 'm.id'),
    };
    return readPage(this.dataSource, mailRow, sql, [searchText(filter.q), filter.state ?? null], filter);
  }
}
