import { tell, type DriftFinding } from '#libs/contracts';
import { driftTerms, sudoersPath, type DriftLedger, type PushedHere } from '#libs/push';
import type { CredentialVault } from '#libs/vault';
import { AdminConnection } from '../jobs/admin-connection.js';
import type { AdminDirectory, AdminTarget } from '../jobs/admin-directory.js';
import { ExecFailure } from '../jobs/bounded-exec.js';
import { StepFailure, type RunCraft, type RunTask } from '../jobs/run-worker.js';
import { linesOf } from '../push/host-script.js';
import { keyMark } from '../push/key-scripts.js';
import { LoginProof } from '../push/login-proof.js';
import { compare, differs } from './drift-compare.js';
import { readAccount, type AccountSeen } from './drift-reader.js';
import { DRIFT_SCRIPT } from './drift-script.js';

const SCRIPT_LIMITS = { timeoutMs: 15_000, maxBytes: 128 * 1024 };

/** Compares what stands on assets with what was pushed to them; changes nothing there (FEATURES P15). */
export class DriftCraft implements RunCraft {
  readonly kind = 'drift';
  readonly concurrency = 32;
  readonly timeLimitMs = 90_000;

  constructor(
    private readonly directory: AdminDirectory,
    private readonly ledger: DriftLedger,
    private readonly vault: CredentialVault,
  ) {}

  /** Gives how many system users were looked at, and the names of those that drifted. */
  async perform(task: RunTask): Promise<{ checkedCount: number; drifted: string[] }> {
    const { systemUserIds } = driftTerms.parse(task.terms);
    const { assetId, assetName, onStep, giveUp } = task;
    const target = await this.directory.find(assetId);
    if (!target.active) {
      throw new StepFailure('resolve', tell('asset-inactive', { asset: assetName }));
    }
    const pushed = await this.ledger.pushedTo(assetId, systemUserIds);
    const drifted: string[] = [];
    const connection = await AdminConnection.open(target, { giveUp, onStep });
    try {
      for (const here of pushed) {
        const findings = await this.look(connection, target, here, giveUp);
        giveUp.throwIfAborted();
        await this.ledger.tell(here, findings);
        for (const { finding, pushed: was, found } of findings) {
          onStep('drift', tell(`drift-${finding}`, { username: here.username, pushed: was, found }));
        }
        if (findings.some(({ isNote }) => !isNote)) drifted.push(here.username);
      }
    } finally {
      connection.close();
    }
    const usernames = (drifted.length > 0 ? drifted : pushed.map(({ username }) => username)).join(', ');
    onStep('drift', tell(drifted.length > 0 ? 'drift-some' : 'drift-none', { usernames }));
    return { checkedCount: pushed.length, drifted };
  }

  private async look(
    connection: AdminConnection,
    target: AdminTarget,
    here: PushedHere,
    giveUp: AbortSignal,
  ): Promise<DriftFinding[]> {
    const seen = await ask(connection, here);
    const findings = compare(here, seen);
    if (here.sealedPassword === null || seen.entry === null) return findings;
    const proof = new LoginProof(target, here.username, giveUp);
    const place = { table: 'system_users', rowId: here.systemUserId, column: 'password' } as const;
    const password = await this.vault.open(place, here.sealedPassword);
    if (!(await proof.works({ password }))) findings.push(differs('password-refused', '', ''));
    return findings;
  }
}

async function ask(connection: AdminConnection, here: PushedHere): Promise<AccountSeen> {
  const { username, systemUserId, publicKey, pushed } = here;
  const mark = keyMark(systemUserId);
  const body = publicKey?.split(' ').slice(0, 2).join(' ') ?? mark;
  const input = linesOf(username, sudoersPath(username), mark, body, pushed.shell);
  try {
    const { stdout } = await connection.run(DRIFT_SCRIPT, { input, ...SCRIPT_LIMITS });
    return readAccount(username, stdout);
  } catch (error) {
    if (error instanceof ExecFailure) throw new StepFailure('drift', error.told, { cause: error });
    throw error;
  }
}
