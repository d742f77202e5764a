import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const PATIENCE_MS = 5_000;
const record = z.array(z.object({ pid: z.number().int().positive(), script: z.string() }));

/** The processes of ours that run now, kept in the data folder for the case that we are killed. */
export class ProcessRecord {
  private readonly file: string;

  constructor(dataDir: string) {
    this.file = join(dataDir, 'processes.json');
  }

  write(processes: z.infer<typeof record>): void {
    writeFileSync(this.file, JSON.stringify(processes), { mode: 0o600 });
  }

  clear(): void {
    rmSync(this.file, { force: true });
  }

  /** Ends what an earlier supervisor, killed before its children were gone, left running. They hold our ports. */
  async endLeftOvers(): Promise<void> {
    const left = this.read().filter(({ pid, script }) => runs(pid, script));
    for (const { pid } of left) signal(pid, 'SIGTERM');
    const deadline = Date.now() + PATIENCE_MS;
    for (const { pid, script } of left) {
      while (runs(pid, script)) {
        if (Date.now() > deadline) signal(pid, 'SIGKILL');
        await sleep(50);
      }
    }
    this.clear();
  }

  private read(): z.infer<typeof record> {
    try {
      return record.parse(JSON.parse(readFileSync(this.file, 'utf8')));
    } catch {
      return []; // none, or cut off by a crash: the port check tells if something is in the way
    }
  }
}

/** Whether the process of that number is still the one that runs this script: numbers are used again. */
function runs(pid: number, script: string): boolean {
  try {
    const command =
      process.platform === 'linux'
        ? readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').split('\0')
        : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
            .trim()
            .split(' ');
    return command.includes(script);
  } catch {
    return false; // no such process
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in this very moment.
  }
}
