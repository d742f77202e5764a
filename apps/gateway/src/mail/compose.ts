import type { MailKind } from '#libs/contracts';
import type { User } from '#libs/database';
import { MAIL_WORDS, type MailLanguage } from './mail-words.js';
import type { Letter } from './smtp-post.js';

/** What a mail is about. */
export interface MailSubject {
  kind: MailKind | 'test';
  /** When it was queued. */
  at: Date;
  details: Readonly<Record<string, string>>;
  /** For kinds that bring one. */
  link: { url: string; until: Date } | null;
}

/** Writes a mail in its reader's language, with times in their zone, as plain text and as HTML that loads nothing. */
export function compose(to: User, address: string, { kind, at, details, link }: MailSubject): Letter {
  const language: MailLanguage = to.language === 'zh-CN' ? 'zh-CN' : 'en';
  const when = (moment: Date): string => momentWords(moment, language, to.timeZone);
  const { by = '', address: from = '', name: key = '', fingerprint = '', change = '' } = details;
  const { name, username } = to;
  const until = link ? when(link.until) : '';
  const facts = { name, username, by, at: when(at), until, address: from, key, fingerprint, change };
  const words = MAIL_WORDS[language][kind](facts);
  const linkLine = link ? [link.url] : [];
  const text = [...words.above, ...linkLine, ...words.below].join('\n\n');
  const html = page(language, [
    ...words.above.map(paragraph),
    ...(link ? [button(link.url, words.link ?? link.url)] : []),
    ...words.below.map(paragraph),
  ]);
  return { to: { name, address }, subject: words.subject, text: `${text}\n`, html };
}

function momentWords(moment: Date, language: MailLanguage, timeZone: string | null): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    dateStyle: 'medium',
    timeStyle: 'long',
    timeZone: timeZone ?? 'UTC',
  }).format(moment);
}

function page(language: MailLanguage, parts: string[]): string {
  const style = 'font:14px/1.6 sans-serif;color:#1f2328;max-width:560px;margin:24px auto;padding:0 16px';
  return `<!doctype html><html lang="${language}"><meta charset="utf-8"><body style="${style}">${parts.join('')}</body></html>`;
}

function paragraph(text: string): string {
  return `<p>${escaped(text).replaceAll('\n', '<br>')}</p>`;
}

/** The address stands there too: links that show something else than where they lead look like phishing. */
function button(url: string, label: string): string {
  const to = escaped(url);
  return `<p><a href="${to}">${escaped(label)}</a></p><p style="word-break:break-all">${to}</p>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
