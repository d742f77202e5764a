import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { RUN_ENGINES, type AnsibleVersion } from '#libs/contracts';
import { changedFields, Setting, type JobQueue, type UnitOfWork } from '#libs/database';
import { ValidationFailed, type Actor } from '#libs/kernel';

/** Row of the settings table. */
const KEY = 'push-engine';
/** How long a person waits for a gateway's answer. */
const ANSWER_MS = 25_000;

const choice = z.object({
  engine: z.enum(RUN_ENGINES).default('agentless'),
  /** Longest time for one asset by Ansible, waiting for its turn included. */
  ansibleLimitSeconds: z.number().default(600),
});

/** Which engine carries out pushes that are asked for from now on, and how long one asset may take by Ansible. */
export type PushEngineChoice = z.infer<typeof choice>;

/** Bounds of that time, in seconds. */
export const ANSIBLE_LIMIT = { min: 10, max: 3600 };

/** What is changed of it. */
export type PushEngineChange = Pick<PushEngineChoice, 'engine'> & {
  ansibleLimitSeconds?: number | undefined;
};

const answer: z.ZodType<AnsibleVersion> = z.object({ version: z.string().nullable() });

/** Settings → Push engine (FEATURES P13). */
export class PushEngineSettings {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: JobQueue,
  ) {}

  /** The settings now. */
  get(): Promise<PushEngineChoice> {
    return readPushEngine(this.dataSource.manager);
  }

  /** Replaces those that are given. @throws ValidationFailed when the gateway that answers has no Ansible; Unavailable when none does */
  async set(actor: Actor, wanted: PushEngineChange): Promise<PushEngineChoice> {
    if (wanted.engine === 'ansible') await this.requireAnsible();
    return this.unitOfWork.run(actor, async (tx) => {
      const before = await readPushEngine(tx.manager);
      const { engine, ansibleLimitSeconds = before.ansibleLimitSeconds } = wanted;
      const after = { engine, ansibleLimitSeconds };
      await tx.manager.query(
        'INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        [KEY, JSON.stringify(after)],
      );
      const changes = changedFields(before, after);
      const subject = { subjectType: 'settings', subjectId: null, subjectName: KEY };
      if (changes) await tx.record({ action: 'settings.update', ...subject, ...changes });
      return after;
    });
  }

  private async requireAnsible(): Promise<void> {
    const { version } = answer.parse(await this.jobs.ask('ansible.version', {}, ANSWER_MS));
    if (version !== null) return;
    const message = 'The gateway has no ansible-playbook: install ansible-core on every gateway first.';
    throw ValidationFailed.field('engine', 'no_ansible', message);
  }
}

/** The settings as this manager's transaction sees them. */
export async function readPushEngine(manager: EntityManager): Promise<PushEngineChoice> {
  const row = await manager.findOneBy(Setting, { key: KEY });
  return choice.parse(row?.value ?? {});
}
