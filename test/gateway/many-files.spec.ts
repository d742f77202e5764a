import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { requires, run, type Host } from '../hosts/index.js';
import { cookieOf } from './enrolled.js';
import { Harness, type Way } from './harness.js';
import { RestClient } from './rest.js';

const runView = z.object({
  finished: z.boolean(),
  entries: z.array(
    z.looseObject({
      assetName: z.string(),
      state: z.string(),
      files: z.number(),
      bytes: z.number(),
      failures: z.number(),
      code: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
});
const transfers = z.object({
  items: z.array(
    z.looseObject({
      assetName: z.string(),
      direction: z.string(),
      change: z.string().nullable(),
      path: z.string(),
      target: z.string().nullable(),
      size: z.number(),
      sha256: z.string().nullable(),
      result: z.string(),
    }),
  ),
});
const preview = z.object({ items: z.array(z.looseObject({ name: z.string() })), withheldCount: z.number() });
const problem = z.object({ code: z.string() });
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

requires('hosts', 'ssh').describe('files to and from many assets', () => {
  let harness: Harness;
  let hosts: [Host, Host];
  let way: Way;
  let own: RestClient;
  let there: string;
  const assets = new Map<string, string>();

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    const start = (name: string): Promise<Host> => harness.startHost({ name, accounts });
    hosts = await Promise.all([start('web-01'), start('web-02')]);
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host: hosts[0], systemKey });
    assets.set('web-01', way.assetId);
    const { address, hostKey } = hosts[0];
    const dead = { address, port: 9, hostKey };
    for (const [name, at] of [
      ['web-02', hosts[1]],
      ['web-dead', dead],
      ['db-01', hosts[1]],
    ] as const) {
      const id = await harness.addAsset(name, at);
      assets.set(name, id);
      await harness.recordPush(way.systemUserId, [id]);
      const rule = await harness.addRule([way.person.id], [id], [way.systemUserId]);
      if (name === 'db-01') await harness.change(`/authorization-rules/${rule}`, { actions: ['connect'] });
    }
    own = await RestClient.login(harness.product.url, way.person.username, way.person.password);
  });
  beforeEach(async () => {
    there = `/home/dev/${randomBytes(4).toString('hex')}`;
    for (const host of hosts) await host.exec(`install -d -o dev -g dev ${there}`);
  });

  function query(fields: Record<string, string>): string {
    return new URLSearchParams({ systemUserId: way.systemUserId, ...fields }).toString();
  }

  async function headers(): Promise<Record<string, string>> {
    const cookie = await cookieOf(harness, way.person);
    return { cookie, 'x-gatehouse-client': 'console', 'content-type': 'application/octet-stream' };
  }

  async function asConsole(
    method: string,
    route: string,
    body: Buffer | null = null,
  ): Promise<{ status: number; bytes: Buffer; name: string | null }> {
    const answer = await fetch(`${harness.product.url}/api/v1${route}`, {
      method,
      headers: await headers(),
      ...(body && { body: new Uint8Array(body) }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { status: answer.status, bytes, name: answer.headers.get('content-disposition') };
  }

  /** Unpacks what the route gives by the real `tar`; gives the folder and the names as tar lists them. */
  async function unpacked(fields: Record<string, string>): Promise<{ folder: string; names: string[] }> {
    const { status, bytes } = await asConsole('GET', `/me/files/archive?${query(fields)}`);
    expect({ status, text: status === 200 ? '' : bytes.toString() }).toEqual({ status: 200, text: '' });
    const folder = join(harness.keys.folder, randomBytes(4).toString('hex'));
    await mkdir(folder);
    await writeFile(`${folder}.tar.gz`, bytes);
    const made = await run('tar', ['-xzf', `${folder}.tar.gz`, '-C', folder]);
    expect({ status: made.status, stderr: made.stderr }).toEqual({ status: 0, stderr: '' });
    const listed = await run('tar', ['--quoting-style=escape', '-tzf', `${folder}.tar.gz`]);
    return { folder, names: listed.text.trim().split('\n') };
  }

  async function records(filter: string, count: number): Promise<z.infer<typeof transfers>['items']> {
    const listed = async () =>
      (
        await harness.admin.call(
          'GET',
          `/file-transfers?sort=startedAt&pageSize=200&path=${encodeURIComponent(there)}&${filter}`,
          transfers,
        )
      ).items;
    await expect.poll(listed, { timeout: 15_000 }).toHaveLength(count);
    return listed();
  }

  async function put(fields: Record<string, string>, body: Buffer): Promise<z.infer<typeof runView>> {
    const { status, bytes } = await asConsole('PUT', `/me/files/copies?${query(fields)}`, body);
    expect({ status, text: status === 200 ? '' : bytes.toString() }).toEqual({ status: 200, text: '' });
    return runView.parse(JSON.parse(bytes.toString()));
  }

  it('says as whom and on what before anything is done', async () => {
    const accounts = await own.call(
      'GET',
      '/me/files/accounts?action=download',
      z.object({ items: z.array(z.looseObject({ username: z.string(), assetCount: z.number() })) }),
    );
    expect(accounts.items).toMatchObject([{ username: 'dev', assetCount: 3 }]);
    const { systemUserId } = way;
    const body = { systemUserId, pattern: '*-0*', action: 'upload' };
    const found = await own.call('POST', '/me/files/targets', preview, body);
    expect(found.items.map(({ name }) => name)).toEqual(['web-01', 'web-02']);
    expect(found.withheldCount).toBe(1);
  });

  it('one archive holds a folder for each asset, the same bytes, and what failed; each file is a record', async () => {
    const content = randomBytes(3_000_001);
    for (const host of hosts) {
      const made = `cd ${there} && mkdir -p sub/empty && cat > sub/a.bin && echo text > b.txt && chmod 640 b.txt`;
      await host.exec(`${made} && ln -s b.txt link && mkfifo fifo && ln -s sub round && chown -R dev .`, {
        input: content,
      });
    }
    await hosts[1].exec(`touch ${there}/shut && chmod 000 ${there}/shut && chown root ${there}/shut`);
    const runId = crypto.randomUUID();
    const { folder, names } = await unpacked({ pattern: 'web-*', path: there, runId });
    const base = there.slice('/home/dev/'.length);
    expect((await readdir(folder)).sort()).toEqual(['RESULT.txt', 'web-01', 'web-02']);
    for (const name of ['web-01', 'web-02']) {
      const at = join(folder, name, base);
      expect((await readdir(at)).sort()).toEqual(['b.txt', 'link', 'sub']);
      expect(sha256(await readFile(join(at, 'sub/a.bin')))).toBe(sha256(content));
      expect(await readFile(join(at, 'link'), 'utf8')).toBe('text\n');
      expect(await readdir(join(at, 'sub/empty'))).toEqual([]);
    }
    expect(names.every((name) => /^(?:RESULT\.txt$|web-0[12]\/)/.test(name))).toBe(true);
    const report = await readFile(join(folder, 'RESULT.txt'), 'utf8');
    expect(report).toMatch(/^web-dead: FAILED \(0 files, 0 bytes\): \S/m);
    expect(report).toMatch(/^web-02: .*shut: Permission denied$/m);
    expect(report).toMatch(/^web-01: .*fifo: neither file nor folder$/m);
    const told = await own.call('GET', `/me/files/runs/${runId}`, runView);
    expect(told.finished).toBe(true);
    expect(told.entries.map(({ assetName, state, files }) => [assetName, state, files])).toEqual([
      ['web-01', 'failed', 3],
      ['web-02', 'failed', 3],
      ['web-dead', 'failed', 0],
    ]);
    const rows = await records('direction=download&result=complete', 6);
    expect(
      rows.filter(({ sha256: sum }) => sum === sha256(content)).map(({ assetName }) => assetName),
    ).toEqual(['web-01', 'web-02']);
    const other = await harness.addPerson(`bob-${base}`);
    const bob = await RestClient.login(harness.product.url, other.username, other.password);
    await expect(bob.do('GET', `/me/files/runs/${runId}`)).rejects.toMatchObject({ status: 404 });
  });

  it('no name of a file leads out of its folder, deceives a terminal, or takes the place of another', async () => {
    const hostile = [
      ...['a\\nb', 'a%%0Ab', '\\033[31mred', '..\\\\..\\\\evil', 'rtl\\342\\200\\256gpj.exe', 'raw\\377'],
      ...['-rf', '...', ' blank ', '\\344\\270\\255\\346\\226\\207'],
    ];
    const makes = hostile.map((name) => `echo x > "$(printf -- '${name}')"`).join(' && ');
    await hosts[0].exec(`cd ${there} && ${makes} && echo long > ${'l'.repeat(255)} && chown -R dev .`);
    const { folder, names } = await unpacked({ assetIds: way.assetId, path: `${there}/` });
    const base = there.slice('/home/dev/'.length);
    expect((await readdir(join(folder, 'web-01', base))).sort()).toEqual(
      [
        ...['a%0Ab', 'a%250Ab', '%1B[31mred', '..%5C..%5Cevil', 'rtl%E2%80%AEgpj.exe', 'raw%FF'],
        ...['-rf', '%2E%2E%2E', ' blank ', '中文', 'l'.repeat(255)],
      ].sort(),
    );
    expect(names.some((name) => name.startsWith('/') || name.split('/').includes('..'))).toBe(false);
  });

  it('a single file, one of /proc too, and one that nobody has', async () => {
    const { folder } = await unpacked({ pattern: 'web-0*', path: '/proc/sys/kernel/ostype' });
    expect(await readFile(join(folder, 'web-02/ostype'), 'utf8')).toBe('Linux\n');
    const none = await unpacked({ pattern: 'web-0*', path: `${there}/none` });
    expect(none.names).toEqual(['RESULT.txt']);
    expect(await readFile(join(none.folder, 'RESULT.txt'), 'utf8')).toMatch(
      /^web-01: FAILED .*No such file/m,
    );
  });

  it('what the rules or the request do not allow is refused before anything is connected to', async () => {
    const asked = async (method: string, route: string): Promise<unknown[]> => {
      const body = method === 'PUT' ? Buffer.from('x') : null;
      const { status, bytes } = await asConsole(method, route, body);
      return [status, problem.parse(JSON.parse(bytes.toString())).code];
    };
    const archive = (fields: Record<string, string>): Promise<unknown[]> =>
      asked('GET', `/me/files/archive?${query({ path: there, ...fields })}`);
    expect(await archive({ assetIds: assets.get('db-01') ?? '' })).toEqual([403, 'file_denied']);
    expect(await archive({ pattern: 'nobody' })).toEqual([422, 'file_no_target']);
    expect(await archive({ pattern: '@"' })).toEqual([422, expect.any(String)]);
    expect(await archive({})).toEqual([422, 'file_no_target']);
    expect(await archive({ assetIds: crypto.randomUUID() })).toEqual([422, 'file_no_target']);
    const copies = (fields: Record<string, string>): Promise<unknown[]> =>
      asked('PUT', `/me/files/copies?${query({ folder: there, ...fields })}`);
    expect(await copies({ pattern: 'db-01', name: 'a' })).toEqual([403, 'file_denied']);
    for (const name of ['../a', '..', 'a/b', '', 'a\0'])
      expect((await copies({ pattern: 'web-01', name }))[0], name).toBe(422);
    expect((await hosts[0].exec(`ls -A ${there}`)).text).toBe('');
  });

  it('one upload reaches each asset whole; a dead one and one that refuses fail alone, with the reason', async () => {
    const content = randomBytes(5_000_011);
    await hosts[1].exec(`chown root ${there}`);
    const told = await put({ pattern: 'web-*', folder: there, name: "二 a'b.bin" }, content);
    expect(told.entries.map(({ assetName, state, code }) => [assetName, state, code])).toEqual([
      ['web-01', 'done', null],
      ['web-02', 'failed', 'file_denied'],
      ['web-dead', 'failed', 'file_not_opened'],
    ]);
    expect(told.entries[0]).toMatchObject({ bytes: content.length, files: 1, failures: 0 });
    expect(told.entries[2]?.reason).not.toBe('');
    expect((await hosts[0].exec(`sha256sum < "${there}/二 a'b.bin"`)).text).toContain(sha256(content));
    expect((await hosts[0].exec(`ls -A ${there}`)).text).toBe("二 a'b.bin\n");
    const [up] = await records('direction=upload&result=complete', 1);
    expect(up).toMatchObject({ assetName: 'web-01', sha256: sha256(content) });
    expect(up?.path).toBe(`${there}/二 a'b.bin`);
    // that it was written under another name first is no change of its own
    expect(await records('direction=change', 0)).toEqual([]);
    await hosts[1].exec(`chown dev ${there}`);
    const again = await put(
      { assetIds: assets.get('web-02') ?? '', folder: there, name: "二 a'b.bin" },
      content,
    );
    expect(again.entries).toMatchObject([{ assetName: 'web-02', state: 'done' }]);
    expect((await hosts[1].exec(`sha256sum < "${there}/二 a'b.bin"`)).text).toContain(sha256(content));
  });

  it('what is there stays unless it is to be replaced; then it keeps its mode, and links lead where they led', async () => {
    const old = `cd ${there} && echo old > a && chmod 750 a && ln -s a link && mkdir folder && chown -h dev *`;
    for (const host of hosts) await host.exec(old);
    const kept = await put({ pattern: 'web-0*', folder: there, name: 'a' }, Buffer.from('new'));
    expect(kept.entries.map(({ code }) => code)).toEqual(['file_exists', 'file_exists']);
    const over = { pattern: 'web-0*', folder: there, overwrite: 'true' };
    expect((await put({ ...over, name: 'link' }, Buffer.from('new'))).entries).toMatchObject([
      { state: 'done' },
      { state: 'done' },
    ]);
    expect((await put({ ...over, name: 'folder' }, Buffer.from('new'))).entries).toMatchObject([
      { code: 'file_exists' },
      { code: 'file_exists' },
    ]);
    const shown = `cd ${there} && cat a && stat -c '%n %a %F' a link folder && ls -A | wc -l`;
    for (const host of hosts) {
      expect((await host.exec(shown)).text).toBe(
        'newa 750 regular file\nlink 777 symbolic link\nfolder 755 directory\n3\n',
      );
    }
  });

  it('an upload that is broken off leaves nothing on any asset, and its records say so', async () => {
    const { hostname, port } = new URL(harness.product.url);
    const path = `/api/v1/me/files/copies?${query({ pattern: 'web-0*', folder: there, name: 'cut' })}`;
    const more = { ...(await headers()), 'content-length': '100000000' };
    const upload = request({ hostname, port, path, method: 'PUT', headers: more });
    upload.on('error', () => undefined); // it is cut here
    upload.write(Buffer.alloc(500_000));
    const sizes = (): Promise<number[]> =>
      Promise.all(
        hosts.map(async (host) => Number((await host.exec(`cat ${there}/.cut.* 2>/dev/null | wc -c`)).text)),
      );
    await expect.poll(sizes, { timeout: 15_000 }).not.toContain(0);
    expect((await hosts[0].exec(`ls ${there}`)).text).toBe('');
    upload.destroy();
    const left = (): Promise<string[]> =>
      Promise.all(hosts.map(async (host) => (await host.exec(`ls -A ${there}`)).text));
    await expect.poll(left, { timeout: 15_000 }).toEqual(['', '']);
    const rows = await records('direction=upload', 2);
    expect(rows.map(({ result, sha256: sum }) => [result, sum])).toEqual([
      ['cut_off', sha256(Buffer.alloc(rows[0]?.size ?? 0))],
      ['cut_off', sha256(Buffer.alloc(rows[1]?.size ?? 0))],
    ]);
  });

  it('a token that only reads gets archives and writes nothing', async () => {
    const issued = z.looseObject({ token: z.string() });
    const { token } = await own.call('POST', '/me/api-tokens', issued, {
      ...{ name: 'r', readOnly: true, expiresAt: null },
    });
    const authorization = { authorization: `Bearer ${token}` };
    const base = `${harness.product.url}/api/v1/me/files`;
    const got = await fetch(`${base}/archive?${query({ pattern: 'web-01', path: there })}`, {
      headers: authorization,
    });
    expect(got.status).toBe(200);
    const name = got.headers.get('content-disposition');
    expect(name).toBe(`attachment; filename*=UTF-8''${there.slice('/home/dev/'.length)}.tar.gz`);
    await got.arrayBuffer();
    const refused = await fetch(`${base}/copies?${query({ pattern: 'web-01', folder: there, name: 'a' })}`, {
      method: 'PUT',
      headers: { ...authorization, 'content-type': 'application/octet-stream' },
      body: 'x',
    });
    expect([refused.status, problem.parse(await refused.json()).code]).toEqual([403, 'read_only_token']);
  });
});
