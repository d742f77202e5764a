import { Readable, Writable } from 'node:stream';
import type { EndReason } from '#libs/contracts';
import type { Downstream, DownstreamListener } from '../session/downstream.js';
import type { OutputKeeper } from './output-keeper.js';

/** The near side of one asset of a batch execution: no terminal, no input, and what comes back is kept. */
export class BatchDownstream implements Downstream {
  readonly kind = 'batch';
  readonly pty = null;
  readonly environment = {};
  readonly input = Readable.from([]);
  readonly output: Writable;
  readonly errorOutput: Writable;
  private listener: DownstreamListener | null = null;

  constructor(
    readonly command: string,
    readonly sourceAddress: string,
    keeper: OutputKeeper,
  ) {
    this.output = keepingWritable((chunk) => {
      keeper.take('stdout', chunk);
    });
    this.errorOutput = keepingWritable((chunk) => {
      keeper.take('stderr', chunk);
    });
  }

  listen(listener: DownstreamListener | null): void {
    this.listener = listener;
  }

  /** Nobody waits for it any longer: the session ends. */
  leave(reason: EndReason): void {
    this.listener?.closed(reason);
  }

  /** Nobody reads along: what a person would be told stands in the result. */
  notice(): void {
    return;
  }

  /** The session itself says how it ended. */
  finish(): void {
    return;
  }
}

function keepingWritable(take: (chunk: Buffer) => void): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      take(chunk);
      done();
    },
  });
}
