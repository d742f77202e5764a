import type { MailKind } from '#libs/contracts';

/** Languages of mails. */
export type MailLanguage = 'en' | 'zh-CN';

/** What a text may name. All of it comes from people: it is put in as text, never as markup. */
export interface MailFacts {
  /** Name of the recipient. */
  name: string;
  username: string;
  /** Whoever did it; the recipient themselves where it is their own user name. */
  by: string;
  /** When it was asked for or done, in the recipient's zone. */
  at: string;
  /** When the link ends, in the recipient's zone. */
  until: string;
  /** Source address of a request. */
  address: string;
  key: string;
  fingerprint: string;
  change: string;
}

/** One mail: its subject, what stands above and below the link. Only `welcome`, `password-link` and `password-reset` have a link. */
export interface MailWords {
  subject: string;
  above: string[];
  /** Label of the link. */
  link?: string;
  below: string[];
}

type Words = Readonly<Record<MailKind | 'test', (facts: MailFacts) => MailWords>>;

const CHANGES: Readonly<Record<MailLanguage, Record<string, string>>> = {
  en: {
    added: 'added an SSH key to',
    renewed: 'renewed an SSH key of',
    deleted: 'deleted an SSH key from',
  },
  'zh-CN': { added: '添加', renewed: '更换', deleted: '删除' },
};

const english: Words = {
  welcome: ({ name, username, until }) => ({
    subject: 'Your Gatehouse account',
    above: [
      `Hello ${name},`,
      `an account was made for you on Gatehouse, through which you log in to servers. Your user name is ${username}.`,
      'Set your password with this link:',
    ],
    link: 'Set password',
    below: [`The link works once, until ${until}. After that ask your administrator for a new one.`],
  }),
  'password-link': ({ name, username, by, at, until }) => ({
    subject: 'Choose a new Gatehouse password',
    above: [
      `Hello ${name},`,
      `on ${at}, the administrator ${by} sent you this link to choose a new password for your account ${username}:`,
    ],
    link: 'Choose a new password',
    below: [
      `The link works once, until ${until}. It replaces all earlier ones. Until you use it your present password stays as it is.`,
      'If you did not expect this mail, ask your administrator.',
    ],
  }),
  'password-reset': ({ name, username, until, at, address }) => ({
    subject: 'Set a new Gatehouse password',
    above: [
      `Hello ${name},`,
      `somebody at ${address} said on ${at} that the password of your account ${username} is forgotten. If it was you, set a new one with this link:`,
    ],
    link: 'Set a new password',
    below: [
      `The link works once, until ${until}. It replaces all earlier ones.`,
      'If it was not you, do nothing: your password stays as it is.',
    ],
  }),
  'key-changed': ({ name, username, by, at, key, fingerprint, change }) => ({
    subject: 'An SSH key of your Gatehouse account changed',
    above: [
      `Hello ${name},`,
      `on ${at}, ${by} ${changed('en', change)} your account ${username}:`,
      `${key}\n${fingerprint}`,
    ],
    below: ['If you do not know of this, tell your administrator at once.'],
  }),
  'password-changed': ({ name, username, by, at }) => ({
    subject: 'Your Gatehouse password was changed',
    above: [`Hello ${name},`, `on ${at}, ${by} changed the password of your account ${username}.`],
    below: ['If you do not know of this, tell your administrator at once.'],
  }),
  'email-changed': ({ name, username, by, at }) => ({
    subject: 'The e-mail address of your Gatehouse account was changed',
    above: [
      `Hello ${name},`,
      `on ${at}, ${by} changed the e-mail address of your account ${username}. Mails no longer come here.`,
    ],
    below: ['If you do not know of this, tell your administrator at once.'],
  }),
  test: ({ name, at }) => ({
    subject: 'Gatehouse test mail',
    above: [`Hello ${name},`, `this is the test mail that you asked for on ${at}. Mail works.`],
    below: [],
  }),
};

const chinese: Words = {
  welcome: ({ name, username, until }) => ({
    subject: '您的 Gatehouse 账号',
    above: [
      `${name}，您好：`,
      `已为您开通 Gatehouse 账号，您将通过它登录服务器。用户名：${username}。`,
      '请通过以下链接设置密码：',
    ],
    link: '设置密码',
    below: [`链接仅可使用一次，${until} 前有效。过期后请联系管理员重新发送。`],
  }),
  'password-link': ({ name, username, by, at, until }) => ({
    subject: '请设置新的 Gatehouse 密码',
    above: [`${name}，您好：`, `${at}，管理员 ${by} 向您发送了此链接，用于为账号 ${username} 设置新密码：`],
    link: '设置新密码',
    below: [
      `链接仅可使用一次，${until} 前有效，之前的链接随之失效。使用之前，现有密码保持不变。`,
      '如果您对此邮件有疑问，请联系管理员。',
    ],
  }),
  'password-reset': ({ name, username, until, at, address }) => ({
    subject: '重置 Gatehouse 密码',
    above: [
      `${name}，您好：`,
      `${at}，来自 ${address} 的请求称忘记了账号 ${username} 的密码。如果是您本人操作，请通过以下链接设置新密码：`,
    ],
    link: '设置新密码',
    below: [
      `链接仅可使用一次，${until} 前有效，之前的链接随之失效。`,
      '如果不是您本人操作，请忽略此邮件，密码不会改变。',
    ],
  }),
  'key-changed': ({ name, username, by, at, key, fingerprint, change }) => ({
    subject: '您的 Gatehouse 账号的 SSH 密钥有变更',
    above: [
      `${name}，您好：`,
      `${at}，${by} ${changed('zh-CN', change)}了账号 ${username} 的 SSH 密钥：`,
      `${key}\n${fingerprint}`,
    ],
    below: ['如果您不知情，请立即联系管理员。'],
  }),
  'password-changed': ({ name, username, by, at }) => ({
    subject: '您的 Gatehouse 密码已修改',
    above: [`${name}，您好：`, `${at}，${by} 修改了账号 ${username} 的密码。`],
    below: ['如果您不知情，请立即联系管理员。'],
  }),
  'email-changed': ({ name, username, by, at }) => ({
    subject: '您的 Gatehouse 账号邮箱已修改',
    above: [`${name}，您好：`, `${at}，${by} 修改了账号 ${username} 的邮箱，此后邮件不再发送到本邮箱。`],
    below: ['如果您不知情，请立即联系管理员。'],
  }),
  test: ({ name, at }) => ({
    subject: 'Gatehouse 测试邮件',
    above: [`${name}，您好：`, `这是您于 ${at} 请求发送的测试邮件，邮件功能正常。`],
    below: [],
  }),
};

function changed(language: MailLanguage, change: string): string {
  return CHANGES[language][change] ?? change;
}

/** Everything that mails say. */
export const MAIL_WORDS: Readonly<Record<MailLanguage, Words>> = { en: english, 'zh-CN': chinese };
