import type { Connection } from 'ssh2';
import { callInside, insideOf } from './inside-ssh2.js';

/** What a client may still ask of a session that has begun (RFC 4254 sections 6.7 and 6.9). */
const HEARD: ReadonlySet<unknown> = new Set(['window-change', 'signal']);
/** States of a channel, as ssh2 names them, in which it was not closed to the client yet. */
const OPEN: ReadonlySet<unknown> = new Set(['open', 'eof']);

/**
 * Answers what is asked of a session that has begun: ssh2 leaves all of it without an answer, which PuTTY's `winadj` waits
 * for, and begins a second command on a channel that is none (RFC 4254 sections 5.4 and 6.5).
 */
export function answerLateRequests(client: Connection): void {
  const protocol = insideOf(client, '_protocol');
  const channels = insideOf(client, '_chanMgr');
  const handlers = insideOf(protocol, '_handlers');
  const hear = insideOf(handlers, 'CHANNEL_REQUEST');
  if (!(hear instanceof Function)) throw new Error('ssh2 hears no channel requests');
  const answer = (
    given: unknown,
    number: unknown,
    kind: unknown,
    wantsReply: unknown,
    data: unknown,
  ): void => {
    const session: unknown = callInside(channels, 'get', number);
    const hasBegun = session instanceof Object && Reflect.get(session, '_channel') !== undefined;
    if (!hasBegun || HEARD.has(kind)) Reflect.apply(hear, client, [given, number, kind, wantsReply, data]);
    if (!hasBegun || wantsReply !== true) return;
    const outgoing = insideOf(insideOf(session, '_chanInfo'), 'outgoing');
    if (!OPEN.has(Reflect.get(outgoing, 'state'))) return;
    const reply = HEARD.has(kind) ? 'channelSuccess' : 'channelFailure';
    callInside(protocol, reply, Reflect.get(outgoing, 'id'));
  };
  Reflect.set(handlers, 'CHANNEL_REQUEST', answer);
}
