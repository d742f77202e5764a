import { FileFailure } from './file-failure.js';

/** How long an asset may take for one step before it is given up, so that it does not hold up the others. */
const PATIENCE_MS = 30_000;

/** What an asset is to answer. @throws FileFailure when nothing comes for too long */
export async function patiently<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new FileFailure('ended', `The asset did not answer for ${PATIENCE_MS / 1000} s.`));
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Each chunk must come within the time that an asset has for a step. */
export async function* steadily(chunks: AsyncGenerator<Buffer, void>): AsyncGenerator<Buffer, void> {
  for (;;) {
    const next = await patiently(chunks.next());
    if (next.done) return;
    yield next.value;
  }
}
