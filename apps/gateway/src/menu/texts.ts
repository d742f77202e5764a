import type { BatchFailure } from '#libs/contracts';

/** Languages of the menu. */
export type MenuLanguage = 'en' | 'zh-CN';

/** How this gateway is reached: for lines to copy into a client's settings. */
export interface Doorway {
  host: string;
  port: number;
  username: string;
  /** `ssh-ed25519 AAAA…` */
  hostKey: string;
}

/** Everything that the menu says, in one language. */
export interface MenuTexts {
  welcome: (name: string) => string;
  hint: string;
  /** By key: what is typed, and what it does. */
  help: Record<
    | 'list'
    | 'row'
    | 'search'
    | 'groups'
    | 'group'
    | 'favourites'
    | 'recent'
    | 'next'
    | 'before'
    | 'batch'
    | 'help'
    | 'quit'
    | 'find',
    readonly [string, string]
  >;
  /** The ways past the menu. */
  past: (doorway: Doorway) => readonly string[];
  more: string;
  columns: {
    number: string;
    name: string;
    address: string;
    port: string;
    systemUsers: string;
    comment: string;
  };
  counted: (from: number, to: number, total: number) => string;
  paging: string;
  noAssets: string;
  nothingFound: (text: string) => string;
  groups: { key: string; name: string; assets: string };
  noGroups: string;
  noSuchGroup: (number: number) => string;
  emptyGroup: string;
  noFavourites: string;
  /** Said when the order was turned. */
  order: (recentFirst: boolean) => string;
  noSuchRow: (number: number) => string;
  listFirst: string;
  chooseSystemUser: (asset: string) => string;
  connecting: (systemUser: string, asset: string) => string;
  back: string;
  batch: {
    noAccount: string;
    chooseAccount: string;
    assets: (count: number) => string;
    patternHelp: string;
    askPattern: string;
    nothing: string;
    withheld: (count: number) => string;
    confirm: (assets: string) => string;
    progress: (done: number) => string;
    exit: (status: number) => string;
    signal: (name: string) => string;
    stopped: string;
    cut: (bytes: number) => string;
    over: (seconds: string) => string;
    failures: Readonly<Record<BatchFailure, string>>;
    /** By the code of the field's error. */
    faults: Readonly<Partial<Record<string, string>>>;
  };
  bye: string;
  failed: string;
  mustChangePassword: string;
  codePrompt: string;
  enrolFirst: string;
}

