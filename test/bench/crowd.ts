import { fileURLToPath } from 'node:url';
import { endProcess, spawnBound } from '../hosts/index.js';
import { crowdReport, type CrowdOrder } from './crowd-order.js';

const PATIENCE_MS = 300_000;

/** Many open sessions, held by a process of their own until dismissed. */
export interface Crowd {
  dismiss(): Promise<void>;
}

/** Opens the sessions; resolves when all of them have shown something. */
export async function gather(order: CrowdOrder): Promise<Crowd> {
  const program = fileURLToPath(new URL('./crowd-process.js', import.meta.url));
  const child = spawnBound(process.execPath, [program], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const crowd = { dismiss: () => endProcess(child) };
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('The crowd did not gather in time')), PATIENCE_MS);
      child.once('exit', (status) => reject(new Error(`The crowd's process ended with ${status}`)));
      child.once('message', (said) => {
        clearTimeout(timer);
        const report = crowdReport.parse(said);
        if ('open' in report) resolve();
        else reject(new Error(report.failed));
      });
      child.send(order);
    });
    return crowd;
  } catch (error) {
    await crowd.dismiss();
    throw error;
  }
}
