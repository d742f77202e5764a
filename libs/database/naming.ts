import { DefaultNamingStrategy, type NamingStrategyInterface, type Table } from 'typeorm';

const snake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();

/** PostgreSQL cuts longer names (NAMEDATALEN). */
const MAX_NAME = 63;

const joined = (table: Table | string, columns: string[], ending: string): string => {
  const name = typeof table === 'string' ? table : table.name;
  const bare = name.slice(name.lastIndexOf('.') + 1);
  return `${[bare, ...columns].join('_').slice(0, MAX_NAME - ending.length - 1)}_${ending}`;
};

/** Columns in snake_case, keys and indexes by what they are on, so that SQL and its errors read without a dictionary. */
export class SnakeNaming extends DefaultNamingStrategy implements NamingStrategyInterface {
  override columnName(
    propertyName: string,
    customName: string | undefined,
    embeddedPrefixes: string[],
  ): string {
    return snake(embeddedPrefixes.concat('').join('_')) + (customName ?? snake(propertyName));
  }

  override primaryKeyName(table: Table | string): string {
    return joined(table, [], 'pkey');
  }

  override indexName(table: Table | string, columns: string[], where?: string): string {
    return joined(table, columns, where === undefined ? 'idx' : 'partial_idx');
  }

  override foreignKeyName(table: Table | string, columns: string[]): string {
    return joined(table, columns, 'fkey');
  }
}
