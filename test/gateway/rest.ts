import { z } from 'zod';

const problem = z.object({ status: z.number(), code: z.string(), detail: z.string().optional() });

/** An answer of the API other than success. */
export class RestProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(`${status} ${code}: ${detail}`);
  }
}

/** A bearer of an access token, talking to the REST API as tools do. */
export class RestClient {
  private constructor(
    private readonly origin: string,
    private readonly token: string,
  ) {}

  /** Somebody without a login. */
  static anonymous(origin: string): RestClient {
    return new RestClient(origin, '');
  }

  /** @param code of the second factor, where there is one */
  static async login(origin: string, username: string, password: string, code?: string): Promise<RestClient> {
    const answer = await RestClient.anonymous(origin).call(
      'POST',
      '/auth/login',
      z.object({ accessToken: z.string() }),
      { username, password, code },
    );
    return new RestClient(origin, answer.accessToken);
  }

  /** One call under /api/v1; the answer is checked against `shape`. */
  async call<T>(method: string, path: string, shape: z.ZodType<T>, body?: unknown): Promise<T> {
    const answer = await this.send(method, path, body);
    return shape.parse(answer.status === 204 ? undefined : await answer.json());
  }

  /** One call whose answer does not matter beyond its success. */
  async do(method: string, path: string, body?: unknown): Promise<void> {
    await (await this.send(method, path, body)).arrayBuffer();
  }

  /** The answer as it came; fails on anything but success. Bytes are sent as a file. */
  async send(method: string, path: string, body?: unknown): Promise<Response> {
    const answer = await fetch(`${this.origin}/api/v1${path}`, {
      method,
      headers: {
        ...(this.token === '' ? {} : { authorization: `Bearer ${this.token}` }),
        ...contentOf(body).headers,
      },
      ...(body === undefined ? {} : { body: contentOf(body).body }),
    });
    if (answer.ok) return answer;
    const text = await answer.text();
    const told = problem.safeParse(safeJson(text));
    if (told.success) throw new RestProblem(answer.status, told.data.code, text);
    throw new RestProblem(answer.status, 'unknown', `${method} ${path}: ${text.slice(0, 500)}`);
  }
}

function contentOf(body: unknown): {
  headers: Record<string, string>;
  body: string | Uint8Array<ArrayBuffer>;
} {
  if (body === undefined) return { headers: {}, body: '' };
  if (body instanceof Uint8Array)
    return { headers: { 'content-type': 'application/octet-stream' }, body: new Uint8Array(body) };
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller tells the text as it is.
    return undefined;
  }
}
