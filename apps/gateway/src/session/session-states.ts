/** Where a session stands. */
export type SessionState = 'connecting' | 'open' | 'ending' | 'ended';

/** From where it may go where. */
export const SESSION_TRANSITIONS: Readonly<Record<SessionState, readonly SessionState[]>> = {
  connecting: ['open', 'ending'],
  open: ['ending'],
  ending: ['ended'],
  ended: [],
};
