/**
 * `npm run openapi`: writes client/openapi.json from the controllers, the console's API client from that, and the words
 * that audit exports share with the console. With --check nothing is written: it fails when one is stale.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { writeAuditWords } from './audit-words.mjs';
import { buildServer } from './build.mjs';
import { command, tool } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { node24, root } from './platform.mjs';
import { boot, BootFailure } from './say.mjs';

const committedDocument = join(root, 'client', 'openapi.json');
const committedClient = join(root, 'client', 'src', 'app', 'api');

/** Everything in a folder as path → text. */
function contents(folder, base = folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory()
      ? contents(path, base)
      : [[relative(base, path), readFileSync(path, 'utf8')]];
  });
}

const text = (folder) => JSON.stringify(contents(folder).sort());

async function succeed({ code, output }, what) {
  if (code !== 0) throw new BootFailure(`${what} failed:\n${output}`);
  return output;
}

/** Makes document and client in `folder`. */
async function generate(folder) {
  const document = join(folder, 'openapi.json');
  const client = join(folder, 'api');
  const made = await command(
    node24,
    ['--disable-warning=ExperimentalWarning', 'dist/apps/api/src/openapi.js'],
    { quiet: true },
  );
  writeFileSync(document, `${await succeed(made, 'Describing the API')}\n`);
  const args = ['--config', 'client/ng-openapi-gen.json', '--input', document, '--output', client];
  await succeed(await tool('ng-openapi-gen/lib/index.js', args, { quiet: true }), 'Generating the client');
  return { document, client };
}

boot(async () => {
  await ensureInstalled();
  const onlyCheck = process.argv.includes('--check');
  const wordsAreFresh = writeAuditWords({ onlyCheck });
  if (onlyCheck && !wordsAreFresh)
    throw new BootFailure('The words of audit exports are stale: npm run openapi, and commit.');
  await buildServer();
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-openapi-'));
  try {
    const { document, client } = await generate(folder);
    const made = readFileSync(document, 'utf8');
    const fresh = made === readFileSync(committedDocument, 'utf8') && text(client) === text(committedClient);
    if (onlyCheck) {
      if (fresh) return 0;
      throw new BootFailure(
        'The API document or the client generated from it is stale: npm run openapi, and commit.',
      );
    }
    writeFileSync(committedDocument, made);
    const args = ['--config', 'client/ng-openapi-gen.json'];
    await succeed(await tool('ng-openapi-gen/lib/index.js', args, { quiet: true }), 'Generating the client');
    process.stdout.write(
      fresh ? 'Nothing changed.\n' : 'client/openapi.json and client/src/app/api are new.\n',
    );
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
