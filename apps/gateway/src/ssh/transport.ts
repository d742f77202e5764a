/** What carries an SSH connection: a socket, or a channel of another SSH connection. */
export interface Transport {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Where the client came to; unknown for a channel. */
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  /** Sends what waits, then closes. */
  destroySoon(): void;
  /** Closes at once. */
  destroy(): unknown;
}
