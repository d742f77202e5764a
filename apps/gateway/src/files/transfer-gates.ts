import type { Grant, GrantTerms } from '#libs/authorization';
import type { Action, EndReason } from '#libs/contracts';
import type { SessionId } from '#libs/kernel';
import type { TransferJournal } from '#libs/session-audit';
import type { Downstream, Exit } from '../session/downstream.js';
import type { Said } from '../session/session-words.js';
import type { Gate } from './gate.js';
import { ScpGate } from './scp-gate.js';
import { SftpGate } from './sftp-gate.js';
import { StreamGate } from './stream-gate.js';
import { readTransferCommand, type TransferCommand } from './transfer-command.js';
import { TransferLog } from './transfer.js';
import { ZmodemGate } from './zmodem-gate.js';

/** What a gate needs of its session. */
export interface GatedSession {
  readonly id: SessionId;
  /** Renewed when access is checked again. */
  readonly grant: Grant;
  readonly downstream: Downstream;
  end(reason: EndReason, detail: string | null, exit: Exit, told: Said): Promise<void>;
}

/** The gate of a session: of the protocol that carries its files, or of `rz` and `sz` inside a shell or command. */
export function gateOf(session: GatedSession, journal: TransferJournal): Gate {
  const { downstream } = session;
  const { terms } = session.grant;
  const { sourceAddress, command } = downstream;
  const origin = { terms, sessionId: session.id, sourceAddress };
  if (downstream.kind === 'sftp' || downstream.kind === 'files') {
    const protocol = downstream.kind === 'sftp' ? 'sftp' : (downstream.fileProtocol ?? 'web');
    const placed = { ...origin, protocol, command: null };
    const log = new TransferLog(placed, journal, downstream.destinations);
    return new SftpGate(log, {
      allowed: () => session.grant.terms.actions,
      broken: (side, why) => {
        const reason = side === 'client' ? 'client_disconnected' : 'asset_disconnected';
        void session.end(reason, why, { status: 1 }, (words) => words.noSftp(side, why));
      },
    });
  }
  const transfer = command === null ? null : readTransferCommand(command);
  if (!transfer)
    return new ZmodemGate(
      new TransferLog({ ...origin, protocol: 'zmodem', command }, journal),
      () => session.grant.terms.actions,
    );
  const log = new TransferLog({ ...origin, protocol: transfer.protocol, command }, journal);
  if (transfer.protocol === 'scp') return new ScpGate(log, transfer);
  return new StreamGate(log.begin(subjectOf(transfer)), transfer.direction);
}

/** Notes that a transfer was refused before there was a session. */
export function noteRefusal(
  transfer: TransferCommand & { command: string },
  who: { terms: Readonly<GrantTerms>; sourceAddress: string },
  missing: Action,
  journal: TransferJournal,
): void {
  const { protocol, command } = transfer;
  new TransferLog({ ...who, sessionId: null, protocol, command }, journal).refuse(
    subjectOf(transfer),
    `the rules do not allow: ${missing}`,
  );
}

function subjectOf({ direction, paths }: TransferCommand) {
  return { direction, path: paths.join(' ') };
}
