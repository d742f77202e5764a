import { ApiProperty } from '@nestjs/swagger';
import type { NamedFew, WhatGoesAlong } from '#libs/authorization';

/** How many there are, and the first of them. */
export class FewNames implements NamedFew {
  @ApiProperty({ type: 'integer' })
  count!: number;

  @ApiProperty({ type: String, isArray: true, description: 'The first ten by name' })
  names!: string[];
}

/** What goes with users or a user group when they are deleted. */
export class UserUsageView implements WhatGoesAlong {
  @ApiProperty({ description: 'The users themselves; of a group its members, who stay' })
  users!: FewNames;

  @ApiProperty({ description: 'Groups that hold the users, or that they administer' })
  userGroups!: FewNames;

  @ApiProperty({
    description: 'Rules that name them and would lose them; without names to whoever may not read rules',
  })
  rules!: FewNames;

  @ApiProperty({
    description:
      'Their sessions under way: `user: systemuser@asset`. Those of users end; of a group’s members those that no other rule covers',
  })
  onlineSessions!: FewNames;
}