/** Everything the menu says. */
export const MENU_TEXTS: Readonly<Record<MenuLanguage, MenuTexts>> = {
  en: {
    welcome: (name) => `Welcome to Gatehouse, ${name}.`,
    hint: 'Enter: list my assets · number or name: connect · h: help · q: quit',
    help: {
      list: ['Enter, p', 'list my assets'],
      row: ['number', 'connect to the row of the list shown last'],
      search: ['/text', 'only search: name, address, comment'],
      groups: ['g', 'list the asset groups'],
      group: ['g<number>', 'list the assets of a group'],
      favourites: ['f', 'list my favourites; they have a * in every list'],
      recent: ['r', 'those used last first, or by name again; it stays so'],
      next: ['n', 'next page of a long list'],
      before: ['b', 'the page before'],
      batch: ['e', 'batch execution: one command on many assets'],
      help: ['h', 'this help'],
      quit: ['q, exit, ^D', 'quit'],
      find: [
        'any other text',
        'connect when one asset has this name or address, or contains the text; else list them',
      ],
    },
    past: ({ host, port, username, hostKey }) => [
      'Without the menu:',
      `ssh -p ${port} ${username}@systemuser@asset@${host} [command]`,
      `ssh -J ${username}@${host}:${port} systemuser@asset [command]`,
      'Files: sftp, scp and rsync by the same names; all assets as folders:',
      `sftp -P ${port} ${username}@${host}`,
      '',
      'For ~/.ssh/config, with the names of your assets; then: ssh systemuser@asset',
      'Host gatehouse',
      `  HostName ${host}`,
      `  Port ${port}`,
      `  User ${username}`,
      '  HostKeyAlias gatehouse',
      'Host web-* db-*',
      '  ProxyJump gatehouse',
      '  HostKeyAlias gatehouse',
      'For ~/.ssh/known_hosts:',
      `gatehouse ${hostKey}`,
    ],
    more: 'Enter: more · q: enough ',
    columns: {
      number: '#',
      name: 'Name',
      address: 'Address',
      port: 'Port',
      systemUsers: 'System users',
      comment: 'Comment',
    },
    counted: (from, to, total) => `${from}-${to} of ${total}`,
    paging: 'n: next page, b: page before',
    noAssets: 'No asset is open to you yet. An administrator must write an authorization rule.',
    nothingFound: (text) => `None of your assets matches "${text}".`,
    groups: { key: 'Key', name: 'Asset group', assets: 'Assets' },
    noGroups: 'None of your assets is in a group.',
    noSuchGroup: (number) => `There is no group g${number}. g lists them.`,
    emptyGroup: 'None of your assets is in this group any more.',
    noFavourites: 'You have no favourites yet. The console marks them, under My assets.',
    order: (recentFirst) => (recentFirst ? 'Those used last come first now.' : 'In order of name now.'),
    noSuchRow: (number) => `The list shown last has no row ${number}.`,
    listFirst: 'No list was shown yet: press Enter for one, then type a row number.',
    chooseSystemUser: (asset) => `Log in to ${asset} as (number or name, q: back):`,
    connecting: (systemUser, asset) => `Connecting to ${asset} as ${systemUser} …`,
    back: 'Back in the menu. h: help, q: quit.',
    batch: {
      noAccount: 'You may run commands on no asset: no rule of yours allows exec.',
      chooseAccount: 'Run commands as (number or name, q: back):',
      assets: (count) => (count === 1 ? '1 asset' : `${count} assets`),
      patternHelp:
        'Which assets: names, web-*, @group, key=value (label or environment), !without, several between blanks, & joins; * is all.',
      askPattern: 'Assets (q: back)> ',
      nothing: 'None of your assets matches.',
      withheld: (count) => `${count} more match, but your rules do not allow exec there.`,
      confirm: (assets) => `Commands will run on ${assets}. Go on? (y/n) `,
      progress: (done) => `${done} done …`,
      exit: (status) => `exit ${status}`,
      signal: (name) => `ended by signal ${name}`,
      stopped: 'stopped',
      cut: (bytes) => `… the rest was cut (${bytes} bytes)`,
      over: (seconds) => `Done in ${seconds} s. Next command, or q: back to the menu.`,
      failures: {
        refused: 'refused',
        connect_failed: 'no connection',
        time_limit: 'time limit',
        access_revoked: 'access withdrawn',
        terminated: 'ended by an administrator',
        asset_disconnected: 'the asset closed the connection',
        gateway_stopped: 'the gateway was stopped',
        gateway_lost: 'the gateway was lost',
        internal_error: 'the gateway failed',
      },
      faults: {},
    },
    bye: 'Goodbye.',
    failed: 'The gateway can not read your assets right now. Try again soon.',
    mustChangePassword:
      'Your password was set by somebody else. Change it in the console first, then log in again.',
    codePrompt: 'Code of your authenticator app, or a recovery code: ',
    enrolFirst:
      'Your account needs a second factor. Log in to the console and set it up there, then come back.',
  },
  'zh-CN': {
    welcome: (name) => `欢迎使用 Gatehouse，${name}。`,
    hint: '回车：我的资产 · 序号或名称：登录 · h：帮助 · q：退出',
    help: {
      list: ['回车, p', '列出我的资产'],
      row: ['序号', '登录上次列表中的该行资产'],
      search: ['/文字', '仅搜索：名称、地址、备注'],
      groups: ['g', '列出资产组'],
      group: ['g<序号>', '列出该组的资产'],
      favourites: ['f', '列出我的收藏；收藏在各列表中带 *'],
      recent: ['r', '最近使用的排在前面，或恢复按名称排序；选择会保留'],
      next: ['n', '长列表的下一页'],
      before: ['b', '上一页'],
      batch: ['e', '批量执行：一条命令在多台资产上执行'],
      help: ['h', '帮助'],
      quit: ['q, exit, ^D', '退出'],
      find: ['其他文字', '名称或地址相同，或仅一个资产包含该文字时直接登录，否则列出'],
    },
    past: ({ host, port, username, hostKey }) => [
      '不经菜单直接登录：',
      `ssh -p ${port} ${username}@系统用户@资产@${host} [命令]`,
      `ssh -J ${username}@${host}:${port} 系统用户@资产 [命令]`,
      '传输文件：sftp、scp、rsync，用法同上；以文件夹浏览全部资产：',
      `sftp -P ${port} ${username}@${host}`,
      '',
      '写入 ~/.ssh/config（换成您的资产名），之后：ssh 系统用户@资产',
      'Host gatehouse',
      `  HostName ${host}`,
      `  Port ${port}`,
      `  User ${username}`,
      '  HostKeyAlias gatehouse',
      'Host web-* db-*',
      '  ProxyJump gatehouse',
      '  HostKeyAlias gatehouse',
      '写入 ~/.ssh/known_hosts：',
      `gatehouse ${hostKey}`,
    ],
    more: '回车：继续 · q：结束 ',
    columns: {
      number: '序号',
      name: '名称',
      address: '地址',
      port: '端口',
      systemUsers: '系统用户',
      comment: '备注',
    },
    counted: (from, to, total) => `第 ${from}-${to} 项，共 ${total} 项`,
    paging: 'n：下一页，b：上一页',
    noAssets: '您还没有可登录的资产，请联系管理员添加授权规则。',
    nothingFound: (text) => `您的资产中没有匹配“${text}”的。`,
    groups: { key: '键', name: '资产组', assets: '资产' },
    noGroups: '您的资产都不在任何组中。',
    noSuchGroup: (number) => `没有组 g${number}，按 g 列出资产组。`,
    emptyGroup: '该组中已没有您的资产。',
    noFavourites: '还没有收藏，请在控制台“我的资产”中收藏。',
    order: (recentFirst) => (recentFirst ? '最近使用的排在前面。' : '按名称排序。'),
    noSuchRow: (number) => `上次的列表中没有第 ${number} 行。`,
    listFirst: '还没有列出过资产：先按回车列出，再输入序号。',
    chooseSystemUser: (asset) => `以哪个系统用户登录 ${asset}（序号或名称，q：返回）：`,
    connecting: (systemUser, asset) => `正在以 ${systemUser} 登录 ${asset} …`,
    back: '已回到菜单。h：帮助，q：退出。',
    batch: {
      noAccount: '没有可执行命令的资产：您的授权规则都不允许 exec。',
      chooseAccount: '以哪个系统用户执行命令（序号或名称，q：返回）：',
      assets: (count) => `${count} 台资产`,
      patternHelp:
        '选择资产：名称、web-*、@资产组、键=值（标签或 environment）、!排除，多项用空格分隔，& 表示同时满足；* 为全部。',
      askPattern: '资产（q：返回）> ',
      nothing: '您的资产中没有匹配的。',
      withheld: (count) => `另有 ${count} 台匹配，但您的授权规则不允许在其上 exec。`,
      confirm: (assets) => `命令将在 ${assets} 上执行，继续？(y/n) `,
      progress: (done) => `已完成 ${done} 台 …`,
      exit: (status) => `退出码 ${status}`,
      signal: (name) => `被信号 ${name} 终止`,
      stopped: '已停止',
      cut: (bytes) => `… 其余输出已截断（${bytes} 字节）`,
      over: (seconds) => `用时 ${seconds} 秒。请输入下一条命令，q：返回菜单。`,
      failures: {
        refused: '被拒绝',
        connect_failed: '无法连接',
        time_limit: '超时',
        access_revoked: '授权已收回',
        terminated: '被管理员阻断',
        asset_disconnected: '资产断开了连接',
        gateway_stopped: '网关已停止',
        gateway_lost: '网关失联',
        internal_error: '网关内部错误',
      },
      faults: {
        unclosed_quote: '双引号没有成对。',
        empty_term: '!、@、= 之后以及 & 两边必须有内容。',
        too_long: '内容过多。',
        no_target: '您的资产中没有匹配的。',
        action_not_allowed: '您的授权规则不允许在这些资产上执行命令（exec）。',
        too_many: '资产过多。',
      },
    },
    bye: '再见。',
    failed: '网关暂时无法读取您的资产，请稍后再试。',
    mustChangePassword: '您的密码由他人设置，请先在控制台修改密码，再重新登录。',
    codePrompt: '动态验证码或恢复码：',
    enrolFirst: '您的账号必须启用双因素认证。请先登录控制台完成设置，再重新登录。',
  },
};

/** The user's own setting, else the client's LC_ALL, LC_MESSAGES or LANG. */
export function chooseLanguage(
  setting: string | null,
  environment: Readonly<Record<string, string>>,
): MenuLanguage {
  if (setting === 'en' || setting === 'zh-CN') return setting;
  const locale = environment['LC_ALL'] ?? environment['LC_MESSAGES'] ?? environment['LANG'] ?? '';
  return locale.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}
