import { spawn, type ChildProcess } from 'node:child_process';
import { rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { delimiter, join } from 'node:path';
import { tell, type Told } from '#libs/contracts';
import type { Logger } from '#libs/kernel';
import { PRELUDE } from '../../jobs/admin-connection.js';
import type { ExecOutcome } from '../../jobs/bounded-exec.js';
import { StepFailure } from '../../jobs/run-worker.js';
import { wordsOf, type StepHost, type StepOptions } from '../host-script.js';
import { searchedFolders, type AnsibleTool } from './ansible-tool.js';
import { startKeyAgent } from './key-agent.js';
import { makeFolder, PLAYBOOKS, type PlaybookTarget } from './playbook-folder.js';
import { StepCounter } from './step-counter.js';

/** Address space that ansible-playbook and each of its workers may have: an asset may answer without end. KiB. */
const MEMORY_KIB = 1024 * 1024;
/** Of what ansible-playbook prints, so much is kept for a reason. Characters. */
const KEPT_OUTPUT = 4_000;

/** What a playbook needs besides its asset. */
export interface PlaybookTerms extends PlaybookTarget {
  tool: AnsibleTool;
  playbook: 'push' | 'recycle';
  giveUp: AbortSignal;
  logger: Logger;
  /** Called once when it is over and has left nothing behind. */
  onClosed: () => void;
}

/** One `ansible-playbook` process on one asset. It carries out the steps of a push as they come. Close it always. */
export class PlaybookRun implements StepHost {
  private output = '';
  private over: Told | null = null;
  private closed = false;

  private constructor(
    private readonly terms: PlaybookTerms,
    private readonly folder: string,
    private readonly counter: StepCounter,
    private readonly agent: Server | null,
    private readonly child: ChildProcess,
  ) {
    const keep = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-KEPT_OUTPUT);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.once('error', (error) => {
      this.end(tell('ansible-no-start', { said: wordsOf(error.message) }));
    });
    child.once('close', () => {
      const said = wordsOf(this.output);
      this.end(said ? tell('ansible-ended', { said }) : tell('ansible-ended-mute'));
    });
    terms.giveUp.addEventListener('abort', this.close);
    if (terms.giveUp.aborted) this.close();
  }

  static async begin(terms: PlaybookTerms): Promise<PlaybookRun> {
    const folder = await makeFolder(terms);
    const { password, privateKey } = terms.target;
    const counter = new StepCounter(terms.target.assetName, password);
    try {
      await counter.open(join(folder, 'steps'));
      const agent = privateKey ? await startKeyAgent(join(folder, 'agent'), privateKey) : null;
      return new PlaybookRun(terms, folder, counter, agent, start(terms, folder));
    } catch (error) {
      counter.close();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** @throws StepFailure when Ansible can't run it on the asset */
  run(script: string, { step, input = '' }: StepOptions): Promise<ExecOutcome> {
    return new Promise((resolve, reject) => {
      const failed = (told: Told): void => {
        reject(new StepFailure(step, told));
      };
      if (this.over !== null) failed(this.over);
      else this.counter.place({ step, program: PRELUDE + script, input: input, done: resolve, failed });
    });
  }

  /** Ends the playbook with all that belongs to it. */
  readonly close = (): void => {
    if (this.closed) return;
    this.closed = true;
    this.terms.giveUp.removeEventListener('abort', this.close);
    this.end(tell('ansible-closed'));
    killGroup(this.child);
    this.agent?.close();
    this.counter.close();
    void this.clear();
  };

  private end(why: Told): void {
    this.over ??= why;
    this.counter.fail(this.over);
  }

  /** The shared connection of the steps left the process group: it is told to end. */
  private async clear(): Promise<void> {
    const { folder, terms } = this;
    try {
      const args = [
        '-F',
        join(folder, 'ssh_config'),
        '-o',
        `ControlPath=${folder}/mux`,
        '-O',
        'exit',
        'asset',
      ];
      const ssh = spawn('ssh', args, { stdio: 'ignore', env: environment(folder) });
      await new Promise((resolve) => {
        ssh.once('error', resolve);
        ssh.once('close', resolve);
      });
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      terms.logger.warn({ err: error, folder }, 'the folder of a playbook could not be removed');
    } finally {
      terms.onClosed();
    }
  }
}

function start({ tool, playbook }: PlaybookTerms, folder: string): ChildProcess {
  const limited = ['-c', `ulimit -v ${MEMORY_KIB}; exec "$@"`, 'sh'];
  const args = [tool.path, '--inventory', 'asset,', join(PLAYBOOKS, `${playbook}.yml`)];
  const options = { cwd: folder, env: environment(folder), detached: true };
  return spawn('/bin/sh', [...limited, ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** All that the processes of a playbook find in their environment; nothing of the gateway's but where programs lie. */
function environment(folder: string): Record<string, string> {
  return {
    PATH: searchedFolders().join(delimiter),
    HOME: folder,
    TMPDIR: folder,
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    ANSIBLE_CONFIG: join(folder, 'ansible.cfg'),
    ANSIBLE_HOME: folder,
    PYTHONDONTWRITEBYTECODE: '1',
    SSH_ASKPASS: join(PLAYBOOKS, 'askpass'),
    SSH_ASKPASS_REQUIRE: 'force',
  };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: it has ended by itself
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
