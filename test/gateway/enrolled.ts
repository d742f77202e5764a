import { z } from 'zod';
import { AuthenticatorApp, codeAt } from '../api/authenticator-app.js';
import type { Harness, Person } from './harness.js';
import { RestClient } from './rest.js';

const STEP_MS = 30_000;

const attempts = z.object({
  items: z.array(
    z.object({ method: z.string(), succeeded: z.boolean(), reason: z.string().nullable(), way: z.string() }),
  ),
});

/** A try to log in, as auditors see it. */
export type Attempt = z.infer<typeof attempts>['items'][number];

/** Somebody with an authenticator app. */
export type Enrolled = Person & { app: AuthenticatorApp };

/** Sets up the second factor of somebody who has none. The code that the app shows next is not used then. */
export async function enrol(harness: Harness, { username, password }: Person): Promise<AuthenticatorApp> {
  const client = await RestClient.login(harness.product.url, username, password);
  const begun = z.object({ secret: z.string(), uri: z.string() });
  const { secret, uri } = await client.call('POST', '/me/second-factor', begun, {});
  const done = z.object({ recoveryCodes: z.array(z.string()) });
  const code = codeAt(secret, new Date());
  const { recoveryCodes } = await client.call('POST', '/me/second-factor/confirm', done, { code });
  return new AuthenticatorApp(secret, uri, recoveryCodes);
}

/** A code that counts now and was not used: that of the step that comes. */
export function nextCode({ app }: Pick<Enrolled, 'app'>): string {
  return app.code(new Date(Date.now() + STEP_MS));
}

/** Tries of a user to log in over SSH, the latest first. */
export async function attemptsOf(harness: Harness, username: string): Promise<Attempt[]> {
  const { items } = await harness.admin.call('GET', `/login-attempts?q=${username}&pageSize=200`, attempts);
  return items.filter(({ way }) => way === 'ssh');
}

/** The console's login: the cookie as a browser keeps it; empty when it was refused. */
export async function cookieOf(
  harness: Harness,
  who: { username: string; password: string; code?: string | undefined },
): Promise<string> {
  const { username, password, code } = who;
  const answer = await fetch(`${harness.product.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-gatehouse-client': 'console' },
    body: JSON.stringify({ username, password, code }),
  });
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}
