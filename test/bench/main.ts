/**
 * Runs benchmarks and prints Markdown tables: `node dist/test/bench/main.js b1 [b2 b3 b4 b5 b6 b7 b8 b9 b11 b12 c1 g11 s7 s13]`; without a name, all of them.
 * Those that connect need root, sshd and ssh (see test/hosts). GATEHOUSE_GATEWAYS: gateway processes (default: the product's own).
 */
import { availableParallelism } from 'node:os';
import { whyMissing } from '../hosts/requirements.js';
import { measureAccess } from './access.js';
import { measureAssetList } from './asset-list.js';
import { measureBatch } from './batch.js';
import { measureBulk } from './bulk.js';
import { measureCommands } from './commands.js';
import { measureConsole } from './console.js';
import { measureConnect } from './connect.js';
import { measureDashboard } from './dashboard.js';
import { measureEcho } from './echo.js';
import { measureFacts } from './facts.js';
import { measureFiles } from './files.js';
import { keep, machineLine, markdown, type Figures } from './figures.js';
import { measureMemory } from './memory.js';
import { measureMenu } from './menu.js';
import { measurePush } from './push.js';
import { Bench } from './routes.js';
import { measureVerify } from './verify.js';

const benchmarks: Record<string, (bench: Bench) => Promise<Figures>> = {
  b1: measureBulk,
  b2: measureConnect,
  b3: (bench) => measureEcho(bench, [1, 500, 2000]),
  b4: (bench) => measureMemory(bench, 1000),
  s13: measureFacts,
  b5: measureFiles,
  b6: measurePush,
  b7: measureBatch,
  b11: measureConsole,
};

/** They have a database of their own and need no hosts. */
const withoutHosts: Record<string, () => Promise<Figures>> = {
  b8: measureAccess,
  b9: measureCommands,
  b12: measureDashboard,
  c1: measureMenu,
  g11: measureVerify,
  s7: measureAssetList,
};

async function main(names: string[]): Promise<void> {
  const known = [...Object.keys(benchmarks), ...Object.keys(withoutHosts)];
  const unknown = names.find((name) => !known.includes(name));
  const needsHosts = names.some((name) => name in benchmarks);
  const missing =
    (needsHosts ? (whyMissing('hosts') ?? whyMissing('ssh')) : undefined) ??
    (names.includes('b11') ? whyMissing('browser') : undefined);
  if (unknown !== undefined || missing !== undefined) {
    process.stderr.write(`${missing ?? `No benchmark ${unknown}; there are ${known.join(', ')}`}\n`);
    process.exitCode = 2;
    return;
  }
  const gateways = Number(process.env['GATEHOUSE_GATEWAYS'] ?? Math.min(4, availableParallelism()));
  process.stdout.write(`${machineLine()}, ${gateways} gateway processes\n\n`);
  for (const name of names) {
    const figures = await measured(name, gateways);
    if (!figures) continue;
    process.stdout.write(`${markdown(figures)}\n`);
    process.stderr.write(`All samples: ${await keep(figures)}\n`);
  }
}

async function measured(name: string, gateways: number): Promise<Figures | undefined> {
  const measure = benchmarks[name];
  if (!measure) return withoutHosts[name]?.();
  // A product of its own for each: what one leaves in memory is not the next one's.
  const bench = await Bench.start(gateways);
  return measure(bench).finally(() => bench.stop());
}

const named = process.argv.slice(2).map((name) => name.toLowerCase());
await main(named.length > 0 ? named : [...Object.keys(benchmarks), ...Object.keys(withoutHosts)]);
