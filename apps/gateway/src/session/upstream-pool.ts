import type { Grant } from '#libs/authorization';
import type { OpenAgent } from './downstream.js';
import { ConnectFailure } from './connect-failure.js';
import type { TargetDirectory } from './target-directory.js';
import { MAX_CHANNELS, Upstream } from './upstream.js';

/** How long a connection without channels is kept for the next one, for clients that multiplex. */
const LINGER_MS = 2_000;

interface Entry {
  upstream: Promise<Upstream>;
  /** Who holds it, and how many of these are sessions. */
  holders: number;
  sessions: number;
  linger: NodeJS.Timeout | null;
  /** Gives a connection up that does not stand yet. */
  giveUp: AbortController;
}

/** What is to happen on a connection. */
export interface LeaseTerms {
  /** A port that is forwarded is none to the asset's limit of sessions. */
  isSession: boolean;
  /** The asset gets the user's agent, on a connection of its own. */
  agent: OpenAgent | null;
}

const A_SESSION: LeaseTerms = { isSession: true, agent: null };

/** One channel's hold on a connection; give it back exactly once. */
export interface UpstreamLease {
  upstream: Upstream;
  release(): void;
}

/**
 * The connections to assets of one login. Channels of the same user to the same account share one, as
 * OpenSSH's ControlMaster does; different logins never share.
 */
export class UpstreamPool {
  private readonly entries = new Map<string, Entry>();
  private closed = false;
  private lastAgent = 0;

  constructor(
    private readonly targets: TargetDirectory,
    private readonly lingers: boolean,
  ) {}

  /**
   * A connection for this grant.
   * @throws ConnectFailure
   */
  async lease(grant: Grant, { isSession, agent } = A_SESSION): Promise<UpstreamLease> {
    if (this.closed) throw new ConnectFailure('connect', 'The login has ended.');
    const account = `${grant.terms.assetId}/${grant.terms.systemUserId}`;
    const key = agent ? `${account}/agent ${++this.lastAgent}` : account;
    const entry = this.entries.get(key) ?? this.connect(key, grant, agent);
    if (isSession && entry.sessions >= MAX_CHANNELS) {
      throw new ConnectFailure('connect', `No more than ${MAX_CHANNELS} sessions at once on one connection.`);
    }
    if (entry.linger) clearTimeout(entry.linger);
    entry.linger = null;
    entry.holders++;
    if (isSession) entry.sessions++;
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      if (isSession) entry.sessions--;
      this.giveBack(key, entry, agent === null);
    };
    try {
      return { upstream: await entry.upstream, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Closes all connections; for the end of the login. */
  close(): void {
    this.closed = true;
    for (const [key, entry] of this.entries) this.drop(key, entry);
  }

  private connect(key: string, grant: Grant, agent: OpenAgent | null): Entry {
    const forget = (): void => {
      if (this.entries.get(key) === entry) this.entries.delete(key);
    };
    const giveUp = new AbortController();
    const upstream = this.targets
      .find(grant)
      .then((target) => Upstream.connect(grant, target, { onClosed: forget, giveUp: giveUp.signal, agent }));
    const entry: Entry = { upstream, holders: 0, sessions: 0, linger: null, giveUp };
    upstream.catch(forget);
    this.entries.set(key, entry);
    return entry;
  }

  private giveBack(key: string, entry: Entry, mayServeOthers: boolean): void {
    if (--entry.holders > 0) return;
    if (!mayServeOthers || !this.lingers || this.closed) this.drop(key, entry);
    else
      entry.linger = setTimeout(() => {
        this.drop(key, entry);
      }, LINGER_MS);
  }

  private drop(key: string, entry: Entry): void {
    if (entry.linger) clearTimeout(entry.linger);
    if (this.entries.get(key) === entry) this.entries.delete(key);
    entry.giveUp.abort();
    entry.upstream.then(
      (upstream) => {
        upstream.close();
      },
      () => undefined, // it never stood; its asker was told
    );
  }
}
