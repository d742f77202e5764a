import { Duplex } from 'node:stream';
import type { ServerChannel } from 'ssh2';
import { bounded } from './bounded-channel.js';
import type { Transport } from './transport.js';

/** A channel of an SSH connection, as the socket of another one that runs inside it. */
export class InnerSocket extends Duplex implements Transport {
  bytesRead = 0;
  bytesWritten = 0;

  constructor(
    private readonly channel: ServerChannel,
    /** What ssh2 tells of a socket: whose it is. */
    readonly remoteAddress: string,
    readonly remotePort: number,
  ) {
    super({ allowHalfOpen: false });
    bounded(channel);
    channel.on('data', (chunk: Buffer) => {
      this.bytesRead += chunk.length;
      if (!this.push(chunk)) channel.pause();
    });
    channel.on('end', () => this.push(null));
    channel.on('close', () => this.destroy());
    channel.on('error', (error: Error) => this.destroy(error));
  }

  destroySoon(): void {
    if (this.writableFinished) this.destroy();
    else
      this.end(() => {
        this.destroy();
      });
  }

  override _read(): void {
    this.channel.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.bytesWritten += chunk.length;
    if (!this.channel.writable) done(new Error('the outer connection is gone'));
    else if (this.channel.write(chunk)) done();
    else this.channel.once('drain', done);
  }

  override _final(done: () => void): void {
    this.channel.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.channel.close();
    done(error);
  }
}
