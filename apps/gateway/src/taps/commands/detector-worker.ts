import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import { z } from 'zod';
import type { DetectorAnswer, SessionParcel, TapEvent } from './detector-messages.js';
import { CommandDetector } from './detector.js';

/** How often sessions in which something happened are looked at once more. */
const SETTLE_MS = 250;
/** A session is looked at so many times after its last byte. */
const LOOKS = 20;
/** And after so many more its screen is put away. */
const REST_AFTER = 120;
/** Screens that are put away leave memory that an idle thread would keep: so many are worth a collection, or the last of some. */
const COLLECT_AFTER = 64;

interface Watched {
  detector: CommandDetector;
  /** Looks since its last byte. */
  looks: number;
}

const watched = new Map<string, Watched>();
const port = parentPort;

function answer(message: DetectorAnswer): void {
  port?.postMessage(message);
}

function open({ session, columns, rows }: SessionParcel): Watched {
  const detector = new CommandDetector(columns, rows, (command) => {
    answer({ kind: 'found', session, command });
  });
  const entry = { detector, looks: 0 };
  watched.set(session, entry);
  return entry;
}

async function apply(detector: CommandDetector, event: TapEvent, bytes: Buffer): Promise<void> {
  if (event.kind === 'resized') detector.resized(event.columns, event.rows);
  else if (event.kind === 'gap') detector.gap(event.at, event.keys);
  else if (event.kind === 'output') await detector.output(bytes, event.at);
  else detector.input(bytes, event.at);
}

async function workOff(parcel: SessionParcel): Promise<void> {
  const entry = watched.get(parcel.session) ?? open(parcel);
  entry.looks = 0;
  try {
    const bytes = Buffer.from(parcel.bytes.buffer);
    let start = 0;
    for (const event of parcel.events) {
      const end = start + ('length' in event ? event.length : 0);
      await apply(entry.detector, event, bytes.subarray(start, end));
      start = end;
    }
    if (parcel.isOver) entry.detector.close(Date.now());
  } catch (error) {
    // a detector that fails is replaced by one that knows nothing yet: what it doubts, it marks
    watched.delete(parcel.session);
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    answer({ kind: 'failed', session: parcel.session, message });
  }
  if (parcel.isOver) watched.delete(parcel.session);
}

port?.on('message', (parcels: SessionParcel[]) => {
  const over = parcels.filter(({ isOver }) => isOver).map(({ session }) => session);
  void Promise.all(parcels.map(workOff)).then(() => {
    answer({ kind: 'done', over });
  });
});

// V8's own, which it shows to those only who ask (v8.dev, flag expose-gc)
setFlagsFromString('--expose-gc');
const collect = z
  .function({ input: [z.object({ type: z.string(), flavor: z.string() })] })
  .parse(runInNewContext('gc'));
/** Screens put away since the last collection, and looks since one was. */
const rests = { count: 0, looksSince: 0 };

setInterval(() => {
  const now = Date.now();
  rests.looksSince++;
  for (const { detector, looks } of lookedAt()) {
    if (looks <= LOOKS) detector.settle(now);
    else if (looks === REST_AFTER && detector.rest()) {
      rests.count++;
      rests.looksSince = 0;
    }
  }
  const areMany = rests.count >= Math.max(COLLECT_AFTER, watched.size / 4);
  const wasLast = rests.count > 0 && rests.looksSince === LOOKS;
  if (!areMany && !wasLast) return;
  rests.count = 0;
  collect({ type: 'major', flavor: 'last-resort' });
}, SETTLE_MS);

function* lookedAt(): Generator<Watched> {
  for (const entry of watched.values()) {
    if (entry.looks === REST_AFTER) continue;
    entry.looks++;
    yield entry;
  }
}
