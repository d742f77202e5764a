import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import ssh2, { type Client } from 'ssh2';
import { tell, type ConnectionStep, type HostWord, type Told } from '#libs/contracts';
import { adviseOn, ConnectFailure } from '../session/connect-failure.js';
import { methodsFor } from '../session/upstream.js';
import { hostKeyAlgorithmsOf, UPSTREAM_ALGORITHMS } from '../ssh/algorithms.js';
import type { AdminTarget } from './admin-directory.js';
import { boundedExec, ExecFailure, type ExecLimits, type ExecOutcome } from './bounded-exec.js';

const RESOLVE_MS = 4_000;
const LOGIN_MS = 10_000;
const PRIVILEGE_LIMITS: ExecLimits = { timeoutMs: 6_000, maxBytes: 1024 };
const SCRIPT_LIMITS: ExecLimits = { timeoutMs: 30_000, maxBytes: 256 * 1024 };
/** How long a connection that is closed may take to say goodbye. */
const GOODBYE_MS = 1_000;

/** Says `root`, the user id that sudo gives, or nothing; run by whatever shell the account has, so one quoted word. */
const PRIVILEGE_CHECK = `exec sh -c 'if [ "$(id -u)" = 0 ]; then echo root; elif command -v sudo >/dev/null 2>&1; then sudo -n sh -c "id -u"; else echo no-sudo; fi'`;

/** Before every script: the system's programs, their words in English, files for nobody else. */
export const PRELUDE = 'PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C; export PATH LC_ALL; umask 077\n';

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
  /** Its standard input. Absent: empty. */
  input?: string | Buffer;
}

/**
 * A connection to an asset as its admin account, on which POSIX `sh` scripts run as root: directly, or by `sudo -n`.
 * Needs nothing on the asset but `sh` and `dd`. Close it always.
 */
export class AdminConnection {
  private constructor(
    private readonly client: Client,
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
    const address = await resolve(target);
    terms.onAddress?.(address);
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
      await login(client, { ...target, address }, terms);
      const bySudo = await privilegeOf(client, target);
      terms.onStep?.('privilege', tell(bySudo ? 'sudoer' : 'root'));
      return new AdminConnection(client, target, bySudo, stopListening);
    } catch (error) {
      stopListening();
      client.destroy();
      throw error;
    }
  }

  /**
   * Runs a script as root. It stands on no command line, its input neither: both go through standard input.
   * A status other than 0 is an answer, not an error.
   * @throws ExecFailure in words; the connection is closed then.
   */
  async run(script: string, options: ScriptOptions = {}): Promise<ExecOutcome> {
    const { input = '', ...limits } = options;
    const mark = randomBytes(8).toString('hex');
    // quotes in its middle: who only echoes what it is fed doesn't show the mark
    const program = Buffer.from(`${PRELUDE}echo ${mark.slice(0, 8)}''${mark.slice(8)}\n${script}`);
    // the shell takes its program by its length, byte by byte, so that what follows is the program's to read
    const loader = `sh -c 'eval "$(dd bs=1 count=${program.length} 2>/dev/null)"'`;
    const command = this.bySudo ? `exec sudo -n ${loader}` : `exec ${loader}`;
    try {
      const fed = Buffer.concat([program, Buffer.from(input)]);
      const outcome = await boundedExec(this.client, command, fed, { ...SCRIPT_LIMITS, ...limits });
      return { ...outcome, stdout: afterMark(outcome, mark) };
    } catch (error) {
      this.stopListening();
      this.client.destroy();
      if (!(error instanceof ExecFailure)) throw error;
      const params = { ...error.told.params, asset: this.target.assetName };
      const code = error.told.code === 'script-not-run' ? 'script-not-run' : EXEC_WORDS[error.reason];
      throw new ExecFailure(error.reason, tell(code, params), { cause: error });
    }
  }

  /** Closes it, also when the other side doesn't. */
  close(): void {
    this.stopListening();
    this.client.end();
    setTimeout(() => this.client.destroy(), GOODBYE_MS).unref();
  }
}

/** What the script itself wrote: greetings of the login shell come before. @throws ExecFailure: it was never run */
function afterMark({ stdout, stderr }: ExecOutcome, mark: string): string {
  const begin = stdout.indexOf(`${mark}\n`);
  if (begin !== -1) return stdout.slice(begin + mark.length + 1);
  const said = (stderr || stdout).trim().split('\n')[0]?.slice(0, 200);
  const told = said ? tell('script-not-run', { said }) : 'it did not run the script';
  throw new ExecFailure('refused', told);
}

async function resolve({ assetName, address }: AdminTarget): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error('no answer'), { code: 'EAI_AGAIN' });
    timer = setTimeout(() => {
      reject(error);
    }, RESOLVE_MS);
  });
  try {
    return (await Promise.race([lookup(address), late])).address;
  } catch (error) {
    throw adviseOn(assetName, error instanceof Error ? error : new Error(String(error)));
  } finally {
    clearTimeout(timer);
  }
}

function login(client: Client, target: AdminTarget, terms: AdminConnectionTerms): Promise<void> {
  const { assetName, address, port, hostKeys, username, password, privateKey } = target;
  if (hostKeys.length === 0) {
    return Promise.reject(new ConnectFailure('host-key', tell('no-pinned-key', { asset: assetName })));
  }
  return new Promise((resolve, reject) => {
    let wrongKey = false;
    client.once('ready', () => {
      terms.onStep?.('login', tell('logged-in', { username }));
      resolve();
    });
    client.on('error', (error) => {
      reject(wrongKey ? hostKeyChanged(target) : loginFailure(target, error));
    });
    client.once('close', () => {
      const told = terms.giveUp?.aborted
        ? tell('stopped')
        : tell('closed-before-login', { asset: assetName });
      reject(new ConnectFailure('connect', told));
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
      host: address,
      port,
      username,
      ...(privateKey ? { privateKey } : {}),
      ...(password ? { password, tryKeyboard: true } : {}),
      authHandler: methodsFor(target),
      hostVerifier,
      algorithms: {
        ...UPSTREAM_ALGORITHMS,
        serverHostKey: [...new Set(hostKeys.flatMap(({ type }) => hostKeyAlgorithmsOf(type)))],
      },
      readyTimeout: LOGIN_MS,
    });
    if (terms.giveUp?.aborted) client.destroy();
  });
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

/** Whether root's rights come by sudo. @throws ConnectFailure when there are none */
async function privilegeOf(client: Client, { assetName, username }: AdminTarget): Promise<boolean> {
  const fail = (code: HostWord, cause?: unknown): ConnectFailure =>
    new ConnectFailure('privilege', tell(code, { asset: assetName, username }), { cause });
  try {
    const { stdout } = await boundedExec(client, PRIVILEGE_CHECK, Buffer.alloc(0), PRIVILEGE_LIMITS);
    const answer = stdout.trimEnd().split('\n').at(-1);
    if (answer === 'root') return false;
    if (answer === '0') return true;
    if (answer === 'no-sudo') throw fail('no-sudo');
  } catch (error) {
    if (!(error instanceof ExecFailure)) throw error;
    throw fail(EXEC_WORDS[error.reason], error);
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
    await login(client, { ...target, address: await resolve(target) }, terms);
    return await boundedExec(client, command, Buffer.alloc(0), PRIVILEGE_LIMITS);
  } catch (error) {
    if (error instanceof ExecFailure) return error;
    throw error;
  } finally {
    terms.giveUp?.removeEventListener('abort', abort);
    client.destroy();
  }
}
