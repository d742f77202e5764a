import { Secret, TOTP } from 'otpauth';
import { z } from 'zod';
import type { Clock } from '#libs/kernel';
import type { ApiClient } from './api-fixture.js';

const begun = z.object({ secret: z.string(), uri: z.string() });
const confirmed = z.object({ recoveryCodes: z.array(z.string()) });

/** A person's phone: shows the codes of one secret (RFC 6238), and knows which of them it has shown already. */
export class AuthenticatorApp {
  constructor(
    readonly secret: string,
    readonly uri: string,
    readonly recoveryCodes: readonly string[],
  ) {}

  /** Sets a second factor up for whoever calls. Its first code is used then. */
  static async enrol(client: ApiClient, clock: Clock): Promise<AuthenticatorApp> {
    const { secret, uri } = begun.parse((await client.post('/me/second-factor', {}).expect(200)).body);
    const code = codeAt(secret, clock.now());
    const answer = await client.post('/me/second-factor/confirm', { code }).expect(200);
    return new AuthenticatorApp(secret, uri, confirmed.parse(answer.body).recoveryCodes);
  }

  /** The code that is shown at that moment. */
  code(at: Date): string {
    return codeAt(this.secret, at);
  }

  /** Six digits that no step near that moment has. */
  wrongCode(at: Date): string {
    const near = [-2, -1, 0, 1, 2].map((step) => this.code(new Date(at.getTime() + step * 30_000)));
    const free = ['000000', '111111', '222222', '333333', '444444', '555555'].find(
      (code) => !near.includes(code),
    );
    return free ?? '';
  }
}

/** The code of a secret at a moment: SHA-1, six digits, 30 s. */
export function codeAt(secret: string, at: Date): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at.getTime() });
}
