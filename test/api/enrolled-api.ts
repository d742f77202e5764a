import { z } from 'zod';
import { ApiFixture, HandClock, PASSWORD, type ApiClient, type Somebody } from './api-fixture.js';
import { AuthenticatorApp } from './authenticator-app.js';

const STEP = 30_000;
const needed = z.object({ code: z.literal('second_factor_needed'), challenge: z.string() });
const attempts = z.object({
  items: z.array(z.object({ method: z.string(), succeeded: z.boolean(), reason: z.string().nullable() })),
});

/** The api with a clock that is moved, and people who log in with codes. */
export class EnrolledApi {
  private constructor(
    readonly api: ApiFixture,
    readonly clock: HandClock,
  ) {}

  static async start(): Promise<EnrolledApi> {
    const clock = new HandClock();
    return new EnrolledApi(await ApiFixture.start({ clock }), clock);
  }

  readonly bearer = (token: string): ApiClient =>
    this.api.anonymous().with({ authorization: `Bearer ${token}` });

  readonly logIn = (body: object) =>
    this.api.anonymous().post('/auth/login', { password: PASSWORD, ...body });

  /** Somebody with an app. The time has moved on, so that the app shows a code that wasn't used. */
  readonly addEnrolled = async (username: string): Promise<Somebody & { app: AuthenticatorApp }> => {
    const person = await this.api.addUser(username);
    const app = await AuthenticatorApp.enrol(person.client, this.clock);
    this.clock.advance(STEP);
    return { ...person, app };
  };

  readonly challengeOf = async (username: string): Promise<string> =>
    needed.parse((await this.logIn({ username }).expect(401)).body).challenge;

  readonly tryCode = (challenge: string, code: string) =>
    this.api.anonymous().post('/auth/second-factor', { challenge, code });

  readonly attemptsOf = async (username: string): Promise<z.infer<typeof attempts>['items']> => {
    const answer = await this.api.admin.get(`/login-attempts?q=${username}&pageSize=200`).expect(200);
    return attempts.parse(answer.body).items;
  };
}
