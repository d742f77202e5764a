/** What the boot scripts tell the person who runs them: one line per step, its time when it is done. */

const tty = process.stdout.isTTY === true;

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Tells that a step begins; the result tells how it ended. At a terminal the line counts the seconds. */
export function step(part, doing) {
  const since = Date.now();
  const show = () => process.stdout.write(`\r  … ${part.padEnd(12)} ${doing} (${seconds(since)})`);
  if (!tty) process.stdout.write(`  … ${part.padEnd(12)} ${doing}\n`);
  else show();
  const ticking = tty ? setInterval(show, 500) : undefined;
  const end = (mark, detail) => {
    clearInterval(ticking);
    process.stdout.write(
      `${tty ? '\r\u001b[2K' : ''}  ${mark} ${part.padEnd(12)} ${detail} (${seconds(since)})\n`,
    );
  };
  return { done: (detail) => end('✓', detail), failed: (detail) => end('✗', detail) };
}

/** One line on stderr. */
export const notice = (sentence) => process.stderr.write(`gatehouse: ${sentence}\n`);

/** A failure that the person can mend: what is wrong and what to do, without a stack trace. */
export class BootFailure extends Error {}

/** Runs a boot script's work; a BootFailure becomes one line. */
export function boot(work) {
  work().then(
    (code) => {
      if (typeof code === 'number') process.exitCode = code;
    },
    (error) => {
      notice(error instanceof BootFailure ? error.message : error.stack);
      process.exitCode = 1;
    },
  );
}
