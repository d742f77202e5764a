import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseAccount } from './database-account.js';

/**
 * Keeps PostgreSQL no longer than us: its standard input is a pipe from this process, and when that closes, because
 * we closed it or were killed, PostgreSQL is told to stop (SIGINT: a fast shutdown). The guard itself takes no
 * signals: a shutdown of the machine reaches PostgreSQL directly.
 */
const GUARD = `
trap '' INT TERM HUP
exec 3<&0
"$@" 3<&- </dev/null &
server=$!
{ cat <&3 >/dev/null; kill -INT $server 2>/dev/null; } &
watch=$!
wait $server
status=$?
kill $watch 2>/dev/null
exit $status`;

const STOP_PATIENCE_MS = 20_000;
const KEPT_LINES = 20;

/** A PostgreSQL server process of ours. */
export class Postmaster {
  /** When it ended, by whatever cause. */
  readonly ended: Promise<void>;
  private running = true;
  private said: string[] = [];

  private constructor(
    private readonly guard: ChildProcessByStdio<Writable, null, Readable>,
    private readonly cluster: string,
  ) {
    this.ended = once(guard, 'close').then(() => {
      this.running = false;
    });
    guard.stdin.on('error', () => undefined); // EPIPE: the guard is gone, which `ended` tells
    guard.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.said = [...this.said, ...text.split('\n').filter((line) => line !== '')].slice(-KEPT_LINES);
    });
  }

  /** Starts the server. It isn't ready yet: ask it with a connection. */
  static launch(
    command: { postgres: string; cluster: string; settings: Record<string, string> },
    account: DatabaseAccount,
  ): Postmaster {
    const settings = Object.entries(command.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const guard = spawn(
      '/bin/sh',
      ['-c', GUARD, 'postgres-guard', command.postgres, '-D', command.cluster, ...settings],
      {
        ...account.ids,
        cwd: '/',
        env: cleanEnvironment(),
        detached: true,
        stdio: ['pipe', 'ignore', 'pipe'],
      },
    );
    return new Postmaster(guard, command.cluster);
  }

  get isRunning(): boolean {
    return this.running;
  }

  /** What the server complained of last, as one line. */
  get lastWords(): string {
    const line = this.said.findLast((said) => /FATAL|ERROR|PANIC/.test(said)) ?? this.said.at(-1);
    return (line ?? 'it said nothing').replace(/^.*?(FATAL|ERROR|PANIC): */, '');
  }

  /** Whether a server of the same folder, killed before, has processes that are still going away. */
  get wasTooEarly(): boolean {
    return this.said.some((line) =>
      /pre-existing shared memory block|lock file .* already exists/.test(line),
    );
  }

  /** Stops the server: clients are cut off, all that is committed is kept. */
  async stop(): Promise<void> {
    this.guard.stdin.end();
    await Promise.race([this.ended, sleep(STOP_PATIENCE_MS, undefined, { ref: false })]);
    if (this.running) await stopLeftOver(this.cluster);
    await this.ended;
  }
}

/** PostgreSQL reads PG* variables; none of ours may steer it. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Ends a server that an earlier Gatehouse left behind when it was killed, and removes the mark of one that is gone.
 * PostgreSQL itself would take any living process of that number for the server.
 */
export async function stopLeftOver(cluster: string): Promise<void> {
  const mark = join(cluster, 'postmaster.pid');
  const pid = Number(firstLine(mark));
  if (!Number.isInteger(pid) || pid <= 1) return;
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!isServerOf(cluster, pid)) break;
    process.kill(pid, signal);
    for (let waited = 0; waited < 10_000 && isServerOf(cluster, pid); waited += 50) await sleep(50);
  }
  rmSync(mark, { force: true });
}

function firstLine(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').split('\n')[0];
  } catch {
    return undefined; // no such file: the server was stopped properly
  }
}

function isServerOf(cluster: string, pid: number): boolean {
  try {
    const command =
      process.platform === 'linux'
        ? readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8')
            .split('\0')
            .join(' ')
        : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes(`postgres -D ${cluster} `);
  } catch {
    return false; // no such process
  }
}
