import type { Logger } from '#libs/kernel';
import { GatewayHostKeys, type GatewayHostKey, type GatewayHostKeySet } from '#libs/vault';

/** How often the files are looked at while nobody comes. */
const LOOK_MS = 5_000;

/** The host keys that this gateway works with. They may be replaced at any time: each connection looks. */
export class HostKeyRing {
  /** Is told of another key that clients are shown from now on. */
  onChange: (current: GatewayHostKey) => void = () => undefined;
  private readonly looking: NodeJS.Timeout;

  private constructor(
    private readonly files: GatewayHostKeys,
    private readonly logger: Logger,
    private keys: GatewayHostKeySet,
  ) {
    this.looking = setInterval(() => this.now(), LOOK_MS);
    this.looking.unref();
  }

  /** With the installation's key, which the first gateway makes. @throws the file system's error. */
  static async open(dataDir: string, logger: Logger): Promise<HostKeyRing> {
    const files = await GatewayHostKeys.open(dataDir);
    return new HostKeyRing(files, logger, files.read());
  }

  /** The keys now; those of before where the files can't be read. */
  now(): GatewayHostKeySet {
    const { fingerprint } = this.keys.current;
    try {
      this.keys = this.files.read();
    } catch (error) {
      this.logger.warn({ err: error }, 'the host keys can not be read; those of before are used');
    }
    const { current } = this.keys;
    if (current.fingerprint !== fingerprint) {
      this.logger.info({ fingerprint: current.fingerprint }, 'clients are shown another host key');
      this.onChange(current);
    }
    return this.keys;
  }

  /** Looks no more by itself. */
  close(): void {
    clearInterval(this.looking);
  }
}
