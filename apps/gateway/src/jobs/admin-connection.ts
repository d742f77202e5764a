import ssh2, { type Client } from 'ssh2';
import { tell, type ConnectionStep, type HostWord, type Told } from '#libs/contracts';
import { adviseOn, ConnectFailure, hasNoPinnedType } from '../session/connect-failure.js';
import { addressesOf, dial, type Dialled } from '../session/dial.js';
import { FirstWords } from '../session/first-words.js';
import { methodsFor } from '../session/upstream.js';
import { guardFromAsset } from '../ssh/asset-guard.js';
import { hostKeyAlgorithmsOf, UPSTREAM_ALGORITHMS } from '../ssh/algorithms.js';
import type { AdminTarget } from './admin-directory.js';
import { boundedExec, ExecFailure, type ExecLimits, type ExecOutcome } from './bounded-exec.js';
import { RootShell } from './root-shell.js';

const RESOLVE_MS = 4_000;
const LOGIN_MS = 10_000;
const PRIVILEGE_LIMITS: ExecLimits = { timeoutMs: 6_000, maxBytes: 4096 };
const PROOF_LIMITS: ExecLimits = { timeoutMs: 6_000, maxBytes: 1024 };
const SCRIPT_LIMITS: ExecLimits = { timeoutMs: 30_000, maxBytes: 256 * 1024 };
/** How long a connection that is closed may take to say goodbye. */
const GOODBYE_MS = 1_000;

/** A shell that reads its program, whatever shell the account has. */
const SHELL = 'exec sh';

/** For scripts: the system's programs, their words in English, files for nobody else. */
export const PRELUDE =
  'PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin LC_ALL=C; export PATH LC_ALL; umask 077\n';

/**
 * Makes the shell one of root's: it is that already, or another takes its place. Says so by a word where it takes sudo,
 * and then whose it is.
 */
const becomeRootAnd = (ended: string): string => `if [ "$(id -u)" = 0 ]; then
  ${PRELUDE}  echo 0; ${ended}
elif command -v sudo >/dev/null 2>&1; then
  echo by-sudo; exec sudo -n sh -c "${PRELUDE}id -u; ${ended}; exec sh"
else
  echo no-sudo; exit
fi`;

const EXEC_WORDS: Record<ExecFailure['reason'], HostWord> = {
  refused: 'command-refused',
  timeout: 'command-timeout',
  'too-much-output': 'too-much-output',
  lost: 'connection-lost',
};

/** Whoever opens a connection hears each step as it succeeds, and may give up. */
export interface AdminConnectionTerms {
  onStep?: (step: ConnectionStep, told: string | Told) => void;
  /** Hears the IP address that is connected to. */
  onAddress?: (address: string) => void;
  /** Ends the attempt, and the connection with whatever runs on it. */
  giveUp?: AbortSignal;
}

/** What a script reads, and its limits where they are not 30 s and 256 KiB of output. */
export interface ScriptOptions extends Partial<ExecLimits> {
  /** Its standard input: whole lines. Absent: empty. */
  input?: string;
}

/**
 * A connection to an asset as its admin account, on which POSIX `sh` scripts run as root: directly, or by `sudo -n`.
 * Needs nothing on the asset but `sh`. Close it always.
 */
export class AdminConnection {
  private constructor(
    private readonly client: Client,
    private readonly shell: RootShell,
    private readonly target: Pick<AdminTarget, 'assetName' | 'username'>,
    /** Whether root's rights come by sudo. */
    readonly bySudo: boolean,
    private readonly stopListening: () => void,
  ) {}

