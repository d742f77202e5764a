import type { DataSource } from 'typeorm';
import { MAIL_TRIES, type MailTest } from '#libs/contracts';
import { Mail, User, type JobQueue } from '#libs/database';
import {
  LINK_LIFE_MS,
  MAIL_PASSWORD,
  countsAt,
  makePasswordLink,
  readMailSettings,
  type StoredMailSettings,
} from '#libs/identity';
import { asId, type Clock, type Logger, type UserId } from '#libs/kernel';
import type { CredentialVault } from '#libs/vault';
import { compose, type MailSubject } from './compose.js';
import { MailRefused, postMail, type MailServer } from './smtp-post.js';

/** Mails that one gateway sends at once. */
const CONCURRENCY = 2;
/** A link that was asked for so long ago is not sent any more: nobody waits for it. */
const STALE_MS = 15 * 60_000;

/** What the clerk works with. */
export interface ClerkParts {
  dataSource: DataSource;
  queue: JobQueue;
  vault: CredentialVault;
  clock: Clock;
  logger: Logger;
  /** GATEHOUSE_PUBLIC_URL. */
  publicUrl: string | null;
}

/** Sends what stands in the outbox. Links are made at that moment, so that no row and no job ever holds one. */
export class MailClerk {
  constructor(private readonly parts: ClerkParts) {}

  /** Begins to work. */
  async start(): Promise<void> {
    const { queue } = this.parts;
    await queue.work('mail.send', CONCURRENCY, ({ mailId }) => this.send(asId<Mail['id']>(mailId)));
    await queue.work('mail.test', CONCURRENCY, ({ userId }) => this.test(asId<UserId>(userId)));
  }

  /** @throws MailRefused while another try may help: the queue comes back with it */
  private async send(mailId: Mail['id']): Promise<object> {
    const { dataSource, clock, logger } = this.parts;
    const mails = dataSource.getRepository(Mail);
    const mail = await mails.findOneBy({ id: mailId });
    if (mail?.state !== 'queued') return {};
    const tries = mail.tries + 1;
    await mails.update({ id: mailId }, { tries });
    try {
      const reason = await this.attempt(mail);
      const state = reason === null ? ('sent' as const) : ('failed' as const);
      await mails.update({ id: mailId }, { state, reason, endedAt: clock.now() });
      return {};
    } catch (error) {
      if (!(error instanceof MailRefused)) throw error;
      const reason = error.message;
      logger.warn({ mailId, tries, reason }, 'a mail was not taken');
      const again = error.passing && tries < MAIL_TRIES;
      await mails.update(
        { id: mailId },
        again ? { reason } : { reason, state: 'failed', endedAt: clock.now() },
      );
      if (again) throw error;
      return {};
    }
  }

  /** null when it was sent, else why it is not any more. @throws MailRefused */
  private async attempt(mail: Mail): Promise<string | null> {
    const { dataSource, clock } = this.parts;
    const settings = await readMailSettings(dataSource.manager);
    const { userId } = mail;
    const user = userId && (await dataSource.getRepository(User).findOneBy({ id: userId }));
    if (!settings.enabled) return 'Mail was switched off before it was sent.';
    if (!user) return 'The user was deleted before it was sent.';
    const now = clock.now();
    const brings = LINK_LIFE_MS[mail.kind] !== undefined;
    if (brings && !countsAt(user, now)) return 'The user is not active any more.';
    if (brings && user.email !== mail.recipient) return 'The address was changed before it was sent.';
    if (mail.kind === 'password-reset' && now.getTime() - mail.createdAt.getTime() > STALE_MS) {
      return 'No gateway came to it in time.';
    }
    const link = await this.linkOf(mail.kind, user, settings, now);
    const { kind, createdAt: at, details } = mail;
    await postMail(await this.server(settings), compose(user, mail.recipient, { kind, at, details, link }));
    return null;
  }

  private async linkOf(
    kind: Mail['kind'],
    user: User,
    settings: StoredMailSettings,
    now: Date,
  ): Promise<MailSubject['link']> {
    const life = LINK_LIFE_MS[kind];
    if (life === undefined) return null;
    const base = settings.consoleUrl ?? this.parts.publicUrl;
    if (base === null) throw new MailRefused('The address of the console is not set.', false);
    const token = await makePasswordLink(this.parts.dataSource.manager, user.id, now, life);
    // a fragment: browsers send it to no server, and to no other site as a Referer (RFC 9110 section 10.1.3)
    return { url: `${base}/set-password#${token}`, until: new Date(now.getTime() + life) };
  }

  private async test(userId: UserId): Promise<MailTest> {
    const { dataSource, clock } = this.parts;
    const settings = await readMailSettings(dataSource.manager);
    const user = await dataSource.getRepository(User).findOneBy({ id: userId });
    if (!user?.email) return { ok: false, message: 'You have no e-mail address.' };
    if (!settings.host || !settings.senderAddress) {
      return { ok: false, message: 'Name the mail server and the sender first, and save.' };
    }
    try {
      const letter = compose(user, user.email, { kind: 'test', at: clock.now(), details: {}, link: null });
      return { ok: true, message: await postMail(await this.server(settings), letter) };
    } catch (error) {
      if (!(error instanceof MailRefused)) throw error;
      return { ok: false, message: error.message };
    }
  }

  private async server({ sealedPassword, ...settings }: StoredMailSettings): Promise<MailServer> {
    const password = sealedPassword && (await this.parts.vault.open(MAIL_PASSWORD, sealedPassword));
    return { ...settings, password: password || null };
  }
}
