import { Worker } from 'node:worker_threads';
import { Unavailable, type SshPrivateKey } from '#libs/kernel';

/** What pair is wanted; without a passphrase the private half is not encrypted. */
export interface PairWish {
  comment: string;
  passphrase: string | null;
}

const WAITING_AT_MOST = 20;

let waiting = 0;
let last: Promise<unknown> = Promise.resolve();

/**
 * Makes an ed25519 pair in a thread of its own, one after the other: encrypting the private half (bcrypt) keeps a
 * processor busy for a third of a second, in which the process would answer nobody.
 * @throws Unavailable when too many wait
 */
export async function makePair(wish: PairWish): Promise<SshPrivateKey> {
  if (waiting >= WAITING_AT_MOST)
    throw new Unavailable('Too many keys are being made; try again in a moment.');
  waiting++;
  const made = last.then(() => inThread(wish));
  last = made.catch(() => undefined); // whoever waits next is not concerned by this failure
  return made.finally(() => waiting--);
}

function inThread(wish: PairWish): Promise<SshPrivateKey> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./key-smith.worker.js', import.meta.url), { workerData: wish });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => {
      reject(new Error('the thread that makes keys ended without one'));
    });
  });
}
