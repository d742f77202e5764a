import { parentPort } from 'node:worker_threads';
import type { DetectorAnswer, SessionParcel, TapEvent } from './detector-messages.js';
import { CommandDetector } from './detector.js';

/** How often sessions in which something happened are looked at once more. */
const SETTLE_MS = 250;
/** A session is looked at so many times after its last byte. */
const LOOKS = 20;

interface Watched {
  detector: CommandDetector;
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
  const entry = { detector, looks: LOOKS };
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
  entry.looks = LOOKS;
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

setInterval(() => {
  const now = Date.now();
  for (const entry of watched.values()) {
    if (entry.looks === 0) continue;
    entry.looks--;
    entry.detector.settle(now);
  }
}, SETTLE_MS);
