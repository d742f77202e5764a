import { tell } from '#libs/contracts';
import { sudoersFile, sudoersPath, type PushLedger, type PushPlan, type Standing } from '#libs/push';
import type { CredentialVault } from '#libs/vault';
import type { AdminTarget } from '../jobs/admin-directory.js';
import { StepFailure } from '../jobs/run-worker.js';
import { ACCOUNT, HOME, PASSWORD } from './account-scripts.js';
import type { AssetDoor } from './asset-door.js';
import { linesOf, runStep, wordsOf, type StepHost } from './host-script.js';
import { KEY_ADD, KEY_REMOVE, keyMark } from './key-scripts.js';
import { LoginProof } from './login-proof.js';
import type { PushTask } from './push-task.js';
import { SUDO_CHECK, SUDO_INSTALL, SUDO_LIST, SUDO_REMOVE } from './sudo-scripts.js';

/** Of the comment of a system user, what fits the comment field of passwd (passwd(5): no colon, one line). */
const MAX_GECOS = 100;
/** SUDO_CHECK says so when the asset has no sudo. */
const NO_SUDO = 3;

/** One push on one asset, as it goes. */
interface Job {
  task: PushTask;
  plan: PushPlan;
  standing: Standing;
  connection: StepHost;
  target: AdminTarget;
  account: { uid: string; gid: string; home: string; hasNewHome: boolean };
  /** Lines in authorized_keys that an earlier push brought. */
  oldKeys: number;
}

interface Secrets {
  password: string | null;
  privateKey: string | null;
}

/** Makes a system user stand on an asset, step by step; made twice, it changes nothing (FEATURES P2 to P6). */
export class AssetPusher {
  constructor(
    private readonly ledger: PushLedger,
    private readonly vault: CredentialVault,
    private readonly door: AssetDoor,
  ) {}

  /** @throws StepFailure, ConnectFailure, ExecFailure at the step that failed */
  async push(task: PushTask, plan: PushPlan): Promise<void> {
    const standing = await this.ledger.standing(task.systemUserId, task.assetId);
    const { connection, target } = await this.door.open(task);
    try {
      const account = await this.makeAccount(task, plan, standing, connection);
      const job = { task, plan, standing, connection, target, account, oldKeys: 0 };
      await makeHome(job);
      const secrets = await this.open(plan, task);
      if (secrets.privateKey !== null) await addKey(job);
      if (secrets.password !== null) await this.setPassword(job, secrets.password);
      await installSudoers(job);
      await this.prove(job, secrets);
      await this.ledger.succeeded(task, plan, account.home);
    } finally {
      connection.close();
    }
  }

  private async makeAccount(
    task: PushTask,
    plan: PushPlan,
    standing: Standing,
    connection: StepHost,
  ): Promise<Job['account']> {
    const { username, shell, home, groups } = plan;
    const isOurs = standing.accountExisted === false;
    const input = linesOf(username, shell, home, gecosOf(plan.comment), groups.join(' '), isOurs ? '1' : '0');
    const {
      existed,
      changed,
      uid = '',
      gid = '',
      home: at = '',
      newhome,
      missing = '',
      locked,
    } = await runStep(connection, 'account', ACCOUNT, input);
    if (!/^\d+$/.test(uid) || !/^\d+$/.test(gid) || !at.startsWith('/')) {
      throw new StepFailure('account', tell('unsound-answer'));
    }
    // an account that went and was made anew by somebody else is no longer ours
    await this.ledger.accountFound(task, { existed: existed !== '0', uid });
    const did = existed === '0' ? 'account-made' : changed === '1' ? 'account-changed' : 'account-same';
    task.onStep('account', tell(did, { username, uid }));
    if (missing !== '') task.onStep('account', tell('shell-missing', { shell: wordsOf(missing) }));
    if (locked === '1') task.onStep('account', tell('password-locked'));
    return { uid, gid, home: at, hasNewHome: newhome === '1' };
  }

  private async open(plan: PushPlan, { mode }: PushTask): Promise<Secrets> {
    const place = { table: 'system_users', rowId: plan.systemUserId } as const;
    const { sealedPassword, sealedPrivateKey } = plan;
    const wants = {
      key: mode === 'key' || mode === 'both',
      password: mode === 'password' || mode === 'both',
    };
    if (wants.key && !sealedPrivateKey) throw new StepFailure('key', tell('no-key-any-more'));
    if (wants.password && !sealedPassword) throw new StepFailure('password', tell('no-password-any-more'));
    return {
      privateKey:
        wants.key && sealedPrivateKey
          ? await this.vault.open({ ...place, column: 'private_key' }, sealedPrivateKey)
          : null,
      password:
        wants.password && sealedPassword
          ? await this.vault.open({ ...place, column: 'password' }, sealedPassword)
          : null,
    };
  }

  /** One that works already is not set anew: its hash would change. */
  private async setPassword(job: Job, password: string): Promise<void> {
    const { task, plan, standing, connection } = job;
    if (standing.passwordVersion === plan.passwordVersion && standing.succeeded) {
      const proof = new LoginProof(job.target, plan.username, task.giveUp);
      if (await proof.works({ password })) {
        task.onStep('password', tell('password-works'));
        return;
      }
    }
    await runStep(connection, 'password', PASSWORD, linesOf(plan.username, password));
    await this.ledger.passwordSet(task, plan.passwordVersion);
    task.onStep('password', tell('password-set'));
  }

