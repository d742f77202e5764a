import { LOGIN_ABSOLUTE_MS, LOGIN_IDLE_MS } from './login-registry.js';
import { ACCOUNT_TRIES, CODE_TRIES, WINDOW_SECONDS } from './login-throttle.js';

/** How long logins last and when tries are refused, as people are told it. */
export interface LoginLimits {
  /** A login ends when nobody uses it for so long. */
  idleSeconds: number;
  /** Every login ends after so long. */
  absoluteSeconds: number;
  /** So many wrong passwords of one account are taken… */
  passwordTries: number;
  /** …and so many wrong codes… */
  codeTries: number;
  /** …in so long, from the first one on. */
  triesSeconds: number;
}

/** What counts for every account. */
export const LOGIN_LIMITS: LoginLimits = {
  idleSeconds: LOGIN_IDLE_MS / 1000,
  absoluteSeconds: LOGIN_ABSOLUTE_MS / 1000,
  passwordTries: ACCOUNT_TRIES,
  codeTries: CODE_TRIES,
  triesSeconds: WINDOW_SECONDS,
};
