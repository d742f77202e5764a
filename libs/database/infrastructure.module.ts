import { Global, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { CLOCK, CONFIG, LOGGER, systemClock, type Clock, type Config, type Logger } from '#libs/kernel';
import { ControlBus } from './control-bus.js';
import { ImportShelf } from './import-shelf.js';
import { JobQueue, type QueuePart } from './job-queue.js';
import { UnitOfWork } from './unit-of-work.js';

/** What a process brings along; the database is open and its schema up to date. */
export interface Infrastructure {
  config: Config & { databaseUrl: string };
  logger: Logger;
  dataSource: DataSource;
  queuePart: QueuePart;
  clock?: Clock;
}

/** Gives every module the database, the bus, the queue, the clock, the settings and the log. */
@Global()
@Module({})
export class InfrastructureModule implements OnApplicationShutdown {
  constructor(
    private readonly dataSource: DataSource,
    private readonly bus: ControlBus,
    private readonly queue: JobQueue,
  ) {}

  static forRoot(parts: Infrastructure): DynamicModule {
    const { config, logger, dataSource, queuePart, clock = systemClock } = parts;
    const provided = [
      { provide: CONFIG, useValue: config },
      { provide: LOGGER, useValue: logger },
      { provide: CLOCK, useValue: clock },
      { provide: UnitOfWork, useFactory: () => new UnitOfWork(dataSource, clock) },
      { provide: ImportShelf, useFactory: () => new ImportShelf(dataSource, clock) },
      { provide: ControlBus, useFactory: () => openBus(config.databaseUrl, logger) },
      { provide: JobQueue, useFactory: () => openQueue(config.databaseUrl, queuePart, logger) },
    ];
    // open already, so that a failure at start is told in our words; Nest makes it known to every module
    const database = TypeOrmModule.forRootAsync({
      useFactory: () => dataSource.options,
      dataSourceFactory: () => Promise.resolve(dataSource),
    });
    const tokens = provided.map(({ provide }) => provide);
    return { module: InfrastructureModule, imports: [database], providers: provided, exports: tokens };
  }

  /** Nest calls it last: modules that need the database to stop have done so before. */
  async onApplicationShutdown(): Promise<void> {
    await this.queue.close();
    await this.bus.close();
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}

async function openBus(url: string, logger: Logger): Promise<ControlBus> {
  const bus = new ControlBus(url, logger);
  await bus.open();
  return bus;
}

async function openQueue(url: string, part: QueuePart, logger: Logger): Promise<JobQueue> {
  const queue = new JobQueue(url, part, logger);
  await queue.open();
  return queue;
}
