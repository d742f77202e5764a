import type { Exit } from '../session/downstream.js';
import type { Gate } from './gate.js';
import type { Transfer } from './transfer.js';

/** A transfer whose files can't be seen in its stream: rsync sends what differs. One record for all of it. */
export class StreamGate implements Gate {
  constructor(
    private readonly transfer: Transfer,
    private readonly direction: 'upload' | 'download',
  ) {
    transfer.spoil('not_visible');
  }

  connect(): void {
    // it never answers by itself
  }

  input(chunk: Buffer): readonly Buffer[] {
    if (this.direction === 'upload') this.transfer.count(chunk.length);
    return [chunk];
  }

  output(chunk: Buffer): readonly Buffer[] {
    if (this.direction === 'download') this.transfer.count(chunk.length);
    return [chunk];
  }

  closed(exit: Exit): void {
    if (!exit) this.transfer.end('cut_off');
    else if ('status' in exit && exit.status === 0) this.transfer.end('complete');
    else this.transfer.end('failed', 'status' in exit ? `exit status ${exit.status}` : exit.signal);
  }
}
