import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import type { Outcome } from '../../hosts/index.js';
import type { ConformanceCase } from './conformance-case.js';

const MEGABYTE = 1024 * 1024;

/** How often the keys were exchanged anew; the first exchange is the login's. */
function rekeyed({ stderr }: Outcome): number {
  return stderr.split('SSH2_MSG_NEWKEYS received').length - 2;
}

/** The client asks for new keys while data flows. */
export const rekeyCases: ConformanceCase[] = [
  {
    name: 'every 1 MB over 20 MB each way',
    shows: { rekeyed: true, same: true },
    async see({ ssh }) {
      const data = randomBytes(20 * MEGABYTE);
      const outcome = await ssh.exec('cat', ['-v', '-o', 'RekeyLimit=1M'], { input: data, timeout: 60_000 });
      return { rekeyed: rekeyed(outcome) > 5, same: outcome.stdout.equals(data) };
    },
  },
  {
    name: 'every second over 20 MB each way',
    shows: { rekeyed: true, sha256: true },
    async see({ ssh }) {
      const parts = Array.from({ length: 20 }, () => randomBytes(MEGABYTE));
      async function* slowly() {
        for (const part of parts) {
          yield part;
          await sleep(200);
        }
      }
      const options = ['-v', '-o', 'RekeyLimit=1G 1s'];
      const outcome = await ssh.exec('cat', options, { input: Readable.from(slowly()), timeout: 60_000 });
      const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
      return {
        rekeyed: rekeyed(outcome) > 1,
        sha256: digest(outcome.stdout) === digest(Buffer.concat(parts)),
      };
    },
  },
];
