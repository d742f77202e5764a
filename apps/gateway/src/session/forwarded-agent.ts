import type { Duplex } from 'node:stream';
import ssh2 from 'ssh2';
import type { OpenAgent } from './downstream.js';

/** The user's own SSH agent, reached through their connection: for the asset to ask, never for the gateway's logins. */
export class ForwardedAgent extends ssh2.BaseAgent {
  constructor(private readonly open: OpenAgent) {
    super();
  }

  override getIdentities(done: (error?: Error | null, keys?: never[]) => void): void {
    done(null, []);
  }

  override sign(_key: unknown, _data: Buffer, ...rest: unknown[]): void {
    const done = rest.at(-1);
    if (done instanceof Function) Reflect.apply(done, null, [new Error('not for logins of the gateway')]);
  }

  /** One conversation of a program on the asset with the agent. */
  override getStream(done: (error?: Error | null, stream?: Duplex) => void): void {
    this.open().then(
      (stream) => {
        done(null, stream);
      },
      (error: unknown) => {
        done(error instanceof Error ? error : new Error('the agent is away'));
      },
    );
  }
}
