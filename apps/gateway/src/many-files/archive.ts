import { posix } from 'node:path';
import type { ExecTarget } from '#libs/authorization';
import type { EnteredSession, FileDesk, FilePlace } from '../web-files/file-desk.js';
import { AssetMembers } from './asset-members.js';
import { failEntry, type FileRun, type RunEntry } from './file-run.js';
import { memberName, unusedName } from './member-names.js';
import { TAR_END, tarHeader, tarPadding } from './tar.js';

/** The same paths of many assets. */
export interface ArchiveOrder extends Omit<FilePlace, 'assetId'> {
  targets: readonly ExecTarget[];
  /** Files or folders; '' is where a login begins. */
  paths: readonly string[];
}

/** Assets whose connection is opened ahead of their turn: one that is dead costs the others no time. */
const AHEAD = 8;
/** The last member: how it went, for whoever opens the archive. */
const REPORT = 'RESULT.txt';

/**
 * The bytes of a tar archive with a folder for each asset. Assets come one after the other at the pace of whoever reads;
 * nothing is kept but what is on its way. An asset that fails is told of in the archive and in `run`.
 */
export async function* archiveOf(
  desk: FileDesk,
  order: ArchiveOrder,
  run: FileRun,
): AsyncGenerator<Buffer, void> {
  const { userId, sourceAddress, systemUserId, protocol, targets } = order;
  const enter = (index: number): Promise<EnteredSession> | undefined => {
    const target = targets[index];
    if (!target) return undefined;
    const entered = desk.enter({ userId, sourceAddress, systemUserId, protocol, assetId: target.id });
    entered.catch(() => undefined); // told when its turn comes
    return entered;
  };
  const ahead = Array.from({ length: AHEAD }, (_, index) => enter(index));
  const folders = new Set([REPORT.toLowerCase()]);
  const report: string[] = [];
  let next = 0;
  try {
    for (const entry of run.entries) {
      const entered = ahead.shift();
      const folder = unusedName(memberName(entry.assetName), folders);
      if (entered) yield* fromOne(entered, order.paths, folder, entry, report);
      ahead.push(enter(AHEAD + next++));
    }
    yield* reportMember(run, report);
    yield TAR_END;
  } finally {
    for (const entered of ahead) void entered?.then(({ leave }) => leave()).catch(() => undefined);
  }
}

async function* fromOne(
  entered: Promise<EnteredSession>,
  paths: readonly string[],
  folder: string,
  entry: RunEntry,
  report: string[],
): AsyncGenerator<Buffer, void> {
  entry.state = 'running';
  let session: EnteredSession | null = null;
  try {
    session = await entered;
    const members = new AssetMembers(session.session, entry, (name, why) => {
      report.push(`${folder}: ${memberPath(name)}: ${why}`);
    });
    yield* members.of(paths, folder);
    entry.state = entry.failures > 0 ? 'failed' : 'done';
  } catch (error) {
    failEntry(entry, error);
    // what an asset left unanswered is not waited for
    session?.session.leave();
  } finally {
    session?.leave();
  }
}

function* reportMember(run: FileRun, report: readonly string[]): Generator<Buffer, void> {
  const lines = run.entries.map(({ assetName, state, files, bytes, reason }) => {
    const counted = `${files} files, ${bytes} bytes`;
    return `${memberName(assetName)}: ${state === 'done' ? counted : `FAILED (${counted}): ${oneLine(reason ?? '')}`}`;
  });
  const text = Buffer.from(`${[...lines, '', ...report.map(oneLine)].join('\n')}\n`);
  yield tarHeader({ path: REPORT, kind: 'file', size: text.length, mode: 0o644, modifiedAt: new Date() });
  yield text;
  yield tarPadding(text.length);
}

function memberPath(path: string): string {
  return path.split(posix.sep).map(memberName).join('/');
}

/** What assets say is text for a line. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/gu, ' ').slice(0, 1_000);
}
