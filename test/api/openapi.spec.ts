import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openApiDocument } from '../../apps/api/src/openapi.js';
import { ApiFixture } from './api-fixture.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const STALE = 'run npm run openapi and commit what it writes';

const document = await openApiDocument();

/** Every file below a folder with its text, by relative path. */
function filesIn(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [relative(folder, path), readFileSync(path, 'utf8')]));
}

describe('OpenAPI', () => {
  it('is committed as the code has it', () => {
    const committed: unknown = JSON.parse(readFileSync(join(root, 'client/openapi.json'), 'utf8'));
    expect(committed, STALE).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('is what the console’s client was generated from', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-client-'));
    try {
      const config: unknown = JSON.parse(readFileSync(join(root, 'client/ng-openapi-gen.json'), 'utf8'));
      const output = join(folder, 'api');
      writeFileSync(join(folder, 'config.json'), JSON.stringify(Object.assign({}, config, { output })));
      const generator = join(root, 'node_modules/ng-openapi-gen/lib/index.js');
      const run = spawnSync(process.execPath, [generator, '--config', join(folder, 'config.json')], {
        cwd: root,
      });
      expect(run.status, run.stderr.toString()).toBe(0);
      expect(filesIn(join(root, 'client/src/app/api')), STALE).toEqual(filesIn(output));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is served by the running api', async () => {
    const api = await ApiFixture.start();
    try {
      const answer = await api.anonymous().get('/openapi.json').expect(200);
      expect(answer.body).toEqual(JSON.parse(JSON.stringify(document)));
    } finally {
      await api.stop();
    }
  });

  it('names every operation once and describes its answer and its failures', () => {
    const operation = z.looseObject({
      operationId: z.string(),
      summary: z.string(),
      description: z.string(),
      responses: z.record(z.string(), z.looseObject({})),
    });
    const operations = Object.values(document.paths).flatMap((item) =>
      [item.get, item.post, item.put, item.patch, item.delete].filter((one) => one !== undefined),
    );
    const described = operations.map((one) => operation.parse(one));
    const names = described.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { operationId, responses } of described) {
      const [status = ''] = Object.keys(responses);
      expect(status, operationId).toMatch(/^20[0124]$/);
      if (status !== '204') expect(responses[status], operationId).toHaveProperty('content');
      expect(Object.keys(responses), operationId).toContain('401');
    }
    expect(JSON.stringify(document)).not.toMatch(/"type":"object","properties":\{\}/);
  });
});
