import { Controller, Get, Header, Inject, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { LOGGER, NotFound, Unavailable, type Logger } from '#libs/kernel';
import { LiveGateways } from '#libs/session-audit';
import { Public } from './access.js';
import { bareAddress } from './caller.js';
import { Metrics } from './metrics.js';

/** How long the database may take to answer. */
const DATABASE_PATIENCE_MS = 3_000;

/** For whoever watches the process: outside `/api`. */
@ApiExcludeController()
@Controller()
export class HealthController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly gateways: LiveGateways,
    private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The process answers. */
  @Get('healthz')
  @Public('load balancers ask without a login')
  healthy(): { status: string } {
    return { status: 'ok' };
  }

  /** Database and gateway answer too. @throws Unavailable */
  @Get('readyz')
  @Public('load balancers ask without a login')
  async ready(): Promise<{ status: string }> {
    if (!(await this.databaseAnswers())) throw new Unavailable('The database does not answer.');
    if ((await this.gateways.list()).length === 0) throw new Unavailable('No gateway answers.');
    return { status: 'ready' };
  }

  /** Prometheus text format; only to the machine itself. @throws NotFound */
  @Get('metrics')
  @Public('only requests from the machine itself are answered')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  metricsText(@Req() request: Request): Promise<string> {
    if (!isFromThisMachine(request)) throw new NotFound('address');
    return this.metrics.registry.metrics();
  }

  private async databaseAnswers(): Promise<boolean> {
    try {
      const answer = this.dataSource.query('SELECT 1').then(() => true);
      return await Promise.race([answer, sleep(DATABASE_PATIENCE_MS, false, { ref: false })]);
    } catch (error) {
      this.logger.warn({ err: error }, 'database does not answer');
      return false;
    }
  }
}

/** A proxy on this machine speaks for others, and says so by its headers. */
function isFromThisMachine({ socket, headers }: Request): boolean {
  const peer = bareAddress(socket.remoteAddress ?? '');
  const isForwarded = ['forwarded', 'x-forwarded-for', 'via'].some((name) => headers[name] !== undefined);
  return (peer.startsWith('127.') || peer === '::1') && !isForwarded;
}
