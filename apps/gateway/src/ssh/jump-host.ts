import type { AuthContext, Connection, ServerChannel } from 'ssh2';
import type { ReachableAssets } from '#libs/authorization';
import type { User } from '#libs/database';
import type { Logger } from '#libs/kernel';
import type { DirectLogin } from '../session/direct-login.js';
import { PersonPlaces } from '../session/person-places.js';
import type { PersonTurns } from '../session/person-turns.js';
import { InnerSocket } from './inner-socket.js';
import type { HostKeyRing } from './host-key-ring.js';
import type { Login, LoggedIn } from './login-attempts.js';
import { SshEntrance } from './ssh-entrance.js';

/** Who asks for a way on, from a connection that has logged in. */
export interface Traveller {
  user: User;
  byPassword: boolean;
  address: string;
}

/** `ssh -J`: where the client believes to open a TCP connection to (RFC 4254 section 7.2). */
export interface Destination {
  host: string;
  port: number;
}

/** What the jump host needs of its gateway. */
export interface JumpHostParts {
  hostKeys: HostKeyRing;
  reachable: ReachableAssets;
  direct: Pick<DirectLogin, 'whyInactive'>;
  logger: Logger;
  /** Time to log in, in milliseconds. */
  graceMs: number | undefined;
  /** Ways of one person at once; each that only stands costs 12 KB. */
  perPerson: number;
  turns: PersonTurns;
  /** An SSH connection has begun on a way; gives what hears of its login. */
  onConnection(client: Connection, socket: InnerSocket, address: string, login: Login): void;
}

/** One way of a traveller to an asset, before anything is said on it. */
interface Way {
  traveller: Traveller;
  asset: string;
  socket: InnerSocket;
}

const GRACE_MS = 60_000;
/** What a name means where no port was given. */
const SSH_PORT = 22;
const NOT_FOUND =
  'None of your assets has this name or address with this port. This gateway opens no other connections.';
const AMBIGUOUS = 'Several of your assets have this address and port: give the name of the one you mean.';
const AWAY = 'The gateway can not look up your assets right now. Try again soon.';

/**
 * ProxyJump without a TCP connection behind it (FEATURES C9): the gateway itself speaks SSH on the channel, so that what
 * comes through it is a session like any other. The destination only names an asset; nothing is ever dialled for it.
 */
export class JumpHost {
  /** For as many ways as people may have. */
  readonly places: PersonPlaces;
  /** In which ways are looked up. */
  readonly turns: PersonTurns;
  private readonly entrance: SshEntrance;
  private readonly ways = new Map<number, Way>();
  private lastWay = 0;

  constructor(private readonly parts: JumpHostParts) {
    const { hostKeys, logger, perPerson, turns } = parts;
    this.turns = turns;
    this.places = new PersonPlaces(perPerson);
    this.entrance = new SshEntrance({
      hostKeys: () => hostKeys.now(),
      onClient: (client, { port }) => {
        const way = this.ways.get(port);
        if (way) this.begin(client, way);
        else client.end();
      },
      logger,
    });
  }

  /** The asset that the destination names. @throws WayRefused in words for the person */
  async find({ user }: Traveller, { host, port }: Destination): Promise<string> {
    if (/\p{Cc}/u.test(host)) throw new WayRefused(NOT_FOUND);
    const query = { exact: host, offset: 0, limit: 20 };
    const { items } = await this.lookUp(this.parts.reachable.list(user.id, query));
    const isName = (name: string): boolean => name.toLowerCase() === host.toLowerCase();
    const named = items.find((asset) => isName(asset.name));
    if (named) {
      if (port === named.port || port === SSH_PORT) return named.name;
      throw new WayRefused(NOT_FOUND);
    }
    const [only, ...others] = items.filter((asset) => asset.port === port);
    if (!only) {
      const inactive =
        items.length === 0 ? await this.lookUp(this.parts.direct.whyInactive(user.id, host)) : null;
      throw new WayRefused(inactive ?? NOT_FOUND);
    }
    if (others.length > 0) throw new WayRefused(AMBIGUOUS);
    return only.name;
  }

  /** Speaks SSH on the channel, for a session on the asset. */
  open(traveller: Traveller, asset: string, channel: ServerChannel): void {
    const number = ++this.lastWay;
    const socket = new InnerSocket(channel, traveller.address, number);
    this.ways.set(number, { traveller, asset, socket });
    socket.once('close', () => this.ways.delete(number));
    socket.on('error', (error) => {
      this.parts.logger.debug({ err: error }, 'inner SSH connection failed');
    });
    this.entrance.admit(socket);
  }

  private async lookUp<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      this.parts.logger.error({ err: error }, 'ProxyJump');
      throw new WayRefused(AWAY);
    }
  }

  private begin(client: Connection, { traveller, asset, socket }: Way): void {
    const late = setTimeout(() => {
      socket.destroy();
    }, this.parts.graceMs ?? GRACE_MS);
    client.once('ready', () => {
      clearTimeout(late);
    });
    socket.once('close', () => {
      clearTimeout(late);
    });
    this.parts.onConnection(client, socket, traveller.address, new InnerLogin(traveller, asset));
  }
}

/** A destination that nobody is led to; the message is for the person. */
export class WayRefused extends Error {}

/** Names of accounts; what else is sent is no system user's. */
const SYSTEM_USERNAME = /^[^\p{C}\s@#]{1,64}$/u;
const MAX_REFUSED = 6;

/**
 * The login inside a way: the outer connection has proved who it is, with every factor that is asked for, so any method
 * will do, and clients begin with `none` (RFC 4252 section 5.2). The name says only as which system user: the rules
 * decide on it, as on every session.
 */
class InnerLogin implements Login {
  private refused = 0;

  constructor(
    private readonly traveller: Traveller,
    private readonly asset: string,
  ) {}

  close(): Promise<void> {
    return Promise.resolve(); // the outer login has said what there was to say
  }

  handle(context: AuthContext): Promise<LoggedIn | null> {
    const { user, byPassword } = this.traveller;
    const systemUsername = withoutOwnName(context.username, user.username);
    if (!SYSTEM_USERNAME.test(systemUsername) || this.refused >= MAX_REFUSED) {
      this.refused++;
      context.reject(['none']);
      return Promise.resolve(null);
    }
    context.accept();
    // a key that is only offered is answered by ssh2 with "sign, please"
    if (context.method === 'publickey' && !context.signature) return Promise.resolve(null);
    const loginName = { username: user.username, target: { systemUsername, asset: this.asset } };
    return Promise.resolve({ user, loginName, method: byPassword ? 'password' : 'publickey', keyId: null });
  }
}

/** `alice@dev`, as alice writes it for a direct login, is `dev`: who she is, the outer connection has proved. */
function withoutOwnName(name: string, own: string): string {
  const head = name.slice(0, own.length + 1).toLowerCase();
  return head === `${own}@` || head === `${own}#` ? name.slice(own.length + 1) : name;
}
