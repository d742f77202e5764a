import { ApiProperty } from '@nestjs/swagger';
import type { NamedFew, Usage } from '#libs/authorization';

/** How many there are, and the first of them. */
export class NamedFewView implements NamedFew {
  @ApiProperty({ type: 'integer' })
  count!: number;

  @ApiProperty({ type: String, isArray: true, description: 'The first ten by name' })
  names!: string[];
}

/** What hangs on something that may be deleted. */
export class UsageView implements Usage {
  @ApiProperty({
    description:
      'The assets themselves, members of the group, those in the data center, those that name the account',
  })
  assets!: NamedFewView;

  @ApiProperty({ description: 'Groups that hold the assets; of a group, those directly below it' })
  assetGroups!: NamedFewView;

  @ApiProperty({ description: 'Rules that name it and would lose it' })
  rules!: NamedFewView;

  @ApiProperty({ description: 'Sessions under way on the assets: `user: systemuser@asset`' })
  onlineSessions!: NamedFewView;

  @ApiProperty({ type: 'integer', description: 'Assets that use the admin account by default' })
  followers!: number;

  @ApiProperty({ description: 'Whether the default settings name it' })
  isDefault!: boolean;
}
