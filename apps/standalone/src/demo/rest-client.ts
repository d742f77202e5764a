import { z } from 'zod';

const login = z.object({ accessToken: z.string() });
const created = z.object({ id: z.string() });
const problem = z.looseObject({ title: z.string().optional(), detail: z.string().optional() });

/** Gatehouse's REST API with one user's token. */
export class RestClient {
  private constructor(
    private readonly origin: string,
    private readonly token: string,
  ) {}

  /** Logs in. @throws Error with the API's own words */
  static async login(origin: string, username: string, password: string): Promise<RestClient> {
    const answer = await send(origin, 'POST', '/auth/login', { username, password });
    return new RestClient(origin, login.parse(answer).accessToken);
  }

  /** Creates something and gives its id. */
  async create(path: string, body: object): Promise<string> {
    return created.parse(await this.call('POST', path, body)).id;
  }

  /** Any request; gives the parsed JSON, or null for an empty answer. */
  call(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<unknown> {
    return send(this.origin, method, path, body, this.token);
  }
}

async function send(
  origin: string,
  method: string,
  path: string,
  body?: object,
  token?: string,
): Promise<unknown> {
  const answer = await fetch(`${origin}/api/v1${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} gave ${String(answer.status)}: ${reasonIn(text)}`);
  return text === '' ? null : JSON.parse(text);
}

function reasonIn(text: string): string {
  try {
    const { title, detail } = problem.parse(JSON.parse(text));
    return detail ?? title ?? text;
  } catch {
    return text; // no problem document: an answer from something in between
  }
}
