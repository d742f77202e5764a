import pg from 'pg';

/** How long making a connection may take. */
const CONNECT_MS = 5_000;

const prepared = new Map<string, string>();

/**
 * Marks a statement that is asked all the time: each connection plans it once, not each time anew. For statements whose
 * plan is the same whatever their parameters are.
 */
export function preparedAs(name: string, sql: string): string {
  prepared.set(sql, name);
  return sql;
}

/** A connection of the pool. It gives up earlier than those who wait in the pool's queue, whose time limit it would take. */
export class Connection extends pg.Client {
  constructor(options: pg.ClientConfig) {
    super({ ...options, connectionTimeoutMillis: CONNECT_MS });
    keepAnswersApart(this);
  }
}

interface Asked {
  query(...told: unknown[]): unknown;
}

/**
 * Makes the promises of answers here, over pg's callbacks. For the collector's eyes the promises of pg 8.23 tie each answer
 * to the one before it: dead ones survive collections of young objects, and the api stood still for 20–40 ms after every
 * 40 lists of assets (bench s7).
 */
function keepAnswersApart(client: Asked): void {
  const ask = client.query.bind(client);
  client.query = (what, values, ...rest) => {
    const isText = typeof what === 'string';
    if (!isText || rest.length > 0 || typeof values === 'function') return ask(what, values, ...rest);
    const name = prepared.get(what);
    return new Promise((resolve, reject) => {
      ask(
        name === undefined ? what : { name, text: what },
        values,
        (error: Error | null, answer: unknown) => {
          if (error) reject(error);
          else resolve(answer);
        },
      );
    });
  };
}
