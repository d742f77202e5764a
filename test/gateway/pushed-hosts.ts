import type { Host } from '../hosts/index.js';
import type { Harness } from './harness.js';
import type { PushDesk } from './push-desk.js';

/** Hosts with root's key, registered as assets: what pushes go to. */
export class PushedHosts {
  private constructor(private readonly all: readonly { host: Host; asset: string }[]) {}

  static async start(harness: Harness, desk: PushDesk, names: readonly string[]): Promise<PushedHosts> {
    const start = async (name: string): Promise<{ host: Host; asset: string }> => {
      const host = await harness.startHost({ name, setup: desk.rootSetup });
      return { host, asset: await desk.addAsset(host) };
    };
    return new PushedHosts(await Promise.all(names.map(start)));
  }

  /** Ids of the assets. */
  get assets(): string[] {
    return this.all.map(({ asset }) => asset);
  }

  at(index: number): { host: Host; asset: string } {
    const found = this.all[index];
    if (!found) throw new Error('no such host');
    return found;
  }

  /** What a command of root's prints on the host, or its status and what it complains of. */
  async on(command: string, index = 0): Promise<string> {
    const { text, stderr, status } = await this.at(index).host.exec(command);
    return status === 0 ? text.trim() : `status ${status}: ${stderr.trim()}`;
  }
}
