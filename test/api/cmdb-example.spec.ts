import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { Session } from '#libs/database';
import {
  generateKey,
  newId,
  type AssetId,
  type CommandId,
  type GatewayId,
  type SessionId,
  type SystemUserId,
} from '#libs/kernel';
import { AuditSpool, CommandJournal } from '#libs/session-audit';
import { PYTHON, requires } from '../hosts/index.js';
import { ApiFixture } from './api-fixture.js';

const execute = promisify(execFile);
const script = fileURLToPath(new URL('../../../docs/examples/cmdb.py', import.meta.url));
const made = z.object({ token: z.string() });
const failed = z.object({ code: z.number(), stderr: z.string() });
const refusedRun = failed.extend({ stdout: z.string() });
const assets = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      address: z.string(),
      active: z.boolean(),
      status: z.string(),
      comment: z.string(),
      hostKeys: z.array(z.string()),
      labels: z.record(z.string(), z.string()),
      updatedAt: z.string(),
    }),
  ),
});

requires('terminal').describe('the example of internal tooling', () => {
  let api: ApiFixture;
  let folder: string;
  let token: string;
  const key = generateKey().publicKey;

  beforeAll(async () => {
    api = await ApiFixture.start();
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-cmdb-'));
    const answer = await api.admin.post('/me/api-tokens', { name: 'cmdb', expiresAt: null }).expect(201);
    ({ token } = made.parse(answer.body));
  });
  afterAll(async () => {
    await api.stop();
    await rm(folder, { recursive: true });
  });

  const run = async (args: string[], as = token): Promise<string> => {
    const env = {
      PATH: process.env['PATH'],
      TZ: 'Asia/Shanghai',
      GATEHOUSE_URL: api.url,
      GATEHOUSE_TOKEN: as,
    };
    return (await execute(PYTHON, [script, ...args], { cwd: folder, env })).stdout;
  };
  const sync = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return run(['sync', name]);
  };
  const stands = async () => assets.parse((await api.admin.get('/assets?sort=name').expect(200)).body).items;

  it('makes assets as the file has them, and the second time changes nothing', async () => {
    await api.admin.post('/assets', { name: 'by-hand', address: '192.0.2.99' }).expect(201);
    const rows = [
      'id,name,address,port,environment,serial,team,host_key',
      `17,web-1,192.0.2.1,22,production,SN1,shop,${key}`,
      '18,"web, two",192.0.2.2,,,,,',
    ].join('\n');
    expect(await sync('hosts.csv', rows)).toBe('2 added, 0 changed, 0 retired, 2 in the CMDB\n');
    const first = await stands();
    expect(first.map(({ name, labels }) => [name, labels])).toEqual([
      ['by-hand', {}],
      ['web, two', { cmdb: '18' }],
      ['web-1', { cmdb: '17', team: 'shop' }],
    ]);
    expect(first[2]).toMatchObject({ active: true, status: 'in-use', hostKeys: [key] });
    expect(await sync('hosts.csv', rows)).toBe('0 added, 0 changed, 0 retired, 2 in the CMDB\n');
    expect(await stands()).toEqual(first);
  });

  it('follows a host that was renamed, retires one that is gone, and takes it back', async () => {
    const [, two, one] = await stands();
    await api.admin.patch(`/assets/${one?.id}`, { comment: 'a person wrote this' }).expect(200);
    const json = JSON.stringify([{ id: 17, name: 'web, two', address: '192.0.2.7', host_key: 'ignored' }]);
    expect(await sync('hosts.json', json)).toBe('0 added, 1 changed, 1 retired, 1 in the CMDB\n');
    const after = await stands();
    expect(after.find(({ id }) => id === one?.id)).toMatchObject({
      name: 'web, two',
      address: '192.0.2.7',
      comment: 'a person wrote this',
      hostKeys: [key],
      labels: { cmdb: '17' },
    });
    expect(after.find(({ id }) => id === two?.id)).toMatchObject({ active: false, status: 'retired' });
    expect(after.find(({ name }) => name === 'by-hand')).toMatchObject({ active: true });
    const back = 'id,name,address\n17,web-1,192.0.2.1\n18,web-2,192.0.2.2';
    expect(await sync('hosts.csv', back)).toBe('0 added, 2 changed, 0 retired, 2 in the CMDB\n');
    expect((await stands()).map(({ name, active }) => [name, active])).toEqual([
      ['by-hand', true],
      ['web-1', true],
      ['web-2', true],
    ]);
  });

  it('does all other rows when some are refused, lists those, and fails', async () => {
    const rows = [
      'id,name,address',
      '17,web@1,192.0.2.1',
      '18,web-2,192.0.2.22',
      '19,web-3,not an address',
      '20,web-4,192.0.2.4',
    ];
    const run = refusedRun.parse(await sync('hosts.csv', rows.join('\n')).catch((error: unknown) => error));
    expect(run).toMatchObject({ code: 1, stdout: '1 added, 1 changed, 0 retired, 4 in the CMDB\n' });
    expect(run.stderr).toMatch(
      /^2 refused:\nPATCH .*\(web@1\): 422\n.*not_an_asset_name.*\nPOST \/assets \(web-3\): 422\n.*not_an_address/,
    );
    expect((await stands()).map(({ name, address }) => [name, address])).toEqual([
      ['by-hand', '192.0.2.99'],
      ['web-1', '192.0.2.1'],
      ['web-2', '192.0.2.22'],
      ['web-4', '192.0.2.4'],
    ]);
  });

  it('does nothing with an empty file, and says what the API refuses', async () => {
    const before = await stands();
    const empty = failed.parse(await sync('hosts.csv', 'id,name,address\n').catch((error: unknown) => error));
    expect(empty.stderr).toContain('no rows');
    for (const [text, said] of [
      ['name,address\nweb-1,192.0.2.1', 'hosts.csv: row 1 has no id\n'],
      ['id,name,address,port\n17,web-1,192.0.2.1,x', 'hosts.csv: row 1: x is no port\n'],
    ] as const) {
      const { stderr } = failed.parse(await sync('hosts.csv', text).catch((error: unknown) => error));
      expect(stderr).toBe(said);
    }
    const wrong = failed.parse(
      await run(['sync', 'hosts.json'], 'gatehouse_x').catch((error: unknown) => error),
    );
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('401') as string });
    expect(await stands()).toEqual(before);
  });

  it('reads the commands of the night, page by page, harmless for a terminal', async () => {
    const session = newId<SessionId>();
    const who = {
      userId: (await api.addUser('alice')).id as never,
      username: 'alice',
      assetId: newId<AssetId>(),
      assetName: 'web-1',
      systemUserId: newId<SystemUserId>(),
      systemUsername: 'dev',
    };
    const start = new Date('2026-11-01T14:00:00Z'); // 22:00 in Shanghai
    const row = {
      id: session,
      kind: 'ssh' as const,
      sourceAddress: '192.0.2.7',
      gatewayId: newId<GatewayId>(),
    };
    await api.app
      .get(DataSource)
      .getRepository(Session)
      .insert({ ...row, ...who, startedAt: start });
    const journal = api.app.get(CommandJournal);
    for (let index = 0; index < 205; index++) {
      const command = index === 3 ? 'echo \u001b[2J' : `echo ${index}`;
      const at = new Date(start.getTime() + index * 1000);
      const of = { id: newId<CommandId>(), sessionId: session, ...who, kind: 'line' as const, certain: true };
      journal.note({ ...of, command, at, offsetMs: index * 1000 });
    }
    await api.app.get(AuditSpool).settled();
    const told = await run(['commands', '--from', '2026-11-01T20:00', '--to', '2026-11-02T08:00']);
    const lines = told.trim().split('\n');
    expect(lines).toHaveLength(205);
    expect(told).not.toContain('\u001b');
    const shape = z.object({ username: z.string(), assetName: z.string(), command: z.string() });
    const read = lines.map((line) => shape.parse(JSON.parse(line)));
    expect(read.map(({ command }) => command).slice(2, 5)).toEqual(['echo 2', 'echo \u001b[2J', 'echo 4']);
    expect(read[204]).toEqual({ username: 'alice', assetName: 'web-1', command: 'echo 204' });
    expect(await run(['commands', '--from', '2026-11-01T23:00', '--to', '2026-11-02T08:00'])).toBe('');
  });
});
