import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChildStartFailure, SupervisedProcess } from './supervised-process.js';

let folder: string;
let deaths: string[];
let supervised: SupervisedProcess;

/** Supervises a program of these lines. */
function supervise(...lines: string[]): SupervisedProcess {
  const script = join(folder, 'program.mjs');
  writeFileSync(script, lines.join('\n'));
  supervised = new SupervisedProcess({
    name: 'program',
    script,
    environment: { ...process.env, COUNT_FILE: join(folder, 'starts') },
    onSpawn: () => undefined,
    onDeath: (sentence) => deaths.push(sentence),
  });
  return supervised;
}

const ready = 'process.send({ type: "ready", info: { pid: process.pid } });';
const live = 'setInterval(() => {}, 1000); process.on("disconnect", () => process.exit());';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // no such process
  }
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-supervised-'));
  deaths = [];
});

afterEach(async () => {
  await supervised.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a supervised process', () => {
  it('gives what it tells when it is ready, and is gone when stopped', async () => {
    const info = await supervise(ready, live).start();
    const pid = Number(info['pid']);
    expect(pid).toBe(supervised.pid);
    await supervised.stop();
    expect(isAlive(pid)).toBe(false);
    expect(deaths).toEqual([]);
  });

  it('is started again when it is killed', async () => {
    const info = await supervise(ready, live).start();
    const first = Number(info['pid']);
    process.kill(first, 'SIGKILL');
    for (let tries = 0; supervised.pid === first && tries < 100; tries += 1) await sleep(50);
    expect(supervised.pid).not.toBe(first);
    expect(deaths).toEqual(['program was killed by SIGKILL; started again in 0.5 s.']);
  });

  it('waits longer each time when it dies again and again', async () => {
    await supervise(ready, 'setTimeout(() => process.exit(7), 50);').start();
    for (let tries = 0; deaths.length < 3 && tries < 200; tries += 1) await sleep(50);
    expect(deaths.slice(0, 3)).toEqual(
      ['0.5', '1', '2'].map((pause) => `program ended with code 7; started again in ${pause} s.`),
    );
  });

  it('passes on why it can not start, and is not tried again', async () => {
    const failing = 'process.send({ type: "start-failure", what: "No disk.", mend: "Add one." });';
    const error: unknown = await supervise(failing, 'process.exitCode = 78; process.disconnect();')
      .start()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ChildStartFailure);
    expect(String(error)).toContain('No disk. Add one.');
    await sleep(700);
    expect(deaths).toEqual([]);
  });

  it('that crashes before it is ready fails the start', async () => {
    await expect(supervise('process.exit(3);').start()).rejects.toThrow(
      'program ended with code 3 before it was ready.',
    );
  });

  it('is ended by force when it does not want to stop', async () => {
    const info = await supervise('process.on("SIGTERM", () => {});', ready, live).start();
    supervised.kill();
    await supervised.stop();
    expect(isAlive(Number(info['pid']))).toBe(false);
  });
});
