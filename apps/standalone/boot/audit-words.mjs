import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './platform.mjs';

const copy = join(root, 'apps', 'api', 'src', 'session-audit', 'audit-words.json');

/** Sections of the console's language files whose words stand in audit exports too. */
const SECTIONS = [
  ...['operations.subjects', 'operations.ways', 'operationVerb', 'operationField', 'operationLanguage'],
  'operationSubject',
  ...['operationState', 'operationSecret', 'ended', 'sessionKind', 'commands.kinds'],
  ...['loginReason', 'loginWay', 'loginMethod'],
  ...['fileTransfers.directions', 'fileTransfers.changes', 'fileTransfers.results', 'fileTransfers.gaps'],
  ...['role', 'action', 'pushKind', 'engineName', 'mailSecurity', 'security.demand'],
  ...['assetType', 'assetEnvironment', 'assetStatus', 'sheets.yes', 'sheets.no'],
  ...['rules.hours.day', 'phrase.between', 'phrase.colon', 'phrase.apart'],
];

/** `a.b.c` → phrase, of one language. */
function phrases(language) {
  const file = join(root, 'client', 'src', 'app', 'language', `${language}.json`);
  const walk = (value, path) =>
    typeof value === 'string'
      ? [[path, value]]
      : Object.entries(value).flatMap(([key, inner]) => walk(inner, path ? `${path}.${key}` : key));
  return walk(JSON.parse(readFileSync(file, 'utf8')), '').filter(([key]) =>
    SECTIONS.some((section) => key === section || key.startsWith(`${section}.`)),
  );
}

/** Writes the words that exports share with the console, out of its language files. Gives whether they were as they are now. */
export function writeAuditWords({ onlyCheck }) {
  const words = Object.fromEntries(
    ['en', 'zh-CN'].map((language) => [language, Object.fromEntries(phrases(language))]),
  );
  const text = `${JSON.stringify(words, null, 2)}\n`;
  let fresh = false;
  try {
    fresh = readFileSync(copy, 'utf8') === text;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  if (!fresh && !onlyCheck) writeFileSync(copy, text);
  return fresh;
}
