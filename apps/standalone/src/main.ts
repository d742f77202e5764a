import { StartFailure, START_FAILURE_EXIT_CODE, readConfig } from '#libs/kernel';
import { chooseDataFolder } from './postgres/data-folder.js';
import { nativeCiphersAvailable } from './native-ciphers.js';
import { Demo } from './demo/demo.js';
import { consoleUrl, startReport } from './start-report.js';
import { ChildStartFailure } from './supervised-process.js';
import { Supervisor, type Progress } from './supervisor.js';

const progress: Progress = {
  done: (part, detail) => process.stdout.write(`  ✓ ${part.padEnd(12)} ${detail}\n`),
  notice: (sentence) => process.stderr.write(`gatehouse: ${sentence}\n`),
};

/** A second Ctrl-C within this time is the first one, delivered again by npm to the whole process group. */
const SAME_CTRL_C_MS = 500;

function stopOnSignals(supervisor: Supervisor, demo: Demo | null): void {
  let first = 0;
  const stop = (): void => {
    if (first !== 0 && Date.now() - first > SAME_CTRL_C_MS) supervisor.killChildren();
    if (first !== 0) return;
    first = Date.now();
    process.stdout.write('\n  Stopping…\n');
    void supervisor
      .stop()
      .then(() => demo?.cleanUp())
      .then(() => process.exit());
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  // The boot script that started us is gone: nobody would stop us any more.
  if (process.send) process.once('disconnect', stop);
}

function warnOfSlowCiphers(): void {
  if (nativeCiphersAvailable()) return;
  progress.notice(
    "ssh2's native ciphers are missing: SSH throughput is 2 to 5 times lower. " +
      'Install a C++ compiler, make and python3, then run: npm run postinstall',
  );
}

/** Starts the product, or with `demo` a throw-away one that has something in it. */
async function main(): Promise<void> {
  const settings = readConfig();
  const isOpen = ['GATEHOUSE_HOST', 'GATEHOUSE_HTTP_HOST', 'GATEHOUSE_SSH_HOST'].some(
    (name) => process.env[name],
  );
  const demo = process.argv[2] === 'demo' ? await Demo.prepare(settings, isOpen) : null;
  const config = demo?.config ?? { ...settings, dataDir: chooseDataFolder(settings, progress.notice) };
  warnOfSlowCiphers();
  const supervisor = new Supervisor(config, progress, { throwawayDatabase: demo !== null });
  stopOnSignals(supervisor, demo);
  try {
    const { api, gateway } = await supervisor.start();
    await demo?.fill(api.url);
    if (demo) progress.done('demo', 'sample host, user, system user and rule made');
    const report =
      demo?.report(consoleUrl(config, api), gateway.hostKeyFingerprints) ?? startReport(config, api, gateway);
    process.stdout.write(report.map((line) => `${line}\n`).join(''));
  } catch (error) {
    if (supervisor.isStopping) return; // a Ctrl-C while it started: what was cut off is no failure
    await supervisor.stop();
    await demo?.cleanUp();
    throw error;
  }
}

// Where the output goes may end before we do (`npm start | head`); that is no reason to stop.
process.stdout.on('error', () => undefined);

main().catch((error: unknown) => {
  if (error instanceof StartFailure) {
    if (!(error instanceof ChildStartFailure)) progress.notice(error.message);
    process.exit(START_FAILURE_EXIT_CODE);
  }
  progress.notice(`Start failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exit(1);
});
