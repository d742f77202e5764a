import type { Action } from '#libs/contracts';

/** What a kind of channel or request needs (one of several), or why nobody gets it. */
export type ChannelRule = { needs: readonly [Action, ...Action[]] } | { refused: string };

/**
 * Everything that an SSH client can ask for, and what it takes. What isn't in this table is refused;
 * a test compares it with the handlers.
 */
export const CHANNEL_KINDS = {
  shell: { needs: ['connect'] },
  /** A far end of scp or rsync needs what it does: see `actionsOf`. */
  exec: { needs: ['exec'] },
  'subsystem:sftp': { needs: ['download', 'upload'] },
  'subsystem:other': { refused: 'This gateway has no such subsystem.' },
  /**
   * Of a login that leads straight to an asset: what that asset reaches (`forward`). Of another: only to the gateway's
   * own SSH for an asset of the user's, see JumpHost. Never to a TCP connection of the gateway.
   */
  'direct-tcpip': { needs: ['forward', 'connect', 'exec', 'download', 'upload'] },
  'direct-streamlocal': { refused: 'Forwarding of sockets is not allowed.' },
  /** On the asset that the login leads straight to, never on the gateway. */
  'tcpip-forward': { needs: ['remote-forward'] },
  'streamlocal-forward': { refused: 'Forwarding of sockets is not allowed.' },
  x11: { refused: 'X11 forwarding is not allowed.' },
  'auth-agent': { needs: ['agent'] },
} as const satisfies Record<string, ChannelRule>;

export type ChannelKind = keyof typeof CHANNEL_KINDS;
