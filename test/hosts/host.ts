import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { busyboxAccount, debianAccount, quoted, type Account } from './account.js';
import { endProcess, spawnBound } from './bound-process.js';
import { drawLoopbackAddress } from './loopback.js';
import { run, type Outcome, type RunOptions } from './run.js';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const CONFIG = '/etc/gatehouse-host';

/** `debian`: this machine's own files with sshd. `busybox`: BusyBox and dropbear, without Python and sudo. */
export type HostFamily = 'debian' | 'busybox';

export interface HostOptions {
  name: string;
  family?: HostFamily;
  accounts?: readonly Account[];
  /** Further sshd_config lines (debian). They come first, and sshd takes the first value of a keyword. */
  sshdConfig?: readonly string[];
  /** Shell commands run as root in the host before its SSH server starts. */
  setup?: string;
}

/** A running throw-away host. Accounts and files made on it exist only there. Ends with the process that started it. */
export interface Host {
  readonly name: string;
  readonly family: HostFamily;
  readonly address: string;
  readonly port: number;
  /** The host key in use, as an OpenSSH public key line without a comment. */
  readonly hostKey: string;
  /** Runs a shell command as root in the host. A status other than 0 is an answer, not an error. */
  exec(command: string, options?: RunOptions): Promise<Outcome>;
  /** Makes a new host key and has sshd use it alone from now on (debian). Gives the new public key line. */
  changeHostKey(type?: 'ed25519' | 'rsa'): Promise<string>;
  /** What the SSH server logged so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts one host on a free loopback address, port 22. Needs root: see `requires('hosts')`. */
export async function startHost(options: HostOptions): Promise<Host> {
  for (let tries = 1; ; tries++) {
    const host = new ThrowAwayHost(options, drawLoopbackAddress());
    try {
      await host.start();
      return host;
    } catch (error) {
      await host.stop();
      if (tries === 5 || !/address already in use/i.test(host.log())) throw error;
    }
  }
}

/** Starts `count` hosts at once, named `<name>-01`, `<name>-02`, … */
export async function startHosts(count: number, options: Partial<HostOptions> = {}): Promise<Host[]> {
  const names = Array.from({ length: count }, (_, index) => {
    return `${options.name ?? 'host'}-${String(index + 1).padStart(2, '0')}`;
  });
  const started = await Promise.allSettled(names.map((name) => startHost({ ...options, name })));
  const hosts = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failure = started.find((result) => result.status === 'rejected');
  if (failure) {
    await stopHosts(hosts);
    throw failure.reason;
  }
  return hosts;
}

export async function stopHosts(hosts: readonly Host[]): Promise<void> {
  await Promise.all(hosts.map((host) => host.stop()));
}

class ThrowAwayHost implements Host {
  readonly name: string;
  readonly family: HostFamily;
  readonly port = 22;
  hostKey = '';
  private pid = 0;
  private process: ChildProcess | undefined;
  private output = '';
  private errors = '';

  constructor(
    private readonly options: HostOptions,
    readonly address: string,
  ) {
    this.name = options.name;
    this.family = options.family ?? 'debian';
  }

