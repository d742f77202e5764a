import type { Grant } from '#libs/authorization';
import type { OpenAgent } from './downstream.js';
import { ConnectFailure } from './connect-failure.js';
import type { SealedTarget, TargetDirectory } from './target-directory.js';
import { MAX_CHANNELS, Upstream } from './upstream.js';

/** How long a client that multiplexes (ControlMaster) finds the connection of its last channel, in milliseconds. */
export const MULTIPLEXING_LINGER_MS = 2_000;
/** How long a connection that was kept may take to answer before another is made. */
const ANSWER_MS = 2_000;

interface Entry {
  upstream: Promise<Upstream>;
  /** Makes another in its place. */
  make: (target: SealedTarget) => Promise<Upstream>;
  /** No one else shall find it. */
  forget: () => void;
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
    /** How long a connection without channels is kept for the next one; 0: not at all. */
    private readonly lingerMs: number,
  ) {}

  /**
   * A connection for this grant.
   * @throws ConnectFailure
   */
  async lease(grant: Grant, { isSession, agent } = A_SESSION): Promise<UpstreamLease> {
    if (this.closed) throw new ConnectFailure('connect', 'The login has ended.', { word: 'login-ended' });
    const account = `${grant.terms.assetId}/${grant.terms.systemUserId}`;
    const key = agent ? `${account}/agent ${++this.lastAgent}` : account;
    const entry = this.entries.get(key) ?? this.connect(key, grant, agent);
    if (entry.linger) {
      entry.upstream = this.renew(entry, grant);
      entry.upstream.catch(entry.forget);
    }
    if (isSession && entry.sessions >= MAX_CHANNELS) {
      const message = `No more than ${MAX_CHANNELS} sessions at once on one connection.`;
      throw new ConnectFailure('connect', message, { word: 'too-many-sessions' });
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

  /** Whether a connection stands that nobody holds. */
  get isIdle(): boolean {
    const entries = [...this.entries.values()];
    return entries.length > 0 && entries.every(({ linger }) => linger !== null);
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
    let made = 0;
    const make = async (target: SealedTarget): Promise<Upstream> => {
      const number = ++made;
      const onClosed = (): void => {
        if (number === made) forget();
      };
      return Upstream.connect(grant, await this.targets.open(target), {
        onClosed,
        giveUp: giveUp.signal,
        agent,
      });
    };
    const upstream = this.targets.locate(grant).then(make);
    const entry: Entry = { upstream, make, forget, holders: 0, sessions: 0, linger: null, giveUp };
    upstream.catch(forget);
    this.entries.set(key, entry);
    return entry;
  }

  /** A connection that was kept leads on only to where a new one would, as whom it would, and while the asset answers. */
  private async renew(entry: Entry, grant: Grant): Promise<Upstream> {
    const [kept, target] = await Promise.all([entry.upstream, this.targets.locate(grant)]);
    if (kept.isMadeFor(target) && (await kept.answers(ANSWER_MS))) return kept;
    kept.close();
    return entry.make(target);
  }

  private giveBack(key: string, entry: Entry, mayServeOthers: boolean): void {
    if (--entry.holders > 0) return;
    if (!mayServeOthers || this.lingerMs === 0 || this.closed) this.drop(key, entry);
    else
      entry.linger = setTimeout(() => {
        this.drop(key, entry);
      }, this.lingerMs);
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