  /**
   * Resolves, connects, checks the host key against the pins, logs in, makes sure of root's rights.
   * @throws ConnectFailure with the step that failed and what to do.
   */
  static async open(target: AdminTarget, terms: AdminConnectionTerms = {}): Promise<AdminConnection> {
    const addresses = await resolve(target);
    const address = addresses.join(', ');
    terms.onStep?.(
      'resolve',
      target.address === address ? address : tell('resolved', { name: target.address, address }),
    );
    const client = new ssh2.Client();
    const abort = (): void => {
      client.destroy();
    };
    terms.giveUp?.addEventListener('abort', abort);
    const stopListening = (): void => terms.giveUp?.removeEventListener('abort', abort);
    try {
      await login(client, target, addresses, terms);
      const { shell, bySudo } = await becomeRoot(client, target);
      terms.onStep?.('privilege', tell(bySudo ? 'sudoer' : 'root'));
      return new AdminConnection(client, shell, target, bySudo, stopListening);
    } catch (error) {
      stopListening();
      client.destroy();
      throw error;
    }
  }

  /**
   * Runs a script as root, after those before it. It stands on no command line, its input neither. A status other than
   * 0 is an answer, not an error.
   * @throws ExecFailure in words; the connection is closed then.
   */
  async run(script: string, options: ScriptOptions = {}): Promise<ExecOutcome> {
    const { input = '', ...limits } = options;
    try {
      return await this.shell.run(script, input, { ...SCRIPT_LIMITS, ...limits });
    } catch (error) {
      this.stopListening();
      this.client.destroy();
      if (!(error instanceof ExecFailure)) throw error;
      const told = tell(EXEC_WORDS[error.reason], { asset: this.target.assetName });
      throw new ExecFailure(error.reason, told, { cause: error });
    }
  }

  /** Closes it, also when the other side doesn't. */
  close(): void {
    this.stopListening();
    this.client.end();
    setTimeout(() => this.client.destroy(), GOODBYE_MS).unref();
  }
}

async function resolve({ assetName, address }: AdminTarget): Promise<string[]> {
  try {
    return await addressesOf(address, RESOLVE_MS);
  } catch (error) {
    throw adviseOn(assetName, error instanceof Error ? error : new Error(String(error)));
  }
}

async function login(
  client: Client,
  target: AdminTarget,
  addresses: readonly string[],
  terms: AdminConnectionTerms,
): Promise<void> {
  const { assetName, port, hostKeys } = target;
  if (hostKeys.length === 0)
    throw new ConnectFailure('host-key', tell('no-pinned-key', { asset: assetName }));
  const begun = performance.now();
  const dialled = await dial(addresses, port, { timeoutMs: LOGIN_MS, giveUp: terms.giveUp }).catch(
    (error: unknown) => {
      if (terms.giveUp?.aborted) throw new ConnectFailure('connect', tell('stopped'));
      throw adviseOn(assetName, error instanceof Error ? error : new Error(String(error)));
    },
  );
  terms.onAddress?.(dialled.address);
  await logIn(client, target, dialled, Math.max(1, LOGIN_MS - (performance.now() - begun)), terms);
}

function logIn(
  client: Client,
  target: AdminTarget,
  { socket, address }: Dialled,
  readyTimeout: number,
  terms: AdminConnectionTerms,
): Promise<void> {
  const { assetName, port, hostKeys, username, password, privateKey } = target;
  return new Promise((resolve, reject) => {
    let wrongKey = false;
    const first = new FirstWords(socket);
    client.once('ready', () => {
      terms.onStep?.('login', tell('logged-in', { username }));
      resolve();
    });
    client.on('error', (error) => {
      const isOther = wrongKey || hasNoPinnedType(error);
      const failure = isOther ? hostKeyChanged(target) : loginFailure(target, error);
      reject(first.orForeign(assetName, failure));
    });
    client.once('close', () => {
      reject(first.orForeign(assetName, closedEarly(target, terms)));
    });
    client.on('keyboard-interactive', (_name, _instructions, _language, prompts, answer) => {
      answer(prompts.map(({ echo }) => (echo ? '' : (password ?? ''))));
    });
    const hostVerifier = (key: Buffer): boolean => {
      terms.onStep?.('connect', tell('answers', { address, port }));
      wrongKey = !hostKeys.some((pinned) => Buffer.from(pinned.blob, 'base64').equals(key));
      if (!wrongKey) terms.onStep?.('host-key', tell('key-is-pinned'));
      return !wrongKey;
    };
    client.connect({
      sock: socket,
      username,
      ...(privateKey ? { privateKey } : {}),
      ...(password ? { password, tryKeyboard: true } : {}),
      authHandler: methodsFor(target),
      hostVerifier,
      algorithms: {
        ...UPSTREAM_ALGORITHMS,
        serverHostKey: [...new Set(hostKeys.flatMap(({ type }) => hostKeyAlgorithmsOf(type)))],
      },
      readyTimeout,
    });
    guardFromAsset(client, socket, () => client.destroy());
    if (terms.giveUp?.aborted) client.destroy();
  });
}

