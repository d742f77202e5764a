import { Writable } from 'node:stream';
import type { Action, TransferProtocol } from '#libs/contracts';
import { RootBranch } from '../files/root-branch.js';
import { SftpClient } from './sftp-client.js';

/** Idle time after which a session over files ends: browsing is one session. */
const LINGER_MS = 60_000;

/** The user's side of a session in which the console or a tool works with files of an asset. */
export class FileSession {
  readonly client: SftpClient;
  readonly downstream: RootBranch;
  /** Why it ended; null: it runs. */
  endedBecause: string | null = null;
  /** Nobody new is given it: a file in it was left half written. */
  isLeaving = false;
  /** What the rules allow now. */
  allowed: () => ReadonlySet<Action> = () => new Set();
  private users = 0;
  private linger: NodeJS.Timeout | null = null;

  constructor(
    sourceAddress: string,
    fileProtocol: TransferProtocol,
    private readonly onEnded: () => void,
  ) {
    const outer = {
      sourceAddress,
      output: nowhere(),
      errorOutput: nowhere(),
    };
    this.client = new SftpClient((packet) => void this.downstream.ask(packet));
    this.downstream = new RootBranch(
      outer,
      {
        packet: (packet) => {
          this.client.take(packet);
        },
        ended: (why) => {
          this.endedBecause = why;
          if (this.linger) clearTimeout(this.linger);
          this.client.lost(why);
          this.onEnded();
        },
      },
      'files',
      fileProtocol,
    );
  }

  /** Somebody works in it until the returned function is called. */
  enter(): () => void {
    this.users++;
    if (this.linger) clearTimeout(this.linger);
    return () => {
      if (--this.users > 0 || this.endedBecause !== null) return;
      if (this.isLeaving) this.downstream.hangUp();
      else
        this.linger = setTimeout(() => {
          this.downstream.hangUp();
        }, LINGER_MS);
    };
  }

  /** Nobody works in it. */
  get isIdle(): boolean {
    return this.users === 0;
  }

  /** Ends when the last one who works in it has left. */
  leave(): void {
    this.isLeaving = true;
    this.onEnded();
    if (this.isIdle) this.downstream.hangUp();
  }
}

function nowhere(): Writable {
  return new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
}
