import { posix } from 'node:path';
import type { ExecTarget } from '#libs/authorization';
import type { FileDesk, FilePlace } from '../web-files/file-desk.js';
import { FileFailure } from '../web-files/file-failure.js';
import { placeFile } from '../web-files/place-file.js';
import { Lane } from './lane.js';
import { failEntry, type FileRun, type RunEntry } from './file-run.js';

/** One file to many assets. */
export interface SpreadOrder extends Omit<FilePlace, 'assetId'> {
  targets: readonly ExecTarget[];
  /** Where it goes; '' is where a login begins. */
  folder: string;
  name: string;
  /** What is there is replaced. */
  overwrite: boolean;
}

/** Writes of one file that are on their way at once: many assets are written to at the same time. */
const AHEAD = 8;

/**
 * Passes one file to many assets as it comes, at the pace of the slowest that still takes it; an asset that takes nothing
 * for long, is dead or refuses fails alone. On each the file appears whole under its name, or not at all.
 * @throws whatever the source breaks off with, once nothing of it is left
 */
export async function spread(
  desk: FileDesk,
  order: SpreadOrder,
  run: FileRun,
  source: AsyncIterable<Buffer>,
): Promise<void> {
  const lanes = run.entries.map((entry) => new Lane((bytes) => (entry.bytes += bytes)));
  const works = run.entries.map((entry, index) => carry(desk, order, entry, lanes[index] ?? new Lane()));
  let broken: Error | null = null;
  try {
    for await (const chunk of source) {
      await Promise.all(lanes.map((lane) => lane.put(chunk)));
      if (lanes.every(({ isOver }) => isOver)) break;
    }
    for (const lane of lanes) lane.finish();
  } catch (error) {
    broken = error instanceof Error ? error : new Error('The source broke off.');
    for (const lane of lanes) lane.fail(new SourceBroken());
  }
  await Promise.all(works);
  if (broken !== null) throw broken;
}

/** The one who sends went away. */
class SourceBroken extends Error {}

async function carry(desk: FileDesk, order: SpreadOrder, entry: RunEntry, lane: Lane): Promise<void> {
  const { userId, sourceAddress, systemUserId, protocol, folder, name, overwrite } = order;
  try {
    const place = { userId, sourceAddress, systemUserId, protocol, assetId: entry.assetId };
    await desk.use(place, async (session) => {
      if (lane.failure) throw lane.failure;
      entry.state = 'running';
      const path = posix.join(folder === '' ? '.' : folder, name);
      await placeFile(session, { path, overwrite, ahead: AHEAD }, lane, lane.broken());
    });
    entry.state = 'done';
    entry.files = 1;
  } catch (error) {
    if (error instanceof SourceBroken)
      failEntry(entry, new FileFailure('ended', 'The upload was cancelled.'));
    else failEntry(entry, error);
  } finally {
    lane.close();
  }
}
