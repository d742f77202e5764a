import type { Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { Page, PageRequest } from '#libs/database';
import { OneOf, QueryWhole, Text } from './fields.js';

/** Rows of a page when the client doesn't say, and at most. */
export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 200;
const MAX_PAGE = 1_000_000;

/**
 * Query of a list: `q`, `page`, `pageSize`, `sort`. Extend it with filters:
 * `class UserListQuery extends ListQueryBy('username', 'createdAt') { @OneOf(ROLES, { optional: true }) role?: Role }`.
 * @param fields what `sort` may name; `-` in front turns the order round. Anything else is refused.
 */
export function ListQueryBy(...fields: [string, ...string[]]): Type<PageRequest> {
  const sorts = fields.flatMap((name) => [name, `-${name}`]);
  class ListQuery implements PageRequest {
    @Text({ max: 200, optional: true, description: 'Text to search for' })
    q?: string;

    @QueryWhole({ min: 1, max: MAX_PAGE, optional: true, description: 'Page, from 1' })
    page: number = 1;

    @QueryWhole({ min: 1, max: MAX_PAGE_SIZE, optional: true, description: 'Rows of a page; 50 if left out' })
    pageSize: number = DEFAULT_PAGE_SIZE;

    @OneOf(sorts, { optional: true, description: 'Field to sort by; with `-` in front from the last' })
    sort?: string;
  }
  return ListQuery;
}

/** Answer of a list: `class UserPage extends PageOf(UserView) {}`. */
export function PageOf<T>(item: Type<T>): Type<Page<T>> {
  class ListPage implements Page<T> {
    @ApiProperty({ type: item, isArray: true })
    items!: T[];

    @ApiProperty({ type: 'integer', description: 'How many match in all' })
    total!: number;
  }
  return ListPage;
}
