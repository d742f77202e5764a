import type { Socket } from 'node:net';
import { tell } from '#libs/contracts';
import { ConnectFailure } from './connect-failure.js';

/** So much is looked at: a server may send other lines before its version line (RFC 4253, section 4.2). */
const MOST = 8192;

/** What answers first on a new connection, so that a web or mail server behind a mistyped port is told from an sshd. */
export class FirstWords {
  private heard = '';

  /** Listens until a version line of SSH came. */
  constructor(socket: Socket) {
    const hear = (bytes: Buffer): void => {
      this.heard += bytes.toString('latin1');
      if (this.isSsh || this.heard.length > MOST) socket.off('data', hear);
    };
    socket.on('data', hear);
  }

  /** Something answered, and it was not SSH. */
  get areForeign(): boolean {
    return this.heard !== '' && !this.isSsh;
  }

  /** Why there is no connection to the asset: this, unless what answers there is no SSH server. */
  orForeign(assetName: string, failure: ConnectFailure): ConnectFailure {
    if (!this.areForeign) return failure;
    return new ConnectFailure('connect', tell('not-ssh', { asset: assetName }), { cause: failure });
  }

  private get isSsh(): boolean {
    return /^SSH-/m.test(this.heard);
  }
}
