import { YES_NO, type Choice, type SheetColumns } from '../sheets/columns.js';

const ROLES: readonly Choice[] = [
  { value: 'admin', titles: { en: 'administrator', 'zh-CN': '管理员' } },
  { value: 'auditor', titles: { en: 'auditor', 'zh-CN': '审计员' } },
  { value: 'group_admin', titles: { en: 'group admin', 'zh-CN': '组管理员' } },
  { value: 'user', titles: { en: 'user', 'zh-CN': '用户' }, also: ['普通用户'] },
];
const LANGUAGES: readonly Choice[] = [
  { value: 'zh-CN', titles: { en: 'Chinese', 'zh-CN': '中文' }, also: ['zh', '简体中文'] },
  { value: 'en', titles: { en: 'English', 'zh-CN': '英文' }, also: ['英语'] },
];

/** What a spreadsheet of users holds. Passwords are not among it: a file is no place for them. */
export const USER_COLUMNS: SheetColumns = [
  {
    field: 'username',
    titles: { en: 'User name', 'zh-CN': '用户名' },
    help: {
      en: 'At login, unique. A user of this name is changed, else one is added. Lower-case letters, digits and . - _',
      'zh-CN': '登录名，唯一。已有该用户则更新，否则新增。小写字母、数字和 . - _',
    },
    form: 'text',
    required: true,
    example: 'alice',
  },
  {
    field: 'name',
    titles: { en: 'Name', 'zh-CN': '姓名' },
    help: { en: 'Needed for a new user', 'zh-CN': '新增时必填' },
    form: 'text',
    required: true,
    example: { en: 'Alice Smith', 'zh-CN': '张三' },
  },
  {
    field: 'email',
    titles: { en: 'E-mail', 'zh-CN': '邮箱' },
    help: { en: 'An e-mail address', 'zh-CN': '邮箱地址' },
    form: 'text',
    cleared: null,
    example: 'alice@example.org',
  },
  {
    field: 'role',
    titles: { en: 'Role', 'zh-CN': '角色' },
    help: {
      en: 'One of the values listed. Blank for a new user: user',
      'zh-CN': '从可选值中选择。新增时留空为“用户”',
    },
    form: 'choice',
    choices: ROLES,
    example: { en: 'user', 'zh-CN': '用户' },
  },
  {
    field: 'groups',
    titles: { en: 'User groups', 'zh-CN': '用户组' },
    help: {
      en: 'Names of existing groups, separated by ;. They replace the groups that the user is in',
      'zh-CN': '已有用户组的名称，多个用分号分隔；将替换用户现有的组',
    },
    form: 'list',
    cleared: [],
    example: { en: 'Operations; Database', 'zh-CN': '运维; 数据库' },
  },
  {
    field: 'language',
    titles: { en: 'Language', 'zh-CN': '语言' },
    help: {
      en: 'Of console and menu; blank or -: as the client says',
      'zh-CN': '控制台和菜单的语言；留空或 - 表示跟随客户端',
    },
    form: 'choice',
    choices: LANGUAGES,
    cleared: null,
    example: { en: 'English', 'zh-CN': '中文' },
  },
  {
    field: 'active',
    titles: { en: 'Active', 'zh-CN': '启用' },
    help: {
      en: 'A disabled user can not log in. Blank for a new user: yes',
      'zh-CN': '停用的用户无法登录。新增时留空为“是”',
    },
    form: 'choice',
    choices: YES_NO,
    example: { en: 'yes', 'zh-CN': '是' },
  },
  {
    field: 'validUntil',
    titles: { en: 'Valid until', 'zh-CN': '有效期至' },
    help: {
      en: 'When the account ends, as text with its time zone, like 2027-01-31T18:00:00+08:00; -: never',
      'zh-CN': '账号到期时刻，文本，带时区，例如 2027-01-31T18:00:00+08:00；- 表示永久有效',
    },
    form: 'text',
    cleared: null,
    example: '2027-01-31T18:00:00+08:00',
  },
  {
    field: 'publicKey',
    titles: { en: 'Public key', 'zh-CN': '公钥' },
    help: {
      en: 'One OpenSSH public key line; it is added to the keys that the user has. Not part of an export',
      'zh-CN': '一行 OpenSSH 公钥；将添加到用户现有的公钥中。导出文件不含此列',
    },
    form: 'text',
    example: 'ssh-ed25519 AAAA… alice@laptop',
  },
];
