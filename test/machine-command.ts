import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** A command that runs. */
export type MachineProcess = ChildProcessByStdio<null, Readable, Readable>;

/** What a command of the machine printed, and its exit code. */
export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** Runs `gatehouse …` as administrators of the machine do, with these settings and no others. */
export function machineCommand(settings: Record<string, string>, ...args: string[]): Promise<Ran> {
  return outcomeOf(startMachineCommand(settings, ...args));
}

/** The same under way, to be killed. */
export function startMachineCommand(settings: Record<string, string>, ...args: string[]): MachineProcess {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('GATEHOUSE_'));
  const script = join(import.meta.dirname, '../apps/standalone/src/gatehouse.js');
  return spawn(process.execPath, [script, ...args], {
    env: { ...Object.fromEntries(others), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Waits for its end. */
export function outcomeOf(child: MachineProcess): Promise<Ran> {
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, out, err });
    });
  });
}
