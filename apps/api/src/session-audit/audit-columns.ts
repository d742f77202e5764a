import type { AuditList } from '#libs/session-audit';
import { YES_NO, type InBoth, type WrittenColumn } from '../sheets/columns.js';

const column = (field: string, en: string, zh: string): WrittenColumn => ({
  field,
  titles: { en, 'zh-CN': zh },
});
const yesNo = (field: string, en: string, zh: string): WrittenColumn => ({
  ...column(field, en, zh),
  choices: YES_NO,
});

const WHO_AND_WHERE = [
  column('username', 'User', '用户'),
  column('systemUsername', 'System user', '系统用户'),
  column('assetName', 'Asset', '资产'),
];
const SOURCE = column('sourceAddress', 'From', '来源地址');
const SESSION_ID = column('sessionId', 'Session id', '会话编号');

/** What a spreadsheet of each audit list is called. */
export const AUDIT_TITLES: Readonly<Record<AuditList, InBoth>> = {
  sessions: { en: 'Sessions', 'zh-CN': '登录历史' },
  commands: { en: 'Commands', 'zh-CN': '命令记录' },
  'file-transfers': { en: 'File transfers', 'zh-CN': '上传下载' },
  'login-attempts': { en: 'Logins', 'zh-CN': '登录日志' },
  operations: { en: 'Operations', 'zh-CN': '操作日志' },
};

/** What it holds: times are UTC as ISO 8601, kinds and reasons in the reader's words. Tools read the same by REST. */
export const AUDIT_COLUMNS: Readonly<Record<AuditList, readonly WrittenColumn[]>> = {
  sessions: [
    column('startedAt', 'Started (UTC)', '开始时间 (UTC)'),
    column('endedAt', 'Ended (UTC)', '结束时间 (UTC)'),
    ...WHO_AND_WHERE,
    column('kind', 'Kind', '类型'),
    SOURCE,
    column('command', 'Command line', '命令行'),
    column('destination', 'Destination', '转发目标'),
    column('commandCount', 'Commands', '命令数'),
    column('endReason', 'End', '结束原因'),
    column('endDetail', 'Detail', '说明'),
    column('exitStatus', 'Exit status', '退出码'),
    column('bytesIn', 'Bytes in', '输入字节'),
    column('bytesOut', 'Bytes out', '输出字节'),
    column('id', 'Session id', '会话编号'),
  ],
  commands: [
    column('at', 'Time (UTC)', '时间 (UTC)'),
    ...WHO_AND_WHERE,
    column('kind', 'Kind', '类型'),
    column('command', 'Command', '命令'),
    yesNo('certain', 'Certain', '确定'),
    column('offset', 'Seconds into the recording', '录像秒数'),
    SESSION_ID,
  ],
  'file-transfers': [
    column('startedAt', 'Started (UTC)', '开始时间 (UTC)'),
    column('endedAt', 'Ended (UTC)', '结束时间 (UTC)'),
    ...WHO_AND_WHERE,
    column('direction', 'Direction', '方向'),
    column('change', 'Change', '变更'),
    column('path', 'Path', '路径'),
    column('target', 'Target', '目标'),
    column('name', 'File of the user', '本地文件'),
    column('size', 'Bytes', '字节'),
    column('sha256', 'SHA-256', 'SHA-256'),
    column('result', 'Result', '结果'),
    column('detail', 'Detail', '说明'),
    column('protocol', 'Protocol', '协议'),
    SOURCE,
    SESSION_ID,
  ],
  'login-attempts': [
    column('at', 'Time (UTC)', '时间 (UTC)'),
    column('username', 'User', '用户'),
    yesNo('succeeded', 'Succeeded', '成功'),
    column('reason', 'Reason', '原因'),
    column('way', 'Way', '入口'),
    column('method', 'Method', '方式'),
    column('address', 'From', '来源地址'),
  ],
  operations: [
    column('at', 'Time (UTC)', '时间 (UTC)'),
    column('actorName', 'Who', '操作人'),
    column('action', 'Operation', '操作'),
    column('subjectType', 'Kind of object', '对象类型'),
    column('subjectName', 'Object', '对象'),
    column('before', 'Before', '变更前'),
    column('after', 'After', '变更后'),
    column('way', 'Way', '入口'),
    column('address', 'From', '来源地址'),
  ],
};
