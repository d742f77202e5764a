import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { FIRST_STEPS, type FirstStep } from '#libs/contracts';
import type { UnitOfWork } from '#libs/database';
import type { Actor, UserId } from '#libs/kernel';

/** Row of the settings table. */
const KEY = 'first-hour';

const row = z.tuple([z.object({ done: z.array(z.enum(FIRST_STEPS)), dismissed: z.boolean() })]);

/** SQL condition of each step; `$1` is the administrator who asks. */
const IS_DONE: Readonly<Record<FirstStep, string>> = {
  password: 'EXISTS (SELECT FROM users WHERE id = $1 AND NOT must_change_password)',
  'second-factor': 'EXISTS (SELECT FROM second_factors WHERE user_id = $1 AND confirmed_at IS NOT NULL)',
  mail: `EXISTS (SELECT FROM settings WHERE key = 'mail' AND (value->>'enabled')::boolean)`,
  'admin-account': 'EXISTS (SELECT FROM admin_accounts)',
  asset: 'EXISTS (SELECT FROM assets)',
  'host-key': 'EXISTS (SELECT FROM asset_host_keys)',
  'system-user': 'EXISTS (SELECT FROM system_users)',
  push: 'EXISTS (SELECT FROM push_records WHERE succeeded)',
  rule: 'EXISTS (SELECT FROM authorization_rules)',
  session: 'EXISTS (SELECT FROM sessions)',
};

/** What a new installation still lacks until somebody can log in to an asset. */
export interface FirstHourState {
  steps: { name: FirstStep; done: boolean }[];
  /** No administrator wants to see it any more. */
  dismissed: boolean;
}

/** The first hour of a new installation: each step is done when what it makes is there, whoever made it how. */
export class FirstHour {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** How far it is; password and second factor are those of the administrator who asks. */
  async state(userId: UserId): Promise<FirstHourState> {
    const done = FIRST_STEPS.map((step) => `CASE WHEN ${IS_DONE[step]} THEN '${step}' END`).join(', ');
    const rows: unknown = await this.dataSource.query(
      `SELECT array_remove(ARRAY[${done}], NULL) AS done,
         EXISTS (SELECT FROM settings WHERE key = '${KEY}' AND (value->>'dismissed')::boolean) AS dismissed`,
      [userId],
    );
    const [state] = row.parse(rows);
    return {
      steps: FIRST_STEPS.map((name) => ({ name, done: state.done.includes(name) })),
      dismissed: state.dismissed,
    };
  }

  /** Hides it from every administrator, or shows it again. */
  async dismiss(actor: Actor, dismissed: boolean): Promise<void> {
    await this.unitOfWork.run(actor, async (tx) => {
      const changed: unknown = await tx.manager.query(
        `INSERT INTO settings AS s (key, value) VALUES ($1, $2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE s.value <> excluded.value RETURNING key`,
        [KEY, JSON.stringify({ dismissed })],
      );
      if (!Array.isArray(changed) || changed.length === 0) return;
      await tx.record({
        action: 'settings.update',
        subjectType: 'settings',
        subjectId: null,
        subjectName: KEY,
        before: { dismissed: !dismissed },
        after: { dismissed },
      });
    });
  }
}
