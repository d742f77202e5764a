import { rootCertificates } from 'node:tls';
import { createTransport } from 'nodemailer';
import type SMTPTransport from 'nodemailer/lib/smtp-transport/index.js';
import { z } from 'zod';
import type { StoredMailSettings } from '#libs/identity';

const CONNECT_MS = 10_000;
const SILENCE_MS = 15_000;
/** One mail in all: a server that says a little now and then doesn't keep a gateway. */
const WHOLE_MS = 40_000;
/** Of what a mail server says, that much is kept. */
const MAX_SAID = 500;

/** What the settings say about the way to the mail server, with the password opened. */
export type MailServer = Pick<
  StoredMailSettings,
  'host' | 'port' | 'security' | 'username' | 'ca' | 'senderAddress' | 'senderName'
> & { password: string | null };

/** A mail as it leaves. */
export interface Letter {
  to: { name: string; address: string };
  subject: string;
  text: string;
  html: string;
}

/** The mail server did not take a mail. The message is for admins: its own words, where it had some. */
export class MailRefused extends Error {
  constructor(
    message: string,
    /** Whether another try may end otherwise: no for a refusal of class 5 (RFC 5321 section 4.2.1). */
    readonly passing: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'MailRefused';
  }
}

/** Hands one mail to the server. @returns what the server said to it @throws MailRefused */
export async function postMail(server: MailServer, letter: Letter): Promise<string> {
  const transport = createTransport(transportOptions(server));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`The mail server did not finish within ${WHOLE_MS / 1000} s.`));
    }, WHOLE_MS);
  });
  try {
    const from = { name: server.senderName, address: server.senderAddress };
    const headers = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };
    const sent = await Promise.race([transport.sendMail({ ...letter, from, headers }), late]);
    return oneLine(sent.response, server);
  } catch (error) {
    throw refusal(error, server);
  } finally {
    clearTimeout(timer);
    transport.close();
  }
}

function transportOptions(server: MailServer): SMTPTransport.Options {
  const { host, port, security, username, password, ca } = server;
  return {
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: { minVersion: 'TLSv1.2', ...(ca !== null && { ca: [...rootCertificates, ca] }) },
    ...(username !== null && { auth: { user: username, pass: password ?? '' } }),
    connectionTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

const smtpError = z.object({
  code: z.string().optional(),
  response: z.string().optional(),
  responseCode: z.number().optional(),
  command: z.string().optional(),
});

function refusal(error: unknown, server: MailServer): MailRefused {
  const { response, responseCode = 0, code } = smtpError.catch({}).parse(error);
  const place = `${server.host}:${server.port}`;
  const said = response || (error instanceof Error ? error.message : String(error));
  const begin = response ? `${place} said: ` : `${place}: `;
  const message = oneLine(`${begin}${said}${adviceFor(code, server)}`, server);
  return new MailRefused(message, responseCode < 500, { cause: error });
}

function adviceFor(code: string | undefined, { security }: MailServer): string {
  if (code === 'EAUTH') return ' (Correct the user name and password.)';
  if (code === 'ETLS' && security === 'starttls')
    return ' (Does the server offer STARTTLS, with a certificate that is trusted?)';
  if (code === 'EDNS') return ' (Is the name of the server right?)';
  return '';
}

/** What a server says is hostile text, and some repeat what they were told. */
function oneLine(text: string, { username, password }: MailServer): string {
  const told = password ? [password, base64(password), base64(`\0${username ?? ''}\0${password}`)] : [];
  const harmless = told.reduce((sum, secret) => sum.replaceAll(secret, '[secret]'), text);
  return harmless
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, MAX_SAID);
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
