import { Readable } from 'node:stream';

/**
 * What a session reads of the menu's channel while it has it: first what the menu had read beyond the line that began
 * it, then the rest, then its end. That end may have come before the session could listen, and nothing can be put back
 * into a stream that has ended: so the session doesn't read the channel itself.
 */
export class LentInput extends Readable {
  private isEnded = false;
  private isLent = true;

  /** @param hasEnded nothing comes from the channel any more */
  constructor(
    private readonly channel: Readable,
    typedAhead: readonly Buffer[],
    hasEnded: boolean,
  ) {
    super();
    for (const bytes of typedAhead) this.push(bytes);
    channel.on('data', this.passOn).on('end', this.over).on('close', this.over);
    channel.pause();
    if (hasEnded) this.over();
  }

  override _read(): void {
    if (this.isLent && !this.isEnded) this.channel.resume();
  }

  /** Gives the channel back, held, and what the session left unread. */
  giveBack(): Buffer[] {
    this.isLent = false;
    this.channel.off('data', this.passOn).off('end', this.over).off('close', this.over);
    this.channel.pause();
    this.pause();
    const unread: unknown = this.read();
    return Buffer.isBuffer(unread) ? [unread] : [];
  }

  private readonly passOn = (bytes: Buffer): void => {
    // a channel that was cut off is over before all of it was read
    if (this.isEnded || !this.push(bytes)) this.channel.pause();
  };

  private readonly over = (): void => {
    if (this.isEnded) return;
    this.isEnded = true;
    this.push(null);
  };
}
