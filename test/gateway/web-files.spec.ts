import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { requires, type Host } from '../hosts/index.js';
import { cookieOf } from './enrolled.js';
import { Harness, type Way } from './harness.js';
import { RestClient, RestProblem } from './rest.js';

const folder = z.object({
  path: z.string(),
  truncated: z.boolean(),
  actions: z.array(z.string()),
  items: z.array(
    z.looseObject({
      name: z.string(),
      kind: z.string(),
      size: z.number(),
      mode: z.string(),
      owner: z.string(),
      target: z.string().nullable(),
      targetKind: z.string().nullable(),
    }),
  ),
});
const transfers = z.object({
  items: z.array(
    z.looseObject({
      direction: z.string(),
      path: z.string(),
      result: z.string(),
      sha256: z.string().nullable(),
    }),
  ),
});
const problem = z.object({ code: z.string() });
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

requires('hosts', 'ssh').describe('files over HTTP', () => {
  let harness: Harness;
  let host: Host;
  let way: Way;
  let own: RestClient;
  let there: string;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const dev = { username: 'dev', publicKey: systemKey.public };
    host = await harness.startHost({ name: 'web-01', accounts: [dev] });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    own = await RestClient.login(harness.product.url, way.person.username, way.person.password);
  });
  beforeEach(async () => {
    there = `/home/dev/${randomBytes(4).toString('hex')}`;
    await host.exec(`install -d -o dev -g dev ${there}`);
    await allow('upload', 'download');
  });

  async function allow(...actions: string[]): Promise<void> {
    await harness.change(`/authorization-rules/${way.ruleId}`, { actions });
  }

  function place(path?: string): { assetId: string; systemUserId: string; path?: string } {
    const { assetId, systemUserId } = way;
    return { assetId, systemUserId, ...(path !== undefined && { path }) };
  }

  function address(route: string, path?: string): string {
    return `/me/files${route}?${new URLSearchParams(place(path)).toString()}`;
  }

  function list(path?: string): Promise<z.infer<typeof folder>> {
    return own.call('GET', address('', path), folder);
  }

  /** A request as the console makes it, with the cookie; `headers` change it. */
  async function asConsole(
    method: string,
    route: string,
    body: Buffer | null = null,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; bytes: Buffer; headers: Headers }> {
    const answer = await fetch(`${harness.product.url}/api/v1${route}`, {
      method,
      headers: {
        cookie: await cookieOf(harness, way.person),
        'x-gatehouse-client': 'console',
        'content-type': 'application/octet-stream',
        ...headers,
      },
      ...(body && { body: new Uint8Array(body) }),
    });
    return {
      status: answer.status,
      bytes: Buffer.from(await answer.arrayBuffer()),
      headers: answer.headers,
    };
  }

  async function listed(filter = ''): Promise<z.infer<typeof transfers>['items']> {
    const query = `sort=startedAt&protocol=web&path=${encodeURIComponent(there)}${filter}`;
    return (await harness.admin.call('GET', `/file-transfers?${query}`, transfers)).items;
  }

  async function records(
    count: number,
    directions: readonly string[],
  ): Promise<z.infer<typeof transfers>['items']> {
    const wanted = async () => (await listed()).filter(({ direction }) => directions.includes(direction));
    await expect.poll(wanted, { timeout: 15_000 }).toHaveLength(count);
    return wanted();
  }

  it('lists a folder: names as they are, hidden ones, links and where they lead, ten thousand at once', async () => {
    await host.exec(
      `cd ${there} && mkdir sub && echo hi > "二 <b>&'.txt" && touch .hidden && ln -s sub link && ln -s gone dead && mkfifo fifo && chmod 640 .hidden && chown -hR dev:dev .`,
    );
    const { path, items, truncated } = await list(there);
    expect({ path, truncated }).toEqual({ path: there, truncated: false });
    const byName = new Map(items.map((item) => [item.name, item]));
    expect([...byName.keys()].sort()).toEqual(
      ["二 <b>&'.txt", '.hidden', 'link', 'dead', 'fifo', 'sub'].sort(),
    );
    expect(byName.get("二 <b>&'.txt")).toMatchObject({ kind: 'file', size: 3, owner: 'dev', group: 'dev' });
    expect(byName.get('.hidden')).toMatchObject({ mode: '0640' });
    expect(byName.get('link')).toMatchObject({ kind: 'link', target: 'sub', targetKind: 'folder' });
    expect(byName.get('dead')).toMatchObject({ kind: 'link', target: 'gone', targetKind: null });
    expect(byName.get('fifo')).toMatchObject({ kind: 'other' });
    expect((await list()).path).toBe('/home/dev');
    await host.exec(`cd ${there} && mkdir many && cd many && seq 1 10000 | xargs touch && chown dev . `);
    expect((await list(`${there}/many`)).items).toHaveLength(10_000);
    await expect(list(`${there}/fifo`)).rejects.toMatchObject({
      code: expect.stringMatching(/^file_/) as string,
    });
    await expect(list(`${there}/none`)).rejects.toMatchObject({ status: 404, code: 'file_no_such_file' });
    await expect(list('/root')).rejects.toMatchObject({ status: 403, code: 'file_denied' });
  });

  it('uploads and downloads with a record and a digest each, in one session', async () => {
    const content = randomBytes(3_000_001);
    const path = `${there}/二 a'b.bin`;
    expect(await asConsole('PUT', address('/content', path), content)).toMatchObject({ status: 204 });
    expect((await host.exec(`sha256sum < "${path}"`)).text).toContain(sha256(content));
    const down = await asConsole('GET', address('/content', path));
    expect(sha256(down.bytes)).toBe(sha256(content));
    expect(down.headers.get('content-disposition')).toBe(
      "attachment; filename*=UTF-8''%E4%BA%8C%20a%27b.bin",
    );
    expect(down.headers.get('x-content-type-options')).toBe('nosniff');
    await asConsole('PUT', address('/content', `${there}/empty`), Buffer.alloc(0));
    expect((await asConsole('GET', address('/content', `${there}/empty`))).bytes).toHaveLength(0);
    const common = { result: 'complete', username: 'alice', assetName: 'web-01', systemUsername: 'dev' };
    const rows = await records(4, ['upload', 'download']);
    expect(rows).toMatchObject([
      { ...common, direction: 'upload', path, sha256: sha256(content) },
      { ...common, direction: 'download', path, sha256: sha256(content) },
      { ...common, direction: 'upload', path: `${there}/empty`, sha256: sha256(Buffer.alloc(0)) },
      { ...common, direction: 'download', path: `${there}/empty`, sha256: sha256(Buffer.alloc(0)) },
    ]);
    expect(new Set(rows.map((row) => row['sessionId'])).size).toBe(1);
    const [session] = await harness.sessions('&kind=files');
    expect(session).toMatchObject({ endedAt: null });
  });

  it('makes, renames, removes and sets permissions; nothing is written over by a rename', async () => {
    const at = (name: string): ReturnType<typeof place> => place(`${there}/${name}`);
    await own.do('POST', '/me/files/folders', at('new'));
    await own.do('POST', '/me/files/rename', { ...at('new'), newPath: `${there}/新` });
    await own.do('POST', '/me/files/mode', { ...at('新'), mode: '0700' });
    expect((await list(there)).items).toMatchObject([{ name: '新', kind: 'folder', mode: '0700' }]);
    await host.exec(`cd ${there} && echo a > a && echo b > b && ln -s 新 link && chown -h dev a b link`);
    await expect(
      own.do('POST', '/me/files/rename', { ...at('a'), newPath: `${there}/b` }),
    ).rejects.toMatchObject({
      status: 409,
    });
    for (const name of ['a', 'b', 'link', '新']) await own.do('POST', '/me/files/remove', at(name));
    expect((await list(there)).items).toEqual([]);
  });

  it('addresses names that are no UTF-8, and keeps what is there where that is wished', async () => {
    await host.exec(`cd ${there} && echo raw > "$(printf 'a\\377\\356\\276\\200')" && chown dev *`);
    const { items, actions } = await list(there);
    expect(actions).toEqual(['upload', 'download']);
    // the last three bytes are a character of the very range that stands for raw bytes
    expect(items.map(({ name }) => name)).toEqual(['a\uEFFF\uEFEE\uEFBE\uEF80']);
    const path = `${there}/${items[0]?.name ?? ''}`;
    const read = await asConsole('GET', address('/content', path));
    expect([read.status, read.bytes.toString()]).toEqual([200, 'raw\n']);
    const kept = await asConsole(
      'PUT',
      `${address('/content', path)}&overwrite=false`,
      randomBytes(3_000_000),
    );
    expect([kept.status, problem.parse(JSON.parse(kept.bytes.toString())).code]).toEqual([
      409,
      'file_exists',
    ]);
    expect((await host.exec(`cat ${there}/*`)).text).toBe('raw\n');
    const fresh = `${address('/content', `${there}/new`)}&overwrite=false`;
    expect((await asConsole('PUT', fresh, Buffer.from('one'))).status).toBe(204);
    await own.do('POST', '/me/files/rename', { ...place(path), newPath: `${path}\uEF81` });
    const found = await host.exec(`ls ${there} | od -An -tx1 | tr -d ' \\n'`);
    expect(found.text.trim()).toContain('61ffeebe8081');
  });

  it('does what the rules allow: reading needs download, writing upload, a list either', async () => {
    await host.exec(`echo secret > ${there}/secret; chown dev ${there}/secret`);
    const read = (): Promise<number> =>
      asConsole('GET', address('/content', `${there}/secret`)).then(({ status }) => status);
    const write = (): Promise<number> =>
      asConsole('PUT', address('/content', `${there}/secret`), Buffer.from('x')).then(({ status }) => status);
    await allow('upload');
    await expect.poll(read, { timeout: 5_000 }).toBe(403);
    expect((await list(there)).items).toHaveLength(1);
    await allow('download');
    await expect
      .poll(() =>
        own.send('GET', address('/content', `${there}/secret`)).then(
          () => 200,
          () => 0,
        ),
      )
      .toBe(200);
    expect(await write()).toBe(403);
    for (const route of ['folders', 'remove']) {
      const answer = own.do('POST', `/me/files/${route}`, place(`${there}/secret`));
      await expect(answer, route).rejects.toMatchObject({ status: 403 });
    }
    await allow('connect', 'exec');
    await expect
      .poll(
        () =>
          list(there).then(
            () => 200,
            (error: unknown) => error instanceof RestProblem && error.status,
          ),
        { timeout: 5_000 },
      )
      .toBe(403);
    expect((await host.exec(`ls ${there}`)).text.trim()).toBe('secret');
    await expect
      .poll(async () => (await listed('&result=refused')).map(({ direction }) => direction), {
        timeout: 15_000,
      })
      .toEqual(expect.arrayContaining(['download', 'upload', 'change']));
  });

  it('ends the session within two seconds when the rule is gone', async () => {
    await list(there);
    const since = Date.now();
    await harness.change(`/authorization-rules/${way.ruleId}`, { active: false });
    await expect
      .poll(async () => (await harness.sessions('&kind=files'))[0]?.endReason, { timeout: 5_000 })
      .toBe('access_revoked');
    expect(Date.now() - since).toBeLessThan(2_000);
    await expect(list(there)).rejects.toMatchObject({ status: 403 });
    await harness.change(`/authorization-rules/${way.ruleId}`, { active: true });
  });

  it('what is uploaded over a file keeps its mode and links, also where its folder takes no new file', async () => {
    await host.exec(`cd ${there} && echo old > a && chmod 640 a && ln -s a link && chown -h dev a link`);
    const put = async (name: string, text: string): Promise<number> =>
      (await asConsole('PUT', address('/content', `${there}/${name}`), Buffer.from(text))).status;
    expect(await put('link', 'new')).toBe(204);
    const shown = `cd ${there} && cat a && stat -c ' %n %a %F' a link && ls -A | wc -l`;
    const whole = ' a 640 regular file\n link 777 symbolic link\n2\n';
    expect((await host.exec(shown)).text).toBe(`new${whole}`);
    await host.exec(`chown root ${there}`);
    expect(await put('a', 'in place')).toBe(204);
    expect(await put('b', 'no room')).toBe(403);
    expect((await host.exec(shown)).text).toBe(`in place${whole}`);
  });

  it('an upload that breaks off leaves what was there, nothing else, and a record that says so', async () => {
    await host.exec(`cd ${there} && echo old > cut && chown dev cut`);
    const { hostname, port } = new URL(harness.product.url);
    const path = `/api/v1${address('/content', `${there}/cut`)}`;
    const headers = {
      cookie: await cookieOf(harness, way.person),
      'x-gatehouse-client': 'console',
      'content-type': 'application/octet-stream',
      'content-length': '100000000',
    };
    const upload = request({ hostname, port, path, method: 'PUT', headers });
    upload.on('error', () => undefined); // it is cut here
    upload.write(Buffer.alloc(500_000));
    await expect
      .poll(async () => Number((await host.exec(`cat ${there}/.cut.* 2>/dev/null | wc -c`)).text), {
        timeout: 10_000,
      })
      .toBeGreaterThan(0);
    upload.destroy();
    const [row] = await records(1, ['upload']);
    const sum = sha256(Buffer.alloc(Number(row?.size)));
    expect(row).toMatchObject({ path: `${there}/cut`, result: 'cut_off', sha256: sum });
    const left = async (): Promise<string> => (await host.exec(`cd ${there} && ls -A && cat cut`)).text;
    await expect.poll(left, { timeout: 15_000 }).toBe('cut\nold\n');
  });

  it('is for the user themselves: not another one, not a page of elsewhere, no token that only reads for a change', async () => {
    const other = await harness.addPerson('bob');
    const theirs = await RestClient.login(harness.product.url, other.username, other.password);
    await expect(theirs.call('GET', address('', there), folder)).rejects.toMatchObject({ status: 403 });
    const target = address('/content', `${there}/x`);
    const foreign = await asConsole('PUT', target, Buffer.from('x'), { origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
    const noHeader = await asConsole('PUT', target, Buffer.from('x'), { 'x-gatehouse-client': '' });
    expect(noHeader.status).toBe(403);
    const made = z.object({ token: z.string() });
    const { token } = await own.call('POST', '/me/api-tokens', made, {
      name: 't',
      expiresAt: null,
      readOnly: true,
    });
    const authorization = `Bearer ${token}`;
    const bearer = async (method: string, route: string): Promise<Response> =>
      fetch(`${harness.product.url}/api/v1${route}`, {
        method,
        headers: { authorization, 'content-type': 'application/octet-stream' },
        ...(method === 'PUT' && { body: 'x' }),
      });
    expect((await bearer('GET', address('', there))).status).toBe(200);
    const refused = await bearer('PUT', target);
    expect([refused.status, problem.parse(await refused.json()).code]).toEqual([403, 'read_only_token']);
  });
});
