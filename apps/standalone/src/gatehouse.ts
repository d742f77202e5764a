import 'reflect-metadata';
import { UsageError } from './command-line/usage-error.js';

/** Exit code of a wrong command line, and of whatever could not be done. */
const FAILED = 2;

interface Command {
  usage: string;
  /** Gives the exit code. @throws UsageError; Error whose message says why it could not be done */
  run(args: string[]): Promise<number>;
}

/** Loaded when asked for: a health check runs often, and needs little of what others do. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  audit: async () => {
    const { AUDIT_USAGE, runAuditCommand } = await import('./audit/audit-command.js');
    return { usage: AUDIT_USAGE, run: runAuditCommand };
  },
  backup: async () => {
    const { BACKUP_USAGE, runBackupCommand } = await import('./backup/backup-command.js');
    return { usage: BACKUP_USAGE, run: runBackupCommand };
  },
  health: async () => {
    const { HEALTH_USAGE, runHealthCommand } = await import('./health/health-command.js');
    return { usage: HEALTH_USAGE, run: runHealthCommand };
  },
  keys: async () => {
    const { KEYS_USAGE, runKeysCommand } = await import('./keys/keys-command.js');
    return { usage: KEYS_USAGE, run: runKeysCommand };
  },
  restore: async () => {
    const { RESTORE_USAGE, runRestoreCommand } = await import('./backup/backup-command.js');
    return { usage: RESTORE_USAGE, run: runRestoreCommand };
  },
  user: async () => {
    const { runUserCommand, USER_USAGE } = await import('./command-line/user-command.js');
    return { usage: USER_USAGE, run: runUserCommand };
  },
};

const OVERVIEW = `Usage: gatehouse ${Object.keys(COMMANDS).join('|')} …

Run it on the machine, as the account that runs Gatehouse, with the same GATEHOUSE_DATA_DIR and GATEHOUSE_DATABASE_URL.
gatehouse COMMAND --help says more. Exit code 2: wrong usage, or it could not be done; the line says why.
`;

const asksForHelp = (argument: string | undefined): boolean => argument === '--help' || argument === '-h';

/** Runs one command and gives its exit code. */
async function main([name, ...args]: string[]): Promise<number> {
  const command = name === undefined ? undefined : await COMMANDS[name]?.();
  if (asksForHelp(name) || args.some(asksForHelp)) {
    process.stdout.write(command?.usage ?? OVERVIEW);
    return 0;
  }
  try {
    if (!command) throw new UsageError(name === undefined ? 'No command given.' : `No such command: ${name}`);
    return await command.run(args);
  } catch (error) {
    const usage = error instanceof UsageError ? `\n\n${command?.usage ?? OVERVIEW}` : '\n';
    process.stderr.write(`gatehouse: ${error instanceof Error ? error.message : String(error)}${usage}`);
    return FAILED;
  }
}

process.exitCode = await main(process.argv.slice(2));
// the boot script's channel would keep the process alive
if (process.connected) process.disconnect();
