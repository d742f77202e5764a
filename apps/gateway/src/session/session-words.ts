import { NO_RULE_MESSAGE, type Refusal } from '#libs/authorization';
import { chooseLanguage, type MenuLanguage } from '../menu/texts.js';
import { type ConnectFailure, remedyOf } from './connect-failure.js';
import type { Downstream } from './downstream.js';
import { failureInChinese, refusalInChinese } from './refusals-zh.js';

/** What the gateway says into a session: as a sentence, or as whatever else `T` is. */
export interface SessionWords<T = string> {
  watched: T;
  endedBy(name: string): T;
  restarting: T;
  /** The person has as many sessions at this gateway as anybody may. */
  tooMany(max: number): T;
  notCheckable: T;
  withdrawn: T;
  longest: T;
  idle: T;
  assetClosed(asset: string): T;
  noRecord: T;
  recordingFailed: T;
  recordingInterrupted: T;
  recordsLost: T;
  recordsMayGap: T;
  noSftp(side: 'client' | 'asset', why: string): T;
  /** The connection to the asset did not come about. */
  failed(failure: ConnectFailure, asset: string): T;
  refused(refusal: Refusal): T;
  noRule: T;
  cannotCheck: T;
  noRecords: T;
  nameHost: T;
  /** No system user was named, and the person may be any of these. */
  nameSystemUser(names: readonly string[]): T;
  /** A sentence that there is in these words only. */
  only(sentence: string): T;
}

/** Picks one of them. */
export type Said = <T>(words: SessionWords<T>) => T;

const REMEDIES = {
  wait: 'Try again later; if it stays so, tell an administrator.',
  tell: 'Tell an administrator.',
  none: '',
};

const EN: SessionWords = {
  watched: 'An auditor watches this session.',
  endedBy: (name) => `Your session was ended by ${name}.`,
  restarting: 'The gateway is being restarted. Please log in again in a moment.',
  tooMany: (max) =>
    `You have ${max} sessions at this gateway at once, and nobody gets more. End some of them.`,
  notCheckable: 'Your access has ended, and whether you have another can not be checked now.',
  withdrawn: 'Your access was withdrawn.',
  longest: 'This session has reached the longest time that is allowed, so it ends.',
  idle: 'Nobody typed here for long, so the session ends.',
  assetClosed: (asset) => `${asset} closed the connection.`,
  noRecord: 'The gateway can not record this session now, so it does not start. Tell an administrator.',
  recordingFailed: 'The recording of this session failed, so the session ends.',
  recordingInterrupted: 'The recording of this session is interrupted. The session goes on.',
  recordsLost: 'The records of this session can not be kept, so it ends. Tell an administrator.',
  recordsMayGap: 'The records of this session may have gaps from now on.',
  noSftp: (side, why) => `The ${side} sent what is no SFTP (${why}), so the session ends.`,
  failed: (failure) => [failure.message, REMEDIES[remedyOf(failure) ?? 'none']].join(' ').trim(),
  refused: ({ message }) => message,
  noRule: NO_RULE_MESSAGE,
  cannotCheck: 'The gateway can not check your access right now. Try again soon.',
  noRecords: 'The gateway can keep no records now, so no session starts. Tell an administrator.',
  nameHost: 'Name the host to run a command on: ssh user@systemuser@asset@gateway command',
  nameSystemUser: (names) =>
    `Name the system user too, ${names.join(' or ')}: ssh user@systemuser@asset@gateway`,
  only: (sentence) => sentence,
};

const ZH_CN: SessionWords = {
  watched: '审计员正在监控此会话。',
  endedBy: (name) => `您的会话已被 ${name} 阻断。`,
  restarting: '网关正在重启，请稍后重新登录。',
  tooMany: (max) => `您在此网关上已有 ${max} 个会话，已达上限，请先结束其中一些。`,
  notCheckable: '您的访问授权已到期，且目前无法确认是否有其他授权。',
  withdrawn: '您的访问授权已收回。',
  longest: '此会话已达到允许的最长时间，即将结束。',
  idle: '长时间无输入，会话结束。',
  assetClosed: (asset) => `${asset} 已关闭连接。`,
  noRecord: '网关目前无法记录此会话，会话未能开始。请联系管理员。',
  recordingFailed: '此会话的录像失败，会话结束。',
  recordingInterrupted: '此会话的录像已中断，会话继续。',
  recordsLost: '无法保存此会话的记录，会话结束。请联系管理员。',
  recordsMayGap: '此会话的记录从现在起可能不完整。',
  noSftp: (side, why) => `${side === 'client' ? '客户端' : '资产'}发送的内容不是 SFTP（${why}），会话结束。`,
  failed: failureInChinese,
  refused: refusalInChinese,
  noRule: '没有授权规则允许您进行此访问，请联系管理员。',
  cannotCheck: '网关目前无法核实您的访问授权，请稍后再试。',
  noRecords: '网关目前无法保存记录，因此不能开始会话。请联系管理员。',
  nameHost: '请指明要执行命令的资产：ssh 用户@系统用户@资产@网关 命令',
  nameSystemUser: (names) => `请同时指明系统用户（${names.join('、')}）：ssh 用户@系统用户@资产@网关`,
  only: (sentence) => sentence,
};

const WORDS: Readonly<Record<MenuLanguage, SessionWords>> = { en: EN, 'zh-CN': ZH_CN };

/** As records have it, whoever it is said to: what happened, without what the user was told to do. */
export const IN_RECORDS: SessionWords = { ...EN, failed: ({ message }) => message };

/**
 * For whoever is at the other side. What goes on to a tool, or into the reason of a refused channel, of which clients print
 * no more than ASCII, is English.
 */
export function wordsTo(
  language: string | null,
  { kind, environment, destination }: Pick<Downstream, 'kind' | 'environment' | 'destination'>,
): SessionWords {
  return kind === 'files' || destination !== undefined ? EN : sessionWords(language, environment);
}

/** In one language, whoever reads it. */
export function sessionWordsIn(language: MenuLanguage): SessionWords {
  return WORDS[language];
}

/** In the language of the user's profile, else of their client. */
export function sessionWords(
  language: string | null,
  environment: Readonly<Record<string, string>>,
): SessionWords {
  return WORDS[chooseLanguage(language, environment)];
}
