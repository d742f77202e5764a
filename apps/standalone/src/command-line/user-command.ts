import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { InfrastructureModule, User, type Infrastructure } from '#libs/database';
import {
  countsAt,
  IdentityModule,
  NoSecondFactor,
  SecondFactorBook,
  USERNAME_PATTERN,
  USERNAME_RULE,
  UserDirectory,
} from '#libs/identity';
import { makeLogger, type Actor } from '#libs/kernel';
import { assertCurrentSchema, withInstallation, type Installation } from './installation.js';
import { machineActor } from './machine-actor.js';
import { onlyArgument, UsageError } from './usage-error.js';

export const USER_USAGE = `Usage: gatehouse user create-admin NAME
       gatehouse user reset-password NAME
       gatehouse user reset-second-factor NAME
       gatehouse user unlock NAME

create-admin          adds an administrator; prints their one-time password
reset-password        prints a new one-time password; the user's logins end, API tokens stay
reset-second-factor   takes a lost second factor away; the user's logins end
unlock                lets an account try again at once that had too many failed tries
`;

/** Those who do it, as console and API do. */
interface Desk {
  users: UserDirectory;
  factors: SecondFactorBook;
  actor: Actor;
}

/** Does it to the user, who is null where there is none of the name; gives what to tell. */
type Verb = (desk: Desk, name: string, user: User | null) => Promise<string>;

const VERBS: Readonly<Record<string, Verb>> = {
  'create-admin': async ({ users, actor }, username, user) => {
    if (user) throw new Error(`There is a user ${username} already, see user reset-password.`);
    if (!USERNAME_PATTERN.test(username))
      throw new UsageError(`${username} can be no user name. ${USERNAME_RULE}`);
    const made = await users.create(actor, { username, name: username, role: 'admin' });
    return `administrator ${username} added\n${passwordLine(made.oneTimePassword ?? '')}`;
  },
  'reset-password': async ({ users, actor }, name, user) => {
    const known = existing(name, user);
    const oneTimePassword = await users.resetPassword(actor, known.id);
    return `${name}: logins ended${standing(known)}\n${passwordLine(oneTimePassword)}`;
  },
  'reset-second-factor': async ({ factors, actor }, name, user) => {
    const known = existing(name, user);
    await factors.reset(actor, known.id).catch((error: unknown) => {
      throw error instanceof NoSecondFactor ? new Error(`${name} has no second factor.`) : error;
    });
    return `${name}: second factor taken away, logins ended${standing(known)}\n`;
  },
  unlock: async ({ users, actor }, name, user) => {
    const known = existing(name, user);
    await users.unlock(actor, known.id);
    return `${name}: may try again${standing(known)}\n`;
  },
};

/** Runs `user …` and gives its exit code. @throws UsageError; Error when it could not be done */
export async function runUserCommand([verb, ...args]: string[]): Promise<number> {
  const run = verb === undefined ? undefined : VERBS[verb];
  if (!run) throw new UsageError(verb === undefined ? 'user: what to do?' : `No such command: user ${verb}`);
  const name = onlyArgument(args, 'user name').toLowerCase();
  const told = await withInstallation(async (installation) => {
    await assertCurrentSchema(installation.dataSource);
    const user = await installation.dataSource.getRepository(User).findOneBy({ username: name });
    return withDesk(installation, (desk) => run(desk, name, user));
  });
  process.stdout.write(told);
  return 0;
}

@Module({})
class UserCommandModule {
  static forRoot(infrastructure: Infrastructure): DynamicModule {
    return {
      module: UserCommandModule,
      imports: [InfrastructureModule.forRoot(infrastructure), IdentityModule],
    };
  }
}

async function withDesk<T>(
  { config, dataSource }: Installation,
  use: (desk: Desk) => Promise<T>,
): Promise<T> {
  const logger = makeLogger('command', 'fatal');
  const module = UserCommandModule.forRoot({ config, logger, dataSource, queuePart: 'sender' });
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  try {
    const from = { strict: false };
    const [users, factors] = [app.get(UserDirectory, from), app.get(SecondFactorBook, from)];
    return await use({ users, factors, actor: machineActor() });
  } finally {
    await app.close();
  }
}

function existing(name: string, user: User | null): User {
  if (!user) throw new Error(`There is no user ${name}.`);
  return user;
}

/** What else keeps somebody out. */
function standing(user: User): string {
  return countsAt(user, new Date())
    ? ''
    : '; but the account is disabled or has ended, so nobody logs in with it';
}

const passwordLine = (password: string): string =>
  `one-time password: ${password}\n(shown this once; another one is chosen at the first login)\n`;
