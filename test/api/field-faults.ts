import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { getMetadataStorage } from 'class-validator';
import { z } from 'zod';
import type { Fault } from '#libs/kernel';

const HERE = dirname(fileURLToPath(import.meta.url));
const BUILT = join(HERE, '../../apps/api/src');
const SOURCES = join(HERE, '../../..');

const context = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).exactOptional(),
});

/** All that the checks of a request's class can say, those of what it holds left out. @throws when a check has no code */
export function faultsOf(request: object): Fault[] {
  if (typeof request !== 'function') return [];
  return getMetadataStorage()
    .getTargetValidationMetadatas(request, '', true, false)
    .filter((check) => check.type === 'customValidation' || check.context !== undefined)
    .map((check) => ({ message: String(check.message), ...context.parse(check.context) }));
}

/** All that the checks of all request classes of the API can say. */
export async function requestFaults(): Promise<Fault[]> {
  const files = globSync('**/*.dto.js', { cwd: BUILT });
  const modules = await Promise.all(
    files.map((file): Promise<object> => import(pathToFileURL(join(BUILT, file)).href)),
  );
  return modules.flatMap((each) => Object.values(each).flatMap(faultsOf));
}

/** Codes that are written out in files of the product, relative to its root. */
export function writtenCodes(files: string, code: RegExp): string[] {
  return globSync(files, { cwd: SOURCES, exclude: ['**/*.spec.ts'] }).flatMap((file) =>
    [...readFileSync(join(SOURCES, file), 'utf8').matchAll(code)].map((match) => match[1] ?? ''),
  );
}
