import type { FileTransfer } from '#libs/database';
import type { AuditSpool } from './spool/audit-spool.js';

/** A file that went to an asset or came from it, or a change of one there; its size is a number here. */
export type TransferRecord = Omit<FileTransfer, 'size'> & { size: number };

/** Paths and command lines are kept up to this many characters. */
const MAX_TEXT = 4_096;

/** Takes the records of file transfers. */
export class TransferJournal {
  constructor(private readonly spool: AuditSpool) {}

  /** Notes a transfer that is over; it is written soon. */
  note(record: TransferRecord): void {
    const { path, target, name, command, detail } = record;
    this.spool.note('file-transfer', {
      ...record,
      path: path.slice(0, MAX_TEXT),
      target: target?.slice(0, MAX_TEXT) ?? null,
      name: name?.slice(0, MAX_TEXT) ?? null,
      command: command?.slice(0, MAX_TEXT) ?? null,
      detail: detail?.slice(0, MAX_TEXT) ?? null,
    });
  }
}
