import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ReachableAssets } from '#libs/authorization';
import { roleHas } from '#libs/contracts';
import { UserDirectory } from '#libs/identity';
import type { Actor } from '#libs/kernel';
import { Dashboard } from '#libs/session-audit';
import { Requires } from '../http/access.js';
import { CurrentActor, CurrentCaller, type Caller } from '../http/caller.js';
import { DashboardQuery, DashboardView, MyDashboardView } from './dashboard.dto.js';

@ApiTags('dashboard')
@Controller()
export class DashboardController {
  constructor(
    private readonly dashboard: Dashboard,
    private readonly reachable: ReachableAssets,
    private readonly users: UserDirectory,
  ) {}

  @Get('dashboard')
  @Requires('audit.read')
  @ApiOkResponse({ type: DashboardView })
  getDashboard(@CurrentCaller() { user }: Caller, @Query() query: DashboardQuery): Promise<DashboardView> {
    return this.dashboard.overall(query.timeZone ?? user.timeZone ?? 'UTC');
  }

  @Get('me/dashboard')
  @Requires('own.use')
  @ApiOkResponse({ type: MyDashboardView })
  async getMyDashboard(
    @CurrentActor() actor: Actor,
    @CurrentCaller() { user }: Caller,
    @Query() query: DashboardQuery,
  ): Promise<MyDashboardView> {
    const one = { page: 1, pageSize: 1 };
    const [figures, reachable, managed] = await Promise.all([
      this.dashboard.own(user.id, query.timeZone ?? user.timeZone ?? 'UTC'),
      this.reachable.list(user.id, { offset: 0, limit: 1 }),
      roleHas(user.role, 'members.read') ? this.users.list(actor, one) : null,
    ]);
    const { onlineSessions, ...rest } = figures;
    return { ...rest, counters: { users: managed?.total ?? null, assets: reachable.total, onlineSessions } };
  }
}
