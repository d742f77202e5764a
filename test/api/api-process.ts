import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { endProcess, spawnBound } from '../hosts/index.js';

const main = fileURLToPath(new URL('../../apps/api/src/main.js', import.meta.url));
const ready = z.object({ type: z.literal('ready'), info: z.record(z.string(), z.unknown()) });
const failure = z.object({ type: z.literal('start-failure'), what: z.string(), mend: z.string() });

/** The api as its supervisor starts it: a process of its own. */
export class ApiProcess {
  stdout = '';
  stderr = '';

  private constructor(readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
  }

  static launch(environment: Record<string, string>): ApiProcess {
    const child = spawnBound(process.execPath, [main], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        PATH: process.env['PATH'],
        GATEHOUSE_HOST: '127.0.0.1',
        GATEHOUSE_HTTP_PORT: '0',
        ...environment,
      },
    });
    return new ApiProcess(child);
  }

  /** What it reports when it serves. */
  untilReady(): Promise<Record<string, unknown>> {
    return this.heard((said) => ready.safeParse(said).data?.info);
  }

  /** What it reports when it can't start. */
  untilFailure(): Promise<{ what: string; mend: string }> {
    return this.heard((said) => failure.safeParse(said).data);
  }

  /** Its exit code, or the signal that ended it. */
  ended(): Promise<number | string | null> {
    const { exitCode, signalCode } = this.child;
    if (exitCode !== null || signalCode !== null) return Promise.resolve(exitCode ?? signalCode);
    return new Promise((resolve) => this.child.once('exit', (code, signal) => resolve(code ?? signal)));
  }

  async stop(): Promise<void> {
    await endProcess(this.child, 'SIGTERM');
  }

  private heard<T>(pick: (said: unknown) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      this.child.on('message', (said: unknown) => {
        const found = pick(said);
        if (found !== undefined) resolve(found);
      });
      this.child.once('exit', (code) => {
        reject(new Error(`the api ended with ${String(code)}: ${this.stderr}${this.stdout}`));
      });
    });
  }
}
