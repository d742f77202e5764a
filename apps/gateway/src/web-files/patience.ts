import type { Readable } from 'node:stream';
import { FileFailure } from './file-failure.js';

/** How long an asset may take for one step before it is given up, so that it does not hold up the others. */
const PATIENCE_MS = 30_000;

const NO_ANSWER = `The asset did not answer for ${PATIENCE_MS / 1000} s.`;
const NO_MORE = `Nothing more of the file came for ${PATIENCE_MS / 1000} s.`;

/** What an asset is to answer. @throws FileFailure with these words when nothing comes for too long */
export async function patiently<T>(answer: Promise<T>, otherwise = NO_ANSWER): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new FileFailure('ended', otherwise));
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Each chunk must come within the time that an asset has for a step. */
export function steadily(chunks: AsyncGenerator<Buffer, void>): AsyncGenerator<Buffer, void> {
  return timed(chunks, NO_ANSWER);
}

/** The same of a body that is sent here. What is left of it when that fails is still to be read by whoever answers. */
export function bodyOf(request: Readable): AsyncGenerator<Buffer, void> {
  return timed(request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>, NO_MORE);
}

async function* timed(chunks: AsyncIterator<Buffer>, otherwise: string): AsyncGenerator<Buffer, void> {
  for (;;) {
    const next = await patiently(chunks.next(), otherwise);
    if (next.done) return;
    yield next.value;
  }
}
