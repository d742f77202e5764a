import { ApiProperty, PartialType } from '@nestjs/swagger';
import { USER_GROUP_SORTS, type UserGroupProfile } from '#libs/identity';
import type { UserGroupId, UserId } from '#libs/kernel';
import { Comment, IdList, Name } from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';

/** A new user group. */
export class CreateUserGroup {
  @Name()
  name!: string;

  @Comment()
  comment?: string;

  @IdList({ optional: true, description: 'To a group admin: the members whom they manage' })
  memberIds?: UserId[];

  @IdList({ optional: true, description: 'Users of role group_admin who manage the members' })
  administratorIds?: UserId[];
}

/** What changes; what is left out stays. */
export class UpdateUserGroup extends PartialType(CreateUserGroup, { skipNullProperties: false }) {}

/** User groups that are meant together. */
export class UserGroupIds {
  @IdList({ min: 1, max: 1000 })
  ids!: UserGroupId[];
}

/** Which user groups to list. */
export class UserGroupListQuery extends ListQueryBy(...USER_GROUP_SORTS) {}

/** A user group. */
export class UserGroupView {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty()
  comment!: string;

  @ApiProperty({ type: String, format: 'uuid', isArray: true })
  memberIds!: string[];

  @ApiProperty({
    type: String,
    format: 'uuid',
    isArray: true,
    description: 'To a group admin: themselves alone',
  })
  administratorIds!: string[];

  @ApiProperty({ type: Date })
  createdAt!: Date;
}

/** One page of user groups. */
export class UserGroupPage extends PageOf(UserGroupView) {}

/** How a group is shown. */
export function userGroupView(group: UserGroupProfile): UserGroupView {
  const { id, name, comment, memberIds, administratorIds, createdAt } = group;
  return { id, name, comment, memberIds, administratorIds, createdAt };
}
