import type { Connection, ServerChannel } from 'ssh2';
import type { Logger } from '#libs/kernel';
import { refuseChannel } from './client-channels.js';
import { WayRefused, type Destination, type JumpHost, type Traveller } from './jump-host.js';
import { MAX_WAYS, type WayPlace } from './way-places.js';

const TOO_MANY = `You have ${MAX_WAYS} ways through this gateway at once, and nobody gets more.`;

/** The ways on to assets through one connection that leads to none itself, each for an SSH connection inside it. */
export class Ways {
  private readonly places = new Set<WayPlace>();
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
    const place = this.jump.places.take(traveller.user.id);
    if (!place) {
      refuseChannel(this.client, reject, TOO_MANY);
      return;
    }
    this.places.add(place);
    try {
      const asset = await place.inTurn(() => this.find(traveller, destination));
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

  private giveBack(place: WayPlace): void {
    this.places.delete(place);
    place.leave();
  }

  private find(traveller: Traveller, destination: Destination): Promise<string> {
    if (this.isClosed) throw new WayRefused('The connection is gone.');
    return this.jump.find(traveller, destination);
  }
}
