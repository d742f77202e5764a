import { z } from 'zod';
import type { SMTPServerOptions } from 'smtp-server';
import type { Harness } from './harness.js';
import { MailServer } from './mail-server.js';

const outcome = z.object({ ok: z.boolean(), message: z.string() });
const withId = z.object({ id: z.uuid() });
const settings = z.looseObject({ hasPassword: z.boolean(), enabled: z.boolean() });
const mails = z.object({
  items: z.array(
    z.object({
      username: z.string(),
      kind: z.string(),
      state: z.string(),
      tries: z.number(),
      reason: z.string().nullable(),
    }),
  ),
});

/** Mail servers for one test each, and the settings that lead there. */
export class MailDesk {
  private readonly servers: MailServer[] = [];

  constructor(private readonly harness: Harness) {}

  /** Ends the servers. */
  async clear(): Promise<void> {
    await Promise.all(this.servers.splice(0).map((server) => server.stop()));
  }

  async serve(options: SMTPServerOptions = {}): Promise<MailServer> {
    const server = await MailServer.start({ authOptional: true, disabledCommands: ['STARTTLS'], ...options });
    this.servers.push(server);
    return server;
  }

  set(port: number, more: Record<string, unknown> = {}): Promise<z.infer<typeof settings>> {
    return this.harness.admin.call('PUT', '/settings/mail', settings, {
      enabled: true,
      host: '127.0.0.1',
      port,
      security: 'none',
      senderAddress: 'gatehouse@example.org',
      senderName: 'Gatehouse, the "gate"',
      consoleUrl: this.harness.product.url,
      ...more,
    });
  }

  test(): Promise<z.infer<typeof outcome>> {
    return this.harness.admin.call('POST', '/settings/mail/test', outcome);
  }

  /** Adds a user who is mailed a link; gives the id. */
  async add(username: string, more: Record<string, unknown> = {}): Promise<string> {
    const body = {
      username,
      name: `Person ${username}`,
      email: `${username}@example.org`,
      role: 'user',
      mailPasswordLink: true,
      ...more,
    };
    return (await this.harness.admin.call('POST', '/users', withId, body)).id;
  }

  /** What became of the user's mail of this kind. */
  async stateOf(username: string, kind: string) {
    const { items } = await this.harness.admin.call(
      'GET',
      `/settings/mail/mails?q=${username}&pageSize=200`,
      mails,
    );
    return items.find((mail) => mail.username === username && mail.kind === kind);
  }
}
