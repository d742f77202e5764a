import { EventEmitter } from 'node:events';
import pg from 'pg';
import { z } from 'zod';
import type { BusEvent, BusEvents } from '#libs/contracts';
import type { Logger } from '#libs/kernel';

/** The one NOTIFY channel of the product. */
export const BUS_CHANNEL = 'gatehouse';

const RECONNECT_MS = 1_000;

const message = z.object({ event: z.string(), payload: z.record(z.string(), z.unknown()) });

/**
 * Events between the processes, over PostgreSQL LISTEN/NOTIFY. Delivery is at most once: whoever was away
 * hears `resync` when the connection is back, and must look at the state itself.
 */
export class ControlBus {
  private readonly handlers = new EventEmitter();
  private client: pg.Client | null = null;
  private closed = false;
  /** What is told last: the connection takes one statement at a time. */
  private telling: Promise<void> = Promise.resolve();
  private retry: NodeJS.Timeout | null = null;

  constructor(
    private readonly url: string,
    private readonly logger: Logger,
  ) {
    this.handlers.setMaxListeners(0);
  }

  /** Starts to listen. @throws the connection's error the first time; later it reconnects by itself. */
  async open(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'gatehouse-bus',
      keepAlive: true,
    });
    client.on('error', (error) => {
      this.logger.warn({ err: error }, 'control bus lost its connection');
    });
    client.on('end', () => {
      this.lost(client);
    });
    client.on('notification', ({ payload }) => {
      this.deliver(payload ?? '');
    });
    this.client = client;
    try {
      await client.connect();
      await client.query(`LISTEN ${BUS_CHANNEL}`);
    } catch (error) {
      this.client = null;
      await client.end().catch(() => undefined); // it never stood: nothing to close properly
      throw error;
    }
  }

  /** Calls `handler` for each event of this kind. Gives the function that stops it. */
  on<E extends BusEvent>(event: E, handler: (payload: BusEvents[E]) => void): () => void {
    this.handlers.on(event, handler);
    return () => this.handlers.off(event, handler);
  }

  /** Calls `handler` when events may have been missed. */
  onResync(handler: () => void): void {
    this.handlers.on('resync', handler);
  }

  /** Tells every process. Inside a use-case use the transaction's `notify` instead. */
  notify<E extends BusEvent>(event: E, payload: BusEvents[E]): Promise<void> {
    const told = this.telling.then(() => this.tell(JSON.stringify({ event, payload })));
    this.telling = told.catch(() => undefined); // whoever told it hears of the failure
    return told;
  }

  /** Stops for good. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.retry) clearTimeout(this.retry);
    await this.client?.end();
  }

  private async tell(text: string): Promise<void> {
    if (!this.client) throw new Error('control bus is not connected');
    await this.client.query('SELECT pg_notify($1, $2)', [BUS_CHANNEL, text]);
  }

  private deliver(text: string): void {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = null; // not ours: reported below
    }
    const parsed = message.safeParse(json);
    if (parsed.success) this.handlers.emit(parsed.data.event, parsed.data.payload);
    else this.logger.warn('control bus heard something that is no event');
  }

  private lost(client: pg.Client): void {
    if (this.closed || this.client !== client) return;
    this.client = null;
    this.reconnectSoon();
  }

  private reconnectSoon(): void {
    this.retry = setTimeout(() => {
      this.open().then(
        () => this.handlers.emit('resync'),
        () => {
          if (!this.closed) this.reconnectSoon();
        },
      );
    }, RECONNECT_MS);
  }
}
