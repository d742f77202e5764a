import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { UnitOfWork } from '#libs/database';
import { CLOCK, type Clock } from '#libs/kernel';
import { AssetAccess } from './asset-access.js';
import { AssetUsage } from './asset-usage.js';
import { Authorizer } from './authorizer.js';
import { ExecDirectory } from './exec-directory.js';
import { Explainer } from './explainer.js';
import { Favourites } from './favourites.js';
import { ReachableAssets } from './reachable-assets.js';
import { RuleBook } from './rule-book.js';
import { UserAccess } from './user-access.js';
import { UserUsage } from './user-usage.js';

/** Who may do what: the rules, the decision, and the lists that agree with it. */
@Module({
  providers: [
    {
      provide: AssetAccess,
      inject: [DataSource, CLOCK],
      useFactory: (dataSource: DataSource, clock: Clock) => new AssetAccess(dataSource, clock),
    },
    {
      provide: AssetUsage,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new AssetUsage(dataSource),
    },
    {
      provide: Authorizer,
      inject: [DataSource, CLOCK],
      useFactory: (dataSource: DataSource, clock: Clock) => new Authorizer(dataSource, clock),
    },
    {
      provide: ExecDirectory,
      inject: [DataSource, CLOCK],
      useFactory: (dataSource: DataSource, clock: Clock) => new ExecDirectory(dataSource, clock),
    },
    {
      provide: Explainer,
      inject: [DataSource, Authorizer, CLOCK],
      useFactory: (dataSource: DataSource, authorizer: Authorizer, clock: Clock) =>
        new Explainer(dataSource, authorizer, clock),
    },
    {
      provide: Favourites,
      inject: [ReachableAssets, UnitOfWork],
      useFactory: (reachable: ReachableAssets, unitOfWork: UnitOfWork) =>
        new Favourites(reachable, unitOfWork),
    },
    {
      provide: ReachableAssets,
      inject: [DataSource, CLOCK],
      useFactory: (dataSource: DataSource, clock: Clock) => new ReachableAssets(dataSource, clock),
    },
    {
      provide: UserAccess,
      inject: [DataSource, CLOCK],
      useFactory: (dataSource: DataSource, clock: Clock) => new UserAccess(dataSource, clock),
    },
    {
      provide: UserUsage,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new UserUsage(dataSource),
    },
    {
      provide: RuleBook,
      inject: [DataSource, UnitOfWork],
      useFactory: (dataSource: DataSource, unitOfWork: UnitOfWork) => new RuleBook(dataSource, unitOfWork),
    },
  ],
  exports: [
    AssetAccess,
    AssetUsage,
    Authorizer,
    ExecDirectory,
    Explainer,
    Favourites,
    ReachableAssets,
    RuleBook,
    UserAccess,
    UserUsage,
  ],
})
export class AuthorizationModule {}
