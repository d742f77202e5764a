import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import { archiveOf, type ArchiveOrder } from '../many-files/archive.js';
import { failEntry, type FileRun } from '../many-files/file-run.js';
import { memberName } from '../many-files/member-names.js';
import type { FileDesk } from '../web-files/file-desk.js';
import { FileFailure } from '../web-files/file-failure.js';
import { kindOf } from '../web-files/file-kinds.js';
import type { FileSession } from '../web-files/file-session.js';
import { exactly, openFile } from '../web-files/file-work.js';
import { patiently, steadily } from '../web-files/patience.js';
import { ZmodemSender, type SentFile } from '../zmodem/zmodem-sender.js';
import type { MenuScreen } from './menu-screen.js';
import { overZmodem } from './zmodem-terminal.js';

/** How sending ended; null: as it should. */
export interface SendingEnd {
  why: string | null;
}

/** Sends one file of one asset as it is, else an archive with a folder for each asset. @throws FileFailure before anything is sent */
export async function sendFiles(
  screen: MenuScreen,
  desk: FileDesk,
  order: ArchiveOrder,
  run: FileRun,
): Promise<SendingEnd> {
  const [target, ...others] = order.targets;
  const [path = '', ...more] = order.paths;
  if (!target || others.length > 0 || more.length > 0) return sendArchive(screen, desk, order, run);
  const { userId, sourceAddress, systemUserId, protocol } = order;
  const place = { userId, sourceAddress, systemUserId, protocol, assetId: target.id };
  const { session, leave } = await desk.enter(place);
  try {
    const { mode } = await patiently(session.client.stat(path === '' ? '.' : path));
    if (kindOf(mode) === 'folder') return await sendArchive(screen, desk, order, run);
    return await sendOne(screen, session, path, run);
  } finally {
    leave();
  }
}

async function sendOne(
  screen: MenuScreen,
  session: FileSession,
  path: string,
  run: FileRun,
): Promise<SendingEnd> {
  const file = await openFile(session, path);
  const entry = run.entries[0];
  try {
    const { size } = file;
    const from = (offset: number): AsyncGenerator<Buffer, void> =>
      counted(file.from(offset), size === null ? null : size - offset);
    const ended = await send(screen, { name: memberName(file.name), size, from }, from(0));
    if (entry && ended.why === null) {
      entry.state = 'done';
      entry.files = 1;
    } else if (entry) failEntry(entry, new FileFailure('ended', 'The download was broken off.'));
    return ended;

    async function* counted(
      bytes: AsyncGenerator<Buffer, void>,
      left: number | null,
    ): AsyncGenerator<Buffer, void> {
      for await (const chunk of exactly(steadily(bytes), left)) {
        if (entry) entry.bytes += chunk.length;
        yield chunk;
      }
    }
  } finally {
    await patiently(file.close()).catch(() => undefined); // all that was wanted of it came, or it is told already
  }
}

async function sendArchive(
  screen: MenuScreen,
  desk: FileDesk,
  order: ArchiveOrder,
  run: FileRun,
): Promise<SendingEnd> {
  const [path = '', ...more] = order.paths;
  const base = more.length > 0 ? '' : posix.basename(path);
  const name = `${base === '' ? 'files' : memberName(base)}.tar.gz`;
  const bytes = Readable.from(archiveOf(desk, order, run), { objectMode: false });
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  bytes.once('error', (error) => gzip.destroy(error));
  bytes.pipe(gzip);
  try {
    return await send(screen, { name, size: null }, gzip);
  } finally {
    gzip.destroy();
    bytes.destroy();
  }
}

async function send(screen: MenuScreen, file: SentFile, source: AsyncIterable<Buffer>): Promise<SendingEnd> {
  const { files: texts } = screen.texts;
  screen.say(texts.startDownload);
  const outcome = { isTaken: false };
  const fault = await overZmodem(screen, async (line) => {
    const sender = new ZmodemSender(line);
    await sender.begin();
    outcome.isTaken = await sender.send(file, source);
    await sender.finish();
  });
  if (fault !== null) return { why: texts.faults[fault] };
  return { why: outcome.isTaken ? null : texts.notWanted };
}
