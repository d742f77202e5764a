import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { generateKey } from '#libs/kernel';

// the thread of key-smith.ts: one pair, then it ends
const wish = z.object({ comment: z.string(), passphrase: z.string().nullable() }).parse(workerData);
parentPort?.postMessage(generateKey(wish));
