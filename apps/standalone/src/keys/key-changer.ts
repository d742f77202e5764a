import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { UnitOfWork } from '#libs/database';
import { FactorKeyRotation } from '#libs/identity';
import { systemClock, type Actor } from '#libs/kernel';
import { addPass, VaultKeyRotation, type ResealPass, type RotatingKey } from '#libs/vault';

/** How long transactions are waited for that may still write what the former key sealed. */
const PATIENCE_MS = 60_000;
const POLL_MS = 50;

const moment = z.tuple([z.object({ now: z.string() })]);
const counted = z.tuple([z.object({ open: z.number() })]);

/** What a whole rotation did. */
export interface KeyChange extends ResealPass {
  before: string;
  after: string;
}

/**
 * Replaces the keys that seal what the database holds, while the product runs. The order makes it safe to kill at any
 * moment and to begin again: the new key opens everywhere before it seals, the former one goes when nothing needs it.
 */
export class KeyChanger {
  private readonly vault: VaultKeyRotation;
  private readonly factor: FactorKeyRotation | null;

  /** @throws Error when the vault's key is not in the data folder */
  constructor(
    dataDir: string,
    private readonly dataSource: DataSource,
  ) {
    this.vault = VaultKeyRotation.open(dataDir, dataSource);
    this.factor = FactorKeyRotation.open(dataDir, dataSource);
  }

  /** Whether a rotation was begun and not ended. */
  get isBegun(): boolean {
    return this.vault.stage !== 'steady';
  }

  /** Puts the new keys beside the old ones. */
  async prepare(): Promise<void> {
    // the vault's stage is that of the whole: it is the first one to say "begun" and the last one to say "done"
    if (this.factor?.stage === 'steady') await this.factor.prepare();
    await this.vault.prepare();
  }

  /**
   * Goes through what is left of a rotation.
   * @throws Error when transactions from before the switch don't end; it goes on when called again
   */
  async complete(actor: Actor): Promise<KeyChange> {
    const change = this.vault.change;
    await this.vault.switch();
    await this.factor?.switch();
    await this.waitForOlderTransactions();
    const done = addPass(await this.resealAll(this.vault), await this.resealAll(this.factor));
    if (this.factor?.stage === 'switched') this.factor.retire();
    await this.note(actor, { ...change, ...done });
    this.vault.retire();
    return { ...change, ...done };
  }

  /** Until a pass finds nothing: what is copied from row to row meanwhile is found by the next one. */
  private async resealAll(key: RotatingKey | null): Promise<ResealPass> {
    let all: ResealPass = { resealed: 0, stuck: [] };
    if (key === null) return all;
    for (;;) {
      const pass = await key.reseal();
      all = { resealed: all.resealed + pass.resealed, stuck: pass.stuck };
      if (pass.resealed === 0) return all;
    }
  }

  /** One that read the former public key may not have written yet what it sealed. */
  private async waitForOlderTransactions(): Promise<void> {
    const [{ now }] = moment.parse(await this.dataSource.query('SELECT clock_timestamp()::text AS now'));
    for (let waited = 0; ; waited += POLL_MS) {
      const [{ open }] = counted.parse(
        await this.dataSource.query(
          `SELECT count(*)::int AS open FROM pg_stat_activity WHERE datname = current_database()
           AND application_name = 'gatehouse' AND pid <> pg_backend_pid() AND xact_start <= $1::timestamptz`,
          [now],
        ),
      );
      if (open === 0) return;
      if (waited >= PATIENCE_MS)
        throw new Error(
          `${open} transactions have been open for ${PATIENCE_MS / 1_000} s. Both keys still open everything: call it again later, it goes on from there.`,
        );
      await sleep(POLL_MS);
    }
  }

  private async note(actor: Actor, { before, after, resealed, stuck }: KeyChange): Promise<void> {
    const subject = { subjectType: 'vault', subjectId: null, subjectName: 'vault' };
    const states = { before: { key: before }, after: { key: after, resealed, stuck: stuck.length } };
    await new UnitOfWork(this.dataSource, systemClock).run(actor, (tx) =>
      tx.record({ action: 'vault.rotate-key', ...subject, ...states }),
    );
  }
}
