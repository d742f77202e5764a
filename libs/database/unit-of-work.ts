import type { DataSource, EntityManager, EntityTarget, ObjectLiteral, Repository } from 'typeorm';
import type { BusEvent, BusEvents } from '#libs/contracts';
import { newId, type Actor, type Clock } from '#libs/kernel';
import { Operation } from './entities/index.js';
import { BUS_CHANNEL } from './control-bus.js';

/** Rows of the operations log that go into one statement. */
const RECORDED_AT_ONCE = 500;

/** What was done to what; `before` and `after` hold no secret. */
export interface OperationRecord {
  /** `user.create`, `asset.update`… */
  action: string;
  subjectType: string;
  subjectId: string | null;
  subjectName: string;
  before?: Record<string, unknown> | null;
  after?: Record<string, unknown> | null;
}

/** One transaction of a use-case: its rows, its audit rows and its notifications stand or fall together. */
export class Transaction {
  constructor(
    readonly manager: EntityManager,
    readonly actor: Actor,
    readonly now: Date,
  ) {}

  /** Rows of one entity inside this transaction. */
  of<T extends ObjectLiteral>(entity: EntityTarget<T>): Repository<T> {
    return this.manager.getRepository(entity);
  }

  /** Writes the operations log row of this change. */
  async record(operation: OperationRecord): Promise<void> {
    await this.of(Operation).insert(this.rowOf(operation));
  }

  /** Writes the operations log rows of many changes, some hundred in a statement. */
  async recordAll(operations: readonly OperationRecord[]): Promise<void> {
    for (let start = 0; start < operations.length; start += RECORDED_AT_ONCE) {
      const chunk = operations.slice(start, start + RECORDED_AT_ONCE);
      await this.of(Operation).insert(chunk.map((operation) => this.rowOf(operation)));
    }
  }

  /** Tells every process, when and only when the transaction commits (PostgreSQL NOTIFY). */
  async notify<E extends BusEvent>(event: E, payload: BusEvents[E]): Promise<void> {
    await this.manager.query('SELECT pg_notify($1, $2)', [BUS_CHANNEL, JSON.stringify({ event, payload })]);
  }

  /** The same for many payloads, in one statement. */
  async notifyAll<E extends BusEvent>(event: E, payloads: readonly BusEvents[E][]): Promise<void> {
    if (payloads.length === 0) return;
    const texts = payloads.map((payload) => JSON.stringify({ event, payload }));
    await this.manager.query('SELECT pg_notify($1, text) FROM unnest($2::text[]) AS text', [
      BUS_CHANNEL,
      texts,
    ]);
  }

  private rowOf(operation: OperationRecord): Pick<Operation, keyof Operation> {
    return {
      id: newId<Operation['id']>(),
      at: this.now,
      actorId: this.actor.userId,
      actorName: this.actor.username,
      address: this.actor.address,
      way: this.actor.way,
      action: operation.action,
      subjectType: operation.subjectType,
      subjectId: operation.subjectId,
      subjectName: operation.subjectName,
      before: operation.before ?? null,
      after: operation.after ?? null,
    };
  }
}

/** Opens the one transaction of a use-case. */
export class UnitOfWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Runs `work` in a transaction for `actor`; everything is undone when it throws. */
  run<T>(actor: Actor, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.dataSource.transaction((manager) => work(new Transaction(manager, actor, this.clock.now())));
  }
}
