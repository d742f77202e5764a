import type { TerminalReply, TerminalSize } from '#libs/contracts';
import { asId, type AssetId, type GatewayId, type SystemUserId, type UserId } from '#libs/kernel';
import type { SessionOpener } from '../session/session-opener.js';
import type { UpstreamPool } from '../session/upstream-pool.js';
import { WebTerminal } from './web-terminal.js';

/** Terminals of one user at once. */
const MAX_TERMINALS = 50;

/** Who asks for a terminal. */
export interface TerminalUser {
  userId: UserId;
  /** Of their profile. */
  language: string | null;
  sourceAddress: string;
}

/** An answer, and the terminal that the socket is attached to once it has been told. */
export interface DeskAnswer {
  reply: TerminalReply;
  terminal: WebTerminal | null;
}

/** The web terminals of this gateway: opens them and finds them again for sockets that come back. */
export class TerminalDesk {
  private readonly terminals = new Map<string, { terminal: WebTerminal; sessionId: string }>();

  constructor(
    private readonly opener: SessionOpener,
    private readonly makePool: () => UpstreamPool,
    private readonly gatewayId: GatewayId,
  ) {}

  /** A new session on an asset. */
  async open(
    user: TerminalUser,
    target: { assetId: string; systemUserId: string } & TerminalSize,
  ): Promise<DeskAnswer> {
    const own = [...this.terminals.values()].filter(({ terminal }) => terminal.userId === user.userId);
    if (own.length >= MAX_TERMINALS)
      return refuse('too_many', `You have ${MAX_TERMINALS} terminals open; close some.`);
    const { columns, rows } = target;
    const pool = this.makePool();
    const terminal = new WebTerminal(user.userId, user.sourceAddress, { columns, rows }, () => {
      this.terminals.delete(terminal.id);
    });
    const wish = {
      userId: user.userId,
      assetId: asId<AssetId>(target.assetId),
      systemUserId: asId<SystemUserId>(target.systemUserId),
      action: 'connect' as const,
      language: user.language,
    };
    const session = await this.opener.open(wish, terminal, pool);
    if (!session) {
      pool.close();
      return refuse('refused', terminal.said || 'The session could not be opened.');
    }
    void session.whenEnded().then(() => {
      pool.close();
    });
    this.terminals.set(terminal.id, { terminal, sessionId: session.id });
    return { reply: this.accept(terminal, session.id), terminal };
  }

  /** The terminal that lost its socket. */
  resume(
    user: TerminalUser,
    request: { terminalId: string; resumeToken: string } & TerminalSize,
  ): DeskAnswer {
    const entry = this.terminals.get(request.terminalId);
    const isTheirs = entry?.terminal.userId === user.userId && entry.terminal.hasToken(request.resumeToken);
    if (!entry || !isTheirs) return refuse('gone', 'This terminal has ended.');
    entry.terminal.resize({ columns: request.columns, rows: request.rows });
    return { reply: this.accept(entry.terminal, entry.sessionId), terminal: entry.terminal };
  }

  private accept(terminal: WebTerminal, sessionId: string): TerminalReply {
    const { id: terminalId, resumeToken } = terminal;
    return { ok: true, terminalId, resumeToken, sessionId, gatewayId: this.gatewayId, recorded: true };
  }
}

function refuse(code: string, message: string): DeskAnswer {
  return { reply: { ok: false, code, message }, terminal: null };
}
