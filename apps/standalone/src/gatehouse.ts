import 'reflect-metadata';
import { runAuditCommand, USAGE, UsageError } from './audit/audit-command.js';

/** Exit codes of the command. */
const WRONG_USAGE = 2;

/** Runs one command and gives its exit code. */
async function main([area, ...args]: string[]): Promise<number> {
  if (area === '--help' || area === '-h') {
    process.stdout.write(USAGE);
    return 0;
  }
  try {
    if (area !== 'audit')
      throw new UsageError(area === undefined ? 'No command given.' : `No such command: ${area}`);
    return await runAuditCommand(args);
  } catch (error) {
    const usage = error instanceof UsageError ? `\n\n${USAGE}` : '\n';
    process.stderr.write(`gatehouse: ${error instanceof Error ? error.message : String(error)}${usage}`);
    return WRONG_USAGE;
  }
}

process.exitCode = await main(process.argv.slice(2));
// the boot script's channel would keep the process alive
if (process.connected) process.disconnect();
