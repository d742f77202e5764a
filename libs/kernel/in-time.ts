/** What was awaited did not come in its time. */
export class TooLate extends Error {}

/** What the work gives, if it does within `ms`; it goes on unheard otherwise. @throws TooLate with these words, what the work throws */
export async function inTime<T>(work: Promise<T>, ms: number, words: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new TooLate(words));
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
