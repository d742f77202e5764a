import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

/** One row of a benchmark's table: what was measured, and its value in words. */
export interface Figures {
  id: string;
  title: string;
  columns: string[];
  rows: string[][];
  /** All single measurements, by series. */
  samples: Record<string, number[]>;
  /** What the design asks for, and what came out. */
  verdict: string;
}

/** The value below which `share` (0 to 1) of the samples lie. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? quantile(sorted, 0.5)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

export function markdown(figures: Figures): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    `### ${figures.id}: ${figures.title}`,
    '',
    line(figures.columns),
    line(figures.columns.map((_, index) => (index === 0 ? '---' : '---:'))),
    ...figures.rows.map(line),
    '',
    figures.verdict,
    '',
  ].join('\n');
}

/** Writes the figures as JSON under the system's temp folder; gives the file's path. */
export async function keep(figures: Figures): Promise<string> {
  const folder = join(tmpdir(), 'gatehouse-bench');
  await mkdir(folder, { recursive: true });
  const file = join(
    folder,
    `${figures.id.toLowerCase()}-${new Date().toISOString().replaceAll(':', '')}.json`,
  );
  const machine = {
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    memory: totalmem(),
    node: process.version,
  };
  await writeFile(file, `${JSON.stringify({ machine, ...figures }, undefined, 2)}\n`);
  return file;
}

/** One line about the machine, for the table's head. */
export function machineLine(): string {
  const gigabytes = Math.round(totalmem() / 1024 ** 3);
  return `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${gigabytes} GiB, Node ${process.version}, loopback`;
}
