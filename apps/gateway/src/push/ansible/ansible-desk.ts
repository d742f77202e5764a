import { availableParallelism } from 'node:os';
import { tell } from '#libs/contracts';
import type { Logger } from '#libs/kernel';
import type { AdminConnection } from '../../jobs/admin-connection.js';
import type { AdminTarget } from '../../jobs/admin-directory.js';
import { StepFailure } from '../../jobs/run-worker.js';
import { linesOf, runStep } from '../host-script.js';
import type { PushTask } from '../push-task.js';
import { findAnsible } from './ansible-tool.js';
import { PlaybookRun } from './playbook-run.js';

/** Playbooks that run at once: each keeps a core busy for seconds, and takes some 100 MB. */
const AT_ONCE = Math.max(4, 2 * availableParallelism());

const NO_PYTHON = 3;
/** Where Python 3 lies, and its version; status 3: nowhere. */
const PYTHON = String.raw`
for one in python3 /usr/libexec/platform-python; do
  path=$(command -v "$one") && version=$("$path" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || continue
  printf '%s\n' "path=$path" "version=$version"
  exit 0
done
exit 3
`;

/** Begins playbooks, not too many at once. */
export class AnsibleDesk {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly logger: Logger) {}

  /**
   * Goes on by Ansible on an asset that was reached and looked at by a connection of ours.
   * @throws StepFailure: no Ansible here, no Python there
   */
  async begin(
    task: PushTask,
    { connection, target, address }: { connection: AdminConnection; target: AdminTarget; address: string },
  ): Promise<PlaybookRun> {
    const tool = await findAnsible();
    if (!tool) throw new StepFailure('ansible', tell('no-ansible'));
    const {
      path = '',
      version = '',
      status,
    } = await runStep(connection, 'ansible', PYTHON, linesOf(), [NO_PYTHON]);
    if (status === String(NO_PYTHON)) {
      throw new StepFailure('ansible', tell('no-python', { asset: target.assetName }));
    }
    if (!/^\/[\w./-]{1,200}$/.test(path) || !/^\d+\.\d+\.\d+$/.test(version)) {
      throw new StepFailure('ansible', tell('python-unsound', { asset: target.assetName }));
    }
    await this.turn(task.giveUp);
    task.onStep('ansible', tell('ansible-versions', { core: tool.version, python: version }));
    const playbook = task.mode === 'recycle' ? 'recycle' : 'push';
    const { giveUp } = task;
    const { bySudo } = connection;
    const onClosed = this.leave;
    const terms = { tool, playbook, giveUp, target, address, bySudo, python: path, onClosed } as const;
    try {
      return await PlaybookRun.begin({ ...terms, logger: this.logger });
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  private async turn(giveUp: AbortSignal): Promise<void> {
    if (this.running >= AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running++;
    if (!giveUp.aborted) return;
    this.leave();
    throw new StepFailure('ansible', tell('stopped'));
  }

  private readonly leave = (): void => {
    const next = this.waiting.shift();
    if (next) next();
    else this.running--;
  };
}
