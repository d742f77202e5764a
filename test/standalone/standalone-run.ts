import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const main = join(import.meta.dirname, '../../apps/standalone/src/main.js');
const processes = z.array(z.object({ pid: z.number(), script: z.string() }));

/** Longest wait for anything: a start on a machine that does much else. */
const PATIENCE_MS = 60_000;

/** One run of the product as `npm start` runs it, with its output. */
export class StandaloneRun {
  /** Everything on stdout. */
  out = '';
  /** Everything on stderr. */
  err = '';
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  private over = false;
  private readonly child: ChildProcess;

  constructor(
    readonly settings: { dataDir: string; httpPort: number; sshPort: number },
    extra: NodeJS.ProcessEnv = {},
    args: string[] = [],
  ) {
    this.child = spawn(process.execPath, [main, ...args], {
      env: {
        ...cleanEnvironment(),
        GATEHOUSE_DATA_DIR: settings.dataDir,
        GATEHOUSE_HTTP_PORT: String(settings.httpPort),
        GATEHOUSE_SSH_PORT: String(settings.sshPort),
        GATEHOUSE_HOST: '127.0.0.1',
        GATEHOUSE_GATEWAYS: '2',
        ...extra,
      },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.err += text));
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        this.over = true;
        resolve(signal ?? code ?? 0);
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.settings.httpPort}`;
  }

  /** Waits until stdout has it. @throws Error with the output when the run ends before, or takes too long */
  async says(text: string): Promise<void> {
    for (let waited = 0; !this.out.includes(text); waited += 50) {
      if (this.over || waited > PATIENCE_MS) {
        throw new Error(`never said "${text}"\n--- stdout\n${this.out}\n--- stderr\n${this.err}`);
      }
      await sleep(50);
    }
  }

  /** Waits until everything runs. */
  ready(): Promise<void> {
    return this.says('Ctrl-C');
  }

  /** What the supervisor runs now: the server of the database, the api, the gateways. */
  processes(): { postgres: number; api: number; gateways: number[] } {
    const { dataDir } = this.settings;
    const record = processes.parse(JSON.parse(readFileSync(join(dataDir, 'processes.json'), 'utf8')));
    const of = (app: string): number[] =>
      record.filter(({ script }) => script.includes(`/${app}/`)).map(({ pid }) => pid);
    return {
      postgres: Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]),
      api: of('api')[0] ?? 0,
      gateways: of('gateway'),
    };
  }

  /** Ctrl-C in its terminal reaches it and nothing else of the product. */
  interrupt(): Promise<number | string> {
    this.child.kill('SIGINT');
    return this.ended;
  }

  /** Ends it whatever it does. */
  async end(): Promise<void> {
    if (this.over) return;
    this.child.kill('SIGTERM');
    await Promise.race([this.ended, sleep(20_000)]);
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** Ours only: the settings and the npm variables of whoever runs the tests steer nothing. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(GATEHOUSE_|PG|npm_|NODE_|VITEST)/.test(name)),
  );
}

/** Whether a process of that number lives (a zombie doesn't). */
export function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/^\d+ \(.*\) Z /s.test(readFileSync(stat, 'utf8'));
}

/** Waits until none of them lives. */
export async function gone(...pids: number[]): Promise<void> {
  for (let waited = 0; pids.some(isAlive); waited += 50) {
    if (waited > 20_000) throw new Error(`still there: ${pids.filter(isAlive).join(', ')}`);
    await sleep(50);
  }
}

/** Waits until the address answers with 200. */
export async function answers(url: string): Promise<void> {
  for (let waited = 0; ; waited += 100) {
    const status = await fetch(url).then(
      (answer) => answer.status,
      () => 0, // nobody listens yet
    );
    if (status === 200) return;
    if (waited > PATIENCE_MS) throw new Error(`${url} does not answer: ${status}`);
    await sleep(100);
  }
}
