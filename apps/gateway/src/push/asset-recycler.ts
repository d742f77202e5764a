import { tell } from '#libs/contracts';
import { sudoersPath, type PushLedger, type PushPlan, type Standing } from '#libs/push';
import { StepFailure } from '../jobs/run-worker.js';
import { ACCOUNT_REMOVE } from './account-scripts.js';
import type { AssetDoor } from './asset-door.js';
import { linesOf, runStep, wordsOf, type StepHost } from './host-script.js';
import { HOME_OF, KEY_REMOVE, keyMark } from './key-scripts.js';
import type { PushTask } from './push-task.js';
import { SUDO_REMOVE } from './sudo-scripts.js';

/** Takes back from an asset exactly what pushes brought; an account that was there before them stays (FEATURES P11). */
export class AssetRecycler {
  constructor(
    private readonly ledger: PushLedger,
    private readonly door: AssetDoor,
  ) {}

  /** Gives whether anything was run there. @throws StepFailure, ConnectFailure, ExecFailure: the record stays then */
  async recycle(task: PushTask, plan: PushPlan): Promise<boolean> {
    const standing = await this.ledger.standing(task.systemUserId, task.assetId);
    const wasRun = standing.accountExisted !== null;
    if (!wasRun) {
      task.onStep('account-remove', tell('never-pushed'));
    } else {
      const { connection } = await this.door.open(task);
      try {
        await takeBack(task, plan, standing, connection);
      } finally {
        connection.close();
      }
    }
    const removal = await this.ledger.recycled(task, plan.username);
    if (removal === 'gone') {
      task.onStep('system-user-remove', tell('system-user-gone', { username: plan.username }));
    }
    if (removal === 'named-by-rule') {
      task.onStep('system-user-remove', tell('system-user-named'));
    }
    return wasRun;
  }
}

async function takeBack(
  task: PushTask,
  plan: PushPlan,
  standing: Standing,
  connection: StepHost,
): Promise<void> {
  const path = sudoersPath(plan.username);
  const { removed } = await runStep(connection, 'sudo-remove', SUDO_REMOVE, linesOf(path));
  task.onStep('sudo-remove', tell(removed === '1' ? 'sudoers-gone' : 'sudoers-absent', { path }));
  const isOurs = standing.accountExisted === false;
  await removeKeys(task, plan, isOurs, connection);
  if (!isOurs) {
    task.onStep('account-remove', tell('account-kept'));
    return;
  }
  const input = linesOf(plan.username, standing.accountUid ?? '');
  const { gone, home = '' } = await runStep(connection, 'account-remove', ACCOUNT_REMOVE, input);
  task.onStep(
    'account-remove',
    gone === '1' ? tell('account-gone', { home: wordsOf(home) }) : tell('account-gone-before'),
  );
}

/** A home that isn't as it should be doesn't keep an account of ours from going. */
async function removeKeys(
  task: PushTask,
  plan: PushPlan,
  isOurs: boolean,
  connection: StepHost,
): Promise<void> {
  const account = linesOf(plan.username);
  const { home = '', gid = '' } = await runStep(connection, 'key-remove', HOME_OF, account);
  if (home === '') {
    task.onStep('key-remove', tell('account-absent'));
    return;
  }
  try {
    const input = linesOf(plan.username, gid, home, keyMark(plan.systemUserId), '');
    const { removed } = await runStep(connection, 'key-remove', KEY_REMOVE, input);
    task.onStep('key-remove', tell(removed === '0' ? 'key-absent' : 'key-taken-out'));
  } catch (error) {
    if (!isOurs || !(error instanceof StepFailure)) throw error;
    task.onStep('key-remove', error.told);
    task.onStep('key-remove', tell('key-left'));
  }
}
