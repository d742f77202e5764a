import type { ControlBus } from '#libs/database';
import type { SshBanner } from '#libs/identity';
import type { Logger } from '#libs/kernel';

/**
 * The banner as this gateway shows it now. It is held, not read for each connection: whoever floods the port must not
 * reach the database. While the database is away the last one stays.
 */
export class BannerText {
  /** With the line ends of the protocol (RFC 4252, section 5.4); empty: none. */
  now = '';
  private reads = 0;

  constructor(
    private readonly settings: SshBanner,
    private readonly logger: Logger,
    bus: ControlBus,
  ) {
    bus.on('ssh-banner.changed', () => void this.read());
    bus.onResync(() => void this.read());
  }

  /** Takes the text from the settings. */
  async read(): Promise<void> {
    const turn = ++this.reads;
    try {
      const { banner } = await this.settings.get();
      // an answer that was overtaken says what was
      if (turn === this.reads) this.now = banner.replaceAll('\n', '\r\n');
    } catch (error) {
      this.logger.warn({ err: error }, 'the banner can not be read; the last one stays');
    }
  }
}
