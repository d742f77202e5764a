import { PassThrough, Writable } from 'node:stream';
import type { TransferProtocol } from '#libs/contracts';
import type { Downstream, DownstreamListener } from '../session/downstream.js';
import { PacketSplitter } from './packet-splitter.js';
import { packetOf, PacketReader, SFTP } from './sftp-packets.js';

/** What a branch says to the root. */
export interface BranchEvents {
  /** One packet of the asset; the callback when there is room for more. */
  packet(packet: Buffer): void;
  /** Nothing comes any more, and why. */
  ended(why: string): void;
}

/** Packets of an asset are gathered up to this: two streams share one channel, and may not mix. */
const MAX_PACKET = 1024 * 1024;

/** One asset under the SFTP root or for the console, as the user's side of a session of its own. */
export class RootBranch implements Downstream {
  readonly pty = null;
  readonly command = null;
  readonly environment = {};
  readonly input = new PassThrough();
  readonly output: Writable;
  readonly errorOutput: Writable;
  /** By the path of a file that is written beside its place: its place. */
  readonly destinations = new Map<string, string>();
  /** What the asset's server can do beyond the protocol (draft-ietf-secsh-filexfer-02, section 4), once it has answered. */
  readonly extensions = new Set<string>();
  private listener: DownstreamListener | null = null;
  private told = '';
  private over = false;

  constructor(
    private readonly outer: Pick<Downstream, 'sourceAddress' | 'output' | 'errorOutput'>,
    private readonly events: BranchEvents,
    readonly kind: 'sftp' | 'files' = 'sftp',
    readonly fileProtocol: TransferProtocol = 'sftp',
  ) {
    const splitter = new PacketSplitter({
      headBytes: () => MAX_PACKET,
      head: (packet) => {
        // the asset's own greeting is answered by the root
        if (packet.readUInt8(4) === SFTP.VERSION) this.hear(new PacketReader(packet));
        else events.packet(packet);
        return 'drop';
      },
      body: () => undefined,
    });
    this.output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        splitter.feed(chunk);
        if (outer.output.writableNeedDrain) outer.output.once('drain', done);
        else done();
      },
    });
    this.errorOutput = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (outer.errorOutput.writable) outer.errorOutput.write(chunk);
        done();
      },
    });
    this.input.write(packetOf(SFTP.INIT, 3));
  }

  private hear(greeting: PacketReader): void {
    greeting.byte();
    greeting.uint32();
    while (!greeting.atEnd) {
      this.extensions.add(greeting.string().toString());
      greeting.string();
    }
  }

  get isGone(): boolean {
    return this.over;
  }

  get sourceAddress(): string {
    return this.outer.sourceAddress;
  }

  /** A request for the asset. False: the asset is slow, wait for `drain` of `input`. */
  ask(packet: Buffer): boolean {
    return this.input.write(packet);
  }

  /** The client is gone. */
  hangUp(): void {
    this.listener?.closed();
    this.finish();
  }

  listen(listener: DownstreamListener | null): void {
    this.listener = listener;
  }

  notice(text: string): void {
    this.told = text;
  }

  finish(): void {
    if (this.over) return;
    this.over = true;
    this.input.destroy();
    this.events.ended(this.told === '' ? 'The asset closed the connection.' : this.told);
  }
}
