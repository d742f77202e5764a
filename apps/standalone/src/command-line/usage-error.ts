import { parseArgs } from 'node:util';

/** The command line is not right. */
export class UsageError extends Error {}

/** The arguments of a command that takes no options. @throws UsageError for an option */
export function withoutOptions(args: string[]): string[] {
  try {
    return parseArgs({ args, allowPositionals: true, options: {} }).positionals;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** The only argument of a command. @throws UsageError that asks for `what` */
export function onlyArgument(args: string[], what: string): string {
  const [argument, ...more] = withoutOptions(args);
  if (argument === undefined || argument === '' || more.length > 0) throw new UsageError(`Give one ${what}.`);
  return argument;
}
