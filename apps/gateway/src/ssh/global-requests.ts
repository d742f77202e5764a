import type { Connection } from 'ssh2';
import type { Logger } from '#libs/kernel';
import { callInside, insideOf } from './inside-ssh2.js';

/** What is answered to a global request: the reply's data, or null: it is refused. */
export type GlobalAnswer = (name: string, data: unknown) => Promise<Buffer | null> | Buffer | null;

/** The client promises to ask for no more sessions; ssh2 holds it to that. */
const NO_MORE_SESSIONS = 'no-more-sessions@openssh.com';

/**
 * Takes a client's global requests over from ssh2, which answers those alone that it knows. Whoever has not logged in is
 * refused. Replies go out in the order of the requests, as they have no other name (RFC 4254 section 4).
 */
export function hearGlobalRequests(client: Connection, answer: GlobalAnswer, logger: Logger): void {
  const protocol = insideOf(client, '_protocol');
  let last = Promise.resolve();

  const answerTo = async (name: string, data: unknown): Promise<Buffer | null> => {
    if (!client.authenticated) return null;
    if (name === NO_MORE_SESSIONS) {
      client.noMoreSessions = true;
      return Buffer.alloc(0);
    }
    try {
      return await answer(name, data);
    } catch (error) {
      logger.debug({ err: error, name }, 'global request');
      return null;
    }
  };
  const reply = (data: Buffer | null): void => {
    if (data === null) callInside(protocol, 'requestFailure');
    else callInside(protocol, 'requestSuccess', data);
  };
  const hear = (_protocol: unknown, name: string, wantsReply: boolean, data: unknown): void => {
    const answered = answerTo(name, data);
    if (wantsReply) last = last.then(async () => reply(await answered)).catch(noWay);
  };
  const noWay = (error: unknown): void => {
    logger.debug({ err: error }, 'a global request could not be answered');
  };
  Reflect.set(insideOf(protocol, '_handlers'), 'GLOBAL_REQUEST', hear);
}
