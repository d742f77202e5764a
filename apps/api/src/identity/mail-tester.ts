import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { JobQueue, UnitOfWork, type User } from '#libs/database';
import { ValidationFailed, type Actor } from '#libs/kernel';
import type { MailTestView } from './mail.dto.js';

/** A hanging mail server takes its time. */
const ANSWER_MS = 50_000;

const answer = z.object({ ok: z.boolean(), message: z.string() });

/** Has a gateway send a test mail with the stored settings, also while mail is off. */
@Injectable()
export class MailTester {
  constructor(
    private readonly queue: JobQueue,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** To the admin who asks. @throws ValidationFailed when they have no address; Unavailable */
  async test(actor: Actor, { id: userId, email }: User): Promise<MailTestView> {
    if (!email) {
      const message = 'Give yourself an e-mail address in your profile first: the test mail goes there.';
      throw ValidationFailed.field('email', 'required', message);
    }
    await this.unitOfWork.run(actor, (tx) =>
      tx.record({
        action: 'settings.test-mail',
        subjectType: 'settings',
        subjectId: null,
        subjectName: 'mail',
        after: { email },
      }),
    );
    return answer.parse(await this.queue.ask('mail.test', { userId }, ANSWER_MS));
  }
}
