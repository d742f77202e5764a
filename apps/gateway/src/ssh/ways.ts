import type { Connection, ServerChannel } from 'ssh2';
import type { Logger } from '#libs/kernel';
import { refuseChannel } from './client-channels.js';
import { WayRefused, type Destination, type JumpHost, type Traveller } from './jump-host.js';

/** The ways on to assets through one connection that leads to none itself, each for an SSH connection inside it. */
export class Ways {
  /** What gives their places back. */
  private readonly places = new Set<() => void>();
  private isClosed = false;

  constructor(
    private readonly jump: JumpHost,
    private readonly client: Connection,
    private readonly logger: Logger,
  ) {}

  /** One more, or a refusal in words that the client shows. */
  async open(
    traveller: Traveller,
    destination: Destination,
    accept: () => ServerChannel,
    reject: () => void,
  ): Promise<void> {
    const { places } = this.jump;
    const place = places.take(traveller.user.id);
    if (!place) {
      const words = `You have ${places.max} ways through this gateway at once, and nobody gets more.`;
      refuseChannel(this.client, reject, words);
      return;
    }
    this.places.add(place);
    try {
      const asset = await this.find(traveller, destination);
      if (this.isClosed) return;
      const channel = accept();
      channel.once('close', () => {
        this.giveBack(place);
      });
      this.jump.open(traveller, asset, channel);
    } catch (error) {
      this.giveBack(place);
      const { username } = traveller.user;
      this.logger.info({ err: error, username, ...destination }, 'no way on');
      refuseChannel(this.client, reject, error instanceof WayRefused ? error.message : '');
    }
  }

  /** The connection is gone: so are its ways, also those that were still to be. */
  close(): void {
    this.isClosed = true;
    for (const place of this.places) this.giveBack(place);
  }

  private giveBack(place: () => void): void {
    this.places.delete(place);
    place();
  }

  private find(traveller: Traveller, destination: Destination): Promise<string> {
    return this.jump.turns.in(traveller.user.id, () => {
      if (this.isClosed) throw new WayRefused('The connection is gone.');
      return this.jump.find(traveller, destination);
    });
  }
}