  /** Logs in with what was pushed; the key before it goes only then. */
  private async prove(job: Job, secrets: Secrets): Promise<void> {
    const { task, plan, target } = job;
    const proof = new LoginProof(target, plan.username, task.giveUp);
    if (secrets.privateKey !== null) await this.proveKey(job, proof, secrets.privateKey);
    if (secrets.password !== null) {
      try {
        await proof.demand({ password: secrets.password }, plan.shell);
      } catch (error) {
        await this.restorePassword(job);
        throw error;
      }
    }
    await requireSudo(job);
    const aliases = plan.grants.map(({ name }) => name).join(', ');
    task.onStep('proof', tell(aliases ? 'proven-sudo' : 'proven', { username: plan.username, aliases }));
    await removeOldKeys(job);
  }

  /** Where the login fails, a home that was made just now may be the reason: sshd takes no key from one that is open to others. */
  private async proveKey(job: Job, proof: LoginProof, privateKey: string): Promise<void> {
    try {
      await proof.demand({ privateKey }, job.plan.shell);
    } catch (error) {
      // a playbook is past its step by now
      if (job.account.hasNewHome && job.task.engine === 'agentless') await lookAtHome(job);
      throw error;
    }
  }

  /** The new password does not work: the one that did comes back. */
  private async restorePassword({ task, plan, standing, connection }: Job): Promise<void> {
    const { passwordVersion: version } = standing;
    if (version === null || version === plan.passwordVersion) return;
    const sealed = await this.ledger.formerPassword(plan.systemUserId, version);
    if (sealed === null) return;
    const place = { table: 'system_users', rowId: plan.systemUserId, column: 'password' } as const;
    const password = await this.vault.open(place, sealed);
    await runStep(connection, 'password', PASSWORD, linesOf(plan.username, password));
    await this.ledger.passwordSet(task, version);
  }
}

async function makeHome(job: Job): Promise<void> {
  const { task, account } = job;
  const isNew = account.hasNewHome || (await lookAtHome(job));
  task.onStep('home', tell(isNew ? 'home-made' : 'home-there', { home: wordsOf(account.home) }));
}

/** Whether it had to be made. @throws StepFailure where it is not as it must be */
async function lookAtHome({ plan, connection, account }: Job): Promise<boolean> {
  const { uid, gid, home } = account;
  const { made } = await runStep(connection, 'home', HOME, linesOf(plan.username, uid, gid, home));
  return made === '1';
}

async function addKey(job: Job): Promise<void> {
  const { task, plan, connection, account } = job;
  const mark = keyMark(plan.systemUserId);
  const line = `${plan.publicKey ?? ''} ${mark}`;
  const input = linesOf(plan.username, account.gid, account.home, mark, line);
  const { changed, old = '' } = await runStep(connection, 'key', KEY_ADD, input);
  job.oldKeys = /^\d{1,6}$/.test(old) ? Number(old) : 0;
  task.onStep('key', tell(changed === '1' ? 'key-added' : 'key-there'));
}

async function removeOldKeys({ task, plan, connection, account, oldKeys }: Job): Promise<void> {
  if (oldKeys === 0) return;
  const mark = keyMark(plan.systemUserId);
  const input = linesOf(plan.username, account.gid, account.home, mark, `${plan.publicKey ?? ''} ${mark}`);
  await runStep(connection, 'old-key', KEY_REMOVE, input);
  task.onStep('old-key', tell('old-key-gone'));
}

async function installSudoers({ task, plan, connection }: Job): Promise<void> {
  const path = sudoersPath(plan.username);
  const file = sudoersFile(plan.username, plan.grants);
  if (file === '') {
    const { removed } = await runStep(connection, 'sudo-install', SUDO_REMOVE, linesOf(path));
    task.onStep('sudo-install', removed === '1' ? tell('sudoers-gone', { path }) : tell('sudoers-unwanted'));
    return;
  }
  const { status, changed } = await runStep(connection, 'sudo-check', SUDO_CHECK, linesOf(path) + file, [
    NO_SUDO,
  ]);
  if (status === String(NO_SUDO)) {
    throw new StepFailure('sudo-check', tell('no-sudo-here'));
  }
  task.onStep('sudo-check', tell('sudoers-checked'));
  if (changed === '1') await runStep(connection, 'sudo-install', SUDO_INSTALL, linesOf(path));
  task.onStep('sudo-install', tell(changed === '1' ? 'sudoers-installed' : 'sudoers-there', { path }));
}

/** What sudo says of the account names every command that was pushed. @throws StepFailure */
async function requireSudo({ plan, connection }: Job): Promise<void> {
  if (plan.grants.length === 0) return;
  const { status, stdout, stderr } = await connection.run(SUDO_LIST, {
    step: 'proof',
    input: linesOf(plan.username),
  });
  const paths = plan.grants.flatMap(({ commands }) => commands.map((command) => command.split(' ')[0] ?? ''));
  const missing = paths.find((path) => !stdout.includes(path));
  if (status !== 0) {
    const said = wordsOf(stderr);
    throw new StepFailure('proof', tell('sudo-list-failed', { username: plan.username, said }));
  }
  if (missing !== undefined) throw new StepFailure('proof', tell('sudo-denies', { command: missing }));
}

/** What of a comment stands in passwd. */
export function gecosOf(comment: string): string {
  return comment
    .replace(/[^\P{C}]|[:,=\\"&]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_GECOS)
    .toWellFormed();
}
