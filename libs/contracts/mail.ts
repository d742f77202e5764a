/** What is written to users (FEATURES U10). */
export const MAIL_KINDS = [
  'welcome',
  'password-link',
  'password-reset',
  'key-changed',
  'password-changed',
  'email-changed',
] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

/** How far a mail has come; `failed` is final. */
export const MAIL_STATES = ['queued', 'sent', 'failed'] as const;
export type MailState = (typeof MAIL_STATES)[number];

/** How often a mail is tried, over about eight minutes, before it counts as failed. */
export const MAIL_TRIES = 7;

/** How the way to the mail server is protected: not at all, by STARTTLS (RFC 3207), by TLS from the start (RFC 8314). */
export const MAIL_SECURITIES = ['none', 'starttls', 'tls'] as const;
export type MailSecurity = (typeof MAIL_SECURITIES)[number];

/** Answer to `mail.test`; `message` says what the server said or why it could not be asked. */
export interface MailTest {
  ok: boolean;
  message: string;
}
