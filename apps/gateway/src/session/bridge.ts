import type { Readable, Writable } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import type { Gate } from '../files/gate.js';
import type { Tap } from '../taps/tap.js';
import type { Downstream, Exit } from './downstream.js';

/** What the bridge tells its session. */
export interface BridgeEvents {
  /** The asset closed the channel; all its output has been passed on. */
  finished(exit: Exit): void;
}

/** Passes bytes both ways between downstream and upstream with backpressure; taps see them. */
export class Bridge {
  bytesIn = 0;
  bytesOut = 0;
  private readonly flows: Flow[] = [];

  constructor(
    readonly downstream: Downstream,
    private readonly channel: ClientChannel,
    private readonly taps: readonly Tap[],
    private readonly events: BridgeEvents,
    private readonly gate: Gate | null = null,
  ) {}

  /** Lets the bytes flow. */
  open(): void {
    const { downstream, channel, gate } = this;
    const passInput = (chunk: Buffer): boolean => {
      this.bytesIn += chunk.length;
      for (const tap of this.taps) tap.input(chunk);
      return true;
    };
    const passOutput = (chunk: Buffer): boolean => this.passOutput(chunk);
    const fromUser = new Flow(downstream.input, channel, passInput, gate && ((chunk) => gate.input(chunk)));
    const output = new Flow(channel, downstream.output, passOutput, gate && ((chunk) => gate.output(chunk)));
    gate?.connect(
      (bytes) => {
        // who does not read the answers is not heard either
        if (downstream.output.writable && !downstream.output.write(bytes))
          fromUser.holdUntilDrained(downstream.output);
      },
      (bytes) => {
        // an asset that does not read is told nothing more: what waits must not grow
        if (channel.writable && !channel.writableNeedDrain) channel.write(bytes);
      },
    );
    const errorOutput = new Flow(channel.stderr, downstream.errorOutput, passOutput);
    this.flows.push(fromUser, output, errorOutput);
    downstream.input.once('end', this.endInput);
    if (downstream.endOutput) channel.once('end', this.endOutput);
    this.watchEnd();
    for (const flow of this.flows) flow.start();
  }

  /** The taps have room again. */
  relieved(): void {
    for (const flow of this.flows) flow.release('taps');
  }

  /** Takes its hands off both sides: no byte passes any more. */
  close(): void {
    this.downstream.input.off('end', this.endInput);
    this.channel.off('end', this.endOutput);
    for (const flow of this.flows) flow.stop();
    this.channel.close();
  }

  private readonly endInput = (): void => {
    this.channel.end();
  };

  private readonly endOutput = (): void => {
    this.downstream.endOutput?.();
  };

  private passOutput(chunk: Buffer): boolean {
    this.bytesOut += chunk.length;
    let taken = true;
    for (const tap of this.taps) taken = tap.output(chunk) && taken;
    return taken;
  }

  /**
   * The end is when all output has been read: ssh2 emits `close` for standard output and standard error apart.
   * It gives the exit with `close`; its `exit` event may come before anybody could listen.
   */
  private watchEnd(): void {
    const { channel } = this;
    let exit: Exit = null;
    let open = 2;
    const closed = (): void => {
      if (--open === 0) this.events.finished(exit);
    };
    channel.once('close', (...how: ExitArguments) => {
      exit = exitOf(...how);
      closed();
    });
    channel.stderr.once('close', closed);
  }
}

type ExitArguments = [
  status?: number | null,
  signal?: string,
  coreDumped?: boolean | string,
  message?: string,
];

function exitOf(...[status, signal, coreDumped, message]: ExitArguments): Exit {
  if (typeof status === 'number') return { status };
  if (!signal) return null;
  return { signal: signal.replace(/^SIG/, ''), coreDumped: Boolean(coreDumped), message: message ?? '' };
}

type Hold = 'sink' | 'taps' | 'answers';

/** One direction: reads while nobody holds it. */
class Flow {
  private readonly holds = new Set<Hold>();
  private stopped = false;

  constructor(
    private readonly source: Readable,
    private readonly sink: Writable,
    /** Sees each chunk; false: the taps need a pause. */
    private readonly pass: (chunk: Buffer) => boolean,
    /** Gives what may pass of a chunk; null: all of it. */
    private readonly gate: ((chunk: Buffer) => readonly Buffer[]) | null = null,
  ) {}

  start(): void {
    this.source.on('data', this.take);
    this.source.resume();
  }

  hold(reason: Hold): void {
    this.holds.add(reason);
    this.source.pause();
  }

  /** Reads on when what was written to `sink` has left. */
  holdUntilDrained(sink: Writable): void {
    this.hold('answers');
    sink.once('drain', () => {
      this.release('answers');
    });
  }

  release(reason: Hold): void {
    if (this.holds.delete(reason) && this.holds.size === 0 && !this.stopped) this.source.resume();
  }

  stop(): void {
    this.stopped = true;
    this.source.off('data', this.take);
    this.sink.off('drain', this.drained);
    this.source.pause();
  }

  private readonly take = (chunk: Buffer): void => {
    if (!this.pass(chunk)) this.hold('taps');
    if (!this.gate) this.write(chunk);
    else for (const passing of this.gate(chunk)) this.write(passing);
  };

  private write(chunk: Buffer): void {
    if (this.stopped || !this.sink.writable || this.sink.write(chunk) || this.holds.has('sink')) return;
    this.hold('sink');
    this.sink.once('drain', this.drained);
  }

  private readonly drained = (): void => {
    this.release('sink');
  };
}
