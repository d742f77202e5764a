import type { UserId } from './ids.js';
import type { Role } from '#libs/contracts';

/**
 * Through which way something was done; `api`: a login of a tool, `token`: an API token, `command-line`: on the machine
 * itself, by one of its accounts.
 */
export type Way = 'console' | 'api' | 'token' | 'ssh' | 'system' | 'command-line';

/** Who does something, from where: stands in every audit row. */
export interface Actor {
  /** null: the product itself, for example at the first start. */
  userId: UserId | null;
  username: string;
  role: Role | null;
  /** Source address, without a port. */
  address: string | null;
  way: Way;
}

/** The product itself. */
export const systemActor: Actor = {
  userId: null,
  username: 'system',
  role: null,
  address: null,
  way: 'system',
};
