import type { Refusal } from '#libs/authorization';
import { type ConnectFailure, type ConnectWord, remedyOf } from './connect-failure.js';

/** What a phrase about a failed connection is filled with. */
interface Gaps {
  asset: string;
  /** What the asset or the network said. */
  said: string;
}

const FAILURES: Readonly<Partial<Record<ConnectWord, (gaps: Gaps) => string>>> = {
  'unknown-name': ({ asset }) => `无法连接 ${asset}：其地址不是已知的名称。`,
  'lookup-failed': ({ asset }) => `无法连接 ${asset}：目前无法解析其名称。`,
  'connection-refused': ({ asset }) => `无法连接 ${asset}：其端口没有响应（连接被拒绝）。`,
  'no-route': ({ asset }) => `无法连接 ${asset}：没有到达它的路由。`,
  'no-answer': ({ asset }) => `无法连接 ${asset}：没有应答（超时）。`,
  'no-address-answers': ({ asset, said }) => `无法连接 ${asset}：其所有地址均无应答（${said}）。`,
  'not-ssh': ({ asset }) => `${asset} 有应答，但不是 SSH 服务：其端口上运行的是其他服务。`,
  'connection-closed': ({ asset }) => `无法连接 ${asset}：对方关闭了连接。`,
  'no-algorithm': ({ asset, said }) => `${asset} 与本网关没有共同的算法：${said}。`,
  'asset-deleted': () => '该资产刚刚被删除。',
  'no-pinned-key': ({ asset }) =>
    `${asset} 的主机密钥尚未固定，无法与冒充者区分。请联系管理员固定其主机密钥。`,
  'host-key-changed': ({ asset }) =>
    `${asset} 的主机密钥与已固定的不一致：该资产可能已重装，也可能有人从中冒充。管理员核实并批准之前，任何人都无法连接。`,
  'login-refused': ({ asset }) =>
    `${asset} 拒绝了系统用户的登录。请联系管理员重新推送该系统用户或更正其凭据。`,
  'session-refused': ({ asset }) => `${asset} 拒绝打开会话。`,
  'no-secret': () => '该系统用户既没有保存密钥，也没有保存密码。',
  'login-ended': () => '本次登录已结束。',
  'too-many-sessions': () => '同一连接上同时打开的会话过多。',
};

const REMEDIES = { wait: '请稍后重试；若仍无法连接，请联系管理员。', tell: '请联系管理员。', none: '' };

const REFUSALS: Readonly<Record<Refusal['reason'], (about: Refusal['about']) => string>> = {
  user_inactive: () => '您的账号已停用或已到期。',
  no_rule: () => '没有授权规则允许您进行此访问，请联系管理员。',
  outside_period: () => '您的授权目前无效：尚未开始、已经结束，或不在允许的时段内。',
  asset_inactive: ({ assetName }) => `${assetName} 已停用，任何人都无法连接。`,
  not_pushed: ({ systemUsername, assetName }) =>
    `系统用户 ${systemUsername} 尚未推送到 ${assetName}，请联系管理员推送。`,
  action_not_allowed: ({ assetName, action }) => `您在 ${assetName} 上的授权规则不允许：${action}。`,
  destination_not_allowed: ({ assetName, destination }) =>
    `您在 ${assetName} 上的授权规则不允许转发到 ${destination}。`,
};

/** A failed connection in Chinese. */
export function failureInChinese(failure: ConnectFailure, asset: string): string {
  const phrases: Readonly<Partial<Record<string, (gaps: Gaps) => string>>> = FAILURES;
  const said = failure.told.params?.['said'] ?? '';
  const sentence = phrases[failure.word]?.({ asset, said }) ?? `无法连接 ${asset}：${failure.message}`;
  return sentence + REMEDIES[remedyOf(failure) ?? 'none'];
}

/** Why access is refused, in Chinese. */
export function refusalInChinese({ reason, about }: Refusal): string {
  return REFUSALS[reason](about);
}