  async start(): Promise<void> {
    const root = this.family === 'debian' ? 'host-root.sh' : 'busybox-root.sh';
    const script = fileURLToPath(new URL(`../../../test/hosts/${root}`, import.meta.url));
    const namespaces = ['--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child=KILL'];
    const args = [...namespaces, '/bin/sh', script, this.name, this.address, String(this.port)];
    const child = spawnBound('unshare', args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH, LC_ALL: 'C.UTF-8' },
    });
    this.process = child;
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(this.family === 'debian' ? this.debianSetup() : this.busyboxSetup());
    await this.untilListening(child);
    this.pid = Number(/^PID (\d+)$/m.exec(this.output)?.[1]);
    this.hostKey = /^HOSTKEY (\S+ \S+)/m.exec(this.output)?.[1] ?? '';
    if (!this.pid || !this.hostKey) throw new Error(`Host ${this.name} did not say its key:\n${this.log()}`);
  }

  async exec(command: string, options: RunOptions = {}): Promise<Outcome> {
    const into = ['--target', String(this.pid), '--mount', '--pid', '--uts', '--ipc', '--root', '--wd'];
    const env = { PATH, HOME: '/root', LC_ALL: 'C.UTF-8', ...options.env };
    return run('nsenter', [...into, '/bin/sh', '-c', command], { ...options, env });
  }

  async changeHostKey(type: 'ed25519' | 'rsa' = 'ed25519'): Promise<string> {
    if (this.family !== 'debian') throw new Error('Only hosts with sshd can change their key');
    const heard = this.errors.split('Server listening').length;
    const made = await this.exec(
      `rm -f ${CONFIG}/host_key*; ssh-keygen -q -t ${type} -N '' -C '' -f ${CONFIG}/host_key; cat ${CONFIG}/host_key.pub; kill -HUP 1`,
    );
    // sshd starts itself anew on SIGHUP, and listens a second time.
    const deadline = Date.now() + 5000;
    while (this.errors.split('Server listening').length === heard) {
      if (Date.now() > deadline) throw new Error(`sshd of ${this.name} did not start anew:\n${this.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.hostKey = made.text.trim().split(' ').slice(0, 2).join(' ');
    return this.hostKey;
  }

  log(): string {
    return this.errors;
  }

  async stop(): Promise<void> {
    if (this.process) await endProcess(this.process);
  }

  private untilListening(child: ChildProcess): Promise<void> {
    const ready = this.family === 'debian' ? 'Server listening on' : 'Not backgrounding';
    return new Promise((resolve, reject) => {
      const fail = (why: string) =>
        reject(new Error(`Host ${this.name} ${why}:\n${this.output}${this.log()}`));
      const timer = setTimeout(() => fail('did not start within 20 s'), 20_000);
      child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
      child.stderr?.on('data', (chunk: Buffer) => {
        this.errors += chunk.toString();
        if (this.errors.includes(ready)) {
          clearTimeout(timer);
          resolve();
        }
      });
      child.once('error', reject);
      child.once('close', () => {
        clearTimeout(timer);
        fail('ended at start');
      });
    });
  }

  private debianSetup(): string {
    const config = [
      ...(this.options.sshdConfig ?? []),
      `Port ${this.port}`,
      `ListenAddress ${this.address}`,
      `HostKey ${CONFIG}/host_key`,
      'LogLevel VERBOSE',
      'UsePAM no',
      'UseDNS no',
      'PermitRootLogin yes',
      'PasswordAuthentication yes',
      'KbdInteractiveAuthentication no',
      'MaxStartups 1000',
      'PrintMotd no',
      'PrintLastLog no',
      'AcceptEnv LANG LC_* LAB_*',
      'Subsystem sftp internal-sftp',
    ];
    const accounts = (this.options.accounts ?? []).map(debianAccount).join('');
    return `mkdir -p ${CONFIG}
ssh-keygen -q -t ed25519 -N '' -C '' -f ${CONFIG}/host_key
printf '%s\\n' ${config.map(quoted).join(' ')} >${CONFIG}/sshd_config
printf '127.0.0.1 localhost %s\\n' ${quoted(this.name)} >/etc/hosts
rm -f /etc/nologin
${accounts}${this.options.setup ?? ''}
printf 'HOSTKEY %s\\n' "$(cat ${CONFIG}/host_key.pub)"
`;
  }

  private busyboxSetup(): string {
    const accounts = (this.options.accounts ?? [])
      .map((account, index) => busyboxAccount(account, 1000 + index))
      .join('');
    return `dropbearkey -t ed25519 -f /etc/dropbear/host_key >/dev/null 2>&1
${accounts}${this.options.setup ?? ''}
printf 'HOSTKEY %s\\n' "$(dropbearkey -y -f /etc/dropbear/host_key | grep '^ssh-')"
`;
  }
}
