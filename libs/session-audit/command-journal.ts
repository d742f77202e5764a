import type { Command } from '#libs/database';
import type { AuditSpool } from './spool/audit-spool.js';

/** A command as its session noted it. */
export type CommandRecord = Pick<Command, keyof Command>;

/** Takes the records of commands. */
export class CommandJournal {
  constructor(private readonly spool: AuditSpool) {}

  /** Notes a command; it is written soon. */
  note(record: CommandRecord): void {
    this.spool.note('command', record);
  }
}
