import type { Action } from '#libs/contracts';
import type { Gate } from './gate.js';
import { PacketSplitter, type Verdict } from './packet-splitter.js';
import { SftpReplies } from './sftp-replies.js';
import { SftpRequests } from './sftp-requests.js';
import type { TransferLog } from './transfer.js';

/** What an SFTP gate is told by its session. */
export interface SftpGateTerms {
  /** What the rules allow now; they may change while the session runs. */
  allowed(): ReadonlySet<Action>;
  /** One side sent what is no SFTP: the session must end. */
  broken(side: 'client' | 'asset', why: string): void;
}

/** Bytes of a request that are looked at as a whole; paths are at most 4 KiB on the systems there are. */
const MAX_REQUEST_HEAD = 64 * 1024;
/** As much of a packet with data as holds its fields with the longest handle (256 bytes). */
const DATA_HEAD = 304;

/**
 * SFTP version 3 between a client and an asset. Requests that the rules don't allow are answered here and never reach
 * the asset; all else passes as it is, and what passes of files is digested for their records.
 */
export class SftpGate implements Gate {
  private answer: (bytes: Buffer) => void = () => undefined;
  /** Answers that wait for the end of a packet of the asset. */
  private answers: Buffer[] = [];
  private isBroken = false;
  private readonly replies: SftpReplies;
  private readonly requests: SftpRequests;
  private readonly fromUser: PacketSplitter;
  private readonly fromAsset: PacketSplitter;

  constructor(
    log: TransferLog,
    private readonly terms: SftpGateTerms,
  ) {
    this.replies = new SftpReplies(log);
    this.requests = new SftpRequests(log, this.replies, {
      allowed: () => terms.allowed(),
      answer: (bytes) => {
        this.say(bytes);
      },
    });
    this.fromUser = new PacketSplitter({
      headBytes: (type) => (SftpRequests.carriesData(type) ? DATA_HEAD : MAX_REQUEST_HEAD),
      head: (head, rest) => this.requests.judge(head, rest),
      body: (bytes) => {
        this.requests.moreData(bytes);
      },
    });
    this.fromAsset = new PacketSplitter({
      headBytes: () => DATA_HEAD,
      head: (head, rest): Verdict => {
        this.replies.see(head, rest);
        return 'pass';
      },
      body: (bytes) => {
        this.replies.moreData(bytes);
      },
      between: () => this.answers.splice(0),
    });
  }

  connect(answer: (bytes: Buffer) => void): void {
    this.answer = answer;
  }

  input(chunk: Buffer): readonly Buffer[] {
    return this.guarded('client', () => this.fromUser.feed(chunk));
  }

  output(chunk: Buffer): readonly Buffer[] {
    return this.guarded('asset', () => this.fromAsset.feed(chunk));
  }

  closed(): void {
    this.isBroken = true;
    this.replies.lost();
  }

  private say(bytes: Buffer): void {
    if (this.fromAsset.isBetween) this.answer(bytes);
    else this.answers.push(bytes);
  }

  private guarded(side: 'client' | 'asset', feed: () => readonly Buffer[]): readonly Buffer[] {
    if (this.isBroken) return [];
    try {
      return feed();
    } catch (error) {
      // hostile or confused: nothing more passes on a stream that can't be read
      this.isBroken = true;
      this.terms.broken(side, error instanceof Error ? error.message : 'malformed');
      return [];
    }
  }
}
