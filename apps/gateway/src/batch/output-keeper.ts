import { createHash } from 'node:crypto';

/** Output that may still be kept of a whole batch execution, bytes. */
export interface OutputBudget {
  left: number;
}

type Name = 'stdout' | 'stderr';

/** Keeps the beginning of what a command writes and counts the rest. The digest is over all of it. */
export class OutputKeeper {
  cutBytes = 0;
  private readonly kept: Record<Name, Buffer[]> = { stdout: [], stderr: [] };
  private readonly hashes = { stdout: createHash('sha256'), stderr: createHash('sha256') };

  constructor(
    /** Bytes of both outputs together. */
    private left: number,
    private readonly budget: OutputBudget,
  ) {}

  take(name: Name, chunk: Buffer): void {
    this.hashes[name].update(chunk);
    const room = Math.min(this.left, this.budget.left, chunk.length);
    this.cutBytes += chunk.length - room;
    if (room === 0) return;
    // a copy: ssh2's chunk is a window into a larger packet
    this.kept[name].push(Buffer.from(chunk.subarray(0, room)));
    this.left -= room;
    this.budget.left -= room;
  }

  /** What was kept. */
  outputs(): Record<Name, Buffer> {
    const { stdout, stderr } = this.kept;
    return { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) };
  }

  /** Equal for equal outputs with an equal end. */
  digest(end: readonly (string | number | null)[]): string {
    const { stdout, stderr } = this.hashes;
    const parts = [stdout.copy().digest('hex'), stderr.copy().digest('hex'), ...end];
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  }
}
