import type { BatchFailure } from '#libs/contracts';
import type { MenuLanguage } from '../menu/texts.js';
import { IN_RECORDS, sessionWordsIn, type Said, type SessionWords } from '../session/session-words.js';

/** Why a command gave no exit status on an asset, before it is put into words. */
export interface FailureCause {
  failure: BatchFailure;
  asset: string;
  /** What its phrase is filled with: the seconds of a time limit, or by whom it was ended. */
  detail: string;
  /** What the gateway said of it at the time; null: nothing. */
  said: Said | null;
}

type Phrases = Readonly<Record<BatchFailure, (cause: FailureCause) => string>>;

const EN: Phrases = {
  refused: saidIn(sessionWordsIn('en')),
  connect_failed: saidIn(sessionWordsIn('en')),
  time_limit: ({ asset, detail }) => `${asset} was not done within ${detail} s, and was ended.`,
  access_revoked: () => 'Your access was withdrawn while it ran.',
  terminated: ({ detail }) => `${detail} ended it.`,
  asset_disconnected: ({ asset }) => `${asset} closed the connection before the command ended.`,
  gateway_stopped: () => 'The gateway was stopped while it ran. It is not run again.',
  gateway_lost: () => '',
  internal_error: () => 'The gateway failed. Its log says more.',
};

const ZH_CN: Phrases = {
  refused: saidIn(sessionWordsIn('zh-CN')),
  connect_failed: saidIn(sessionWordsIn('zh-CN')),
  time_limit: ({ asset, detail }) => `${asset} 未能在 ${detail} 秒内完成，已被中止。`,
  access_revoked: () => '运行期间，您的访问授权已收回。',
  terminated: ({ detail }) => `已被 ${detail} 阻断。`,
  asset_disconnected: ({ asset }) => `命令结束之前，${asset} 关闭了连接。`,
  gateway_stopped: () => '运行期间网关被停止。该命令不会重新运行。',
  gateway_lost: () => '',
  internal_error: () => '网关出错，详情见其日志。',
};

const RECORDS: Phrases = { ...EN, refused: saidIn(IN_RECORDS), connect_failed: saidIn(IN_RECORDS) };

const PHRASES: Readonly<Record<MenuLanguage, Phrases>> = { en: EN, 'zh-CN': ZH_CN };

/** The cause in one sentence, for who began it. */
export function reasonIn(language: MenuLanguage, cause: FailureCause): string {
  return PHRASES[language][cause.failure](cause);
}

/** The same as records have it. */
export function reasonInRecords(cause: FailureCause): string {
  return RECORDS[cause.failure](cause);
}

function saidIn(words: SessionWords): (cause: FailureCause) => string {
  return ({ said, detail }) => said?.(words) ?? detail;
}