function closedEarly({ assetName }: AdminTarget, { giveUp }: AdminConnectionTerms): ConnectFailure {
  const told = giveUp?.aborted ? tell('stopped') : tell('closed-before-login', { asset: assetName });
  return new ConnectFailure('connect', told);
}

function hostKeyChanged({ assetName }: AdminTarget): ConnectFailure {
  return new ConnectFailure('host-key', tell('host-key-changed', { asset: assetName }));
}

function loginFailure(target: AdminTarget, error: Error & { level?: string }): ConnectFailure {
  const { assetName, username } = target;
  if (error.level !== 'client-authentication') return adviseOn(assetName, error);
  const told = tell('admin-login-refused', { asset: assetName, username });
  return new ConnectFailure('login', told, { cause: error });
}

/** A shell of root's, and whether it took sudo. @throws ConnectFailure when the account has not root's rights */
async function becomeRoot(
  client: Client,
  { assetName, username }: AdminTarget,
): Promise<{ shell: RootShell; bySudo: boolean }> {
  const fail = (code: HostWord, said: Record<string, string> = {}, cause?: unknown): ConnectFailure =>
    new ConnectFailure('privilege', tell(code, { asset: assetName, username, ...said }), { cause });
  try {
    const shell = await RootShell.start(client, SHELL, PRIVILEGE_LIMITS.timeoutMs);
    const { stdout } = await shell.become(becomeRootAnd, PRIVILEGE_LIMITS);
    const lines = stdout.trimEnd().split('\n');
    if (lines.at(-1) === '0') return { shell, bySudo: lines.includes('by-sudo') };
  } catch (error) {
    if (!(error instanceof ExecFailure)) throw error;
    const { stdout, stderr } = error.said;
    if (error.reason !== 'lost') throw fail(EXEC_WORDS[error.reason], {}, error);
    const last = stdout.trimEnd().split('\n').at(-1) ?? '';
    if (last === 'no-sudo') throw fail('no-sudo');
    const said = (stderr || stdout).trim().split('\n')[0]?.slice(0, 200) ?? '';
    if (last !== 'by-sudo' && said !== '') throw fail('script-not-run', { said }, error);
    if (last !== 'by-sudo') throw fail(EXEC_WORDS.lost, {}, error);
  }
  throw fail('not-root');
}

/**
 * Logs in as an account that is no admin account and runs one command: a push proves so that it works.
 * @throws ConnectFailure
 */
export async function proveLogin(
  target: AdminTarget,
  command: string,
  terms: AdminConnectionTerms = {},
): Promise<ExecOutcome | ExecFailure> {
  const client = new ssh2.Client();
  const abort = (): void => {
    client.destroy();
  };
  terms.giveUp?.addEventListener('abort', abort);
  try {
    await login(client, target, await resolve(target), terms);
    return await boundedExec(client, command, Buffer.alloc(0), PROOF_LIMITS);
  } catch (error) {
    if (error instanceof ExecFailure) return error;
    throw error;
  } finally {
    terms.giveUp?.removeEventListener('abort', abort);
    client.destroy();
  }
}
