import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  CONNECTION_STEPS,
  DRIFT_FINDINGS,
  DRIFT_STATES,
  HOST_KEY_VERDICTS,
  HOST_WORDS,
  OPERATION_PHRASES,
  OPERATION_SECTIONS,
  PERMISSIONS,
  PUSH_RECORD_STATES,
  PUSH_STEPS,
  RUN_ENGINES,
  RUN_KINDS,
  RUN_STATES,
} from '#libs/contracts';
import { requestFaults, writtenCodes } from '../api/field-faults.js';
import {
  CONSOLE_ROOT,
  consoleFiles,
  fixedTexts,
  stringsOf,
  templates,
  templateStrings,
} from './console-source.js';

/** Phrases that are the same in every language. */
const SAME_EVERYWHERE =
  /^(product\.name|language\.\w+|terminal\.(letter|charset)|quickConnect\.key|list\.page|systemUsers\.shell|fileTransfers\.digest|sessionKind\.(ssh|sftp|scp)|loginWay\.(api|ssh)|(engineName|step)\.ansible)$/;

/** Phrases with signs that somebody types, in any language. */
const TYPED = new Set(['batches.patternExample', 'batches.patternHelp']);

const english = phrases('en');
const chinese = phrases('zh-CN');
const sections = new Set([...english.keys()].map((key) => key.split('.')[0]));

describe('language files', () => {
  it('hold the same keys with the same gaps', () => {
    expect([...chinese.keys()].toSorted()).toEqual([...english.keys()].toSorted());
    for (const [key, phrase] of english) expect(gaps(chinese.get(key) ?? ''), key).toEqual(gaps(phrase));
  });

  it('leave no phrase untranslated', () => {
    const same = [...english].filter(
      ([key, phrase]) => chinese.get(key) === phrase && !SAME_EVERYWHERE.test(key),
    );
    expect(same).toEqual([]);
  });

  it('write Chinese with its own punctuation', () => {
    const halfWide =
      /\p{Script=Han} ?[,;!?]|[,;!?] ?\p{Script=Han}|\p{Script=Han}:(?!\p{Script=Han})|\.\.\./u;
    const found = [...chinese].filter(([key, phrase]) => halfWide.test(phrase) && !TYPED.has(key));
    expect(found).toEqual([]);
  });

  it('hold a phrase for whatever gateways tell by code, in English the very sentence', () => {
    const told = [...english].filter(([key]) => key.startsWith('hostWords.'));
    const asSent = told.map(([key, phrase]) => [key.slice(10), phrase.replace(/\{\{(\w+)\}\}/g, '{$1}')]);
    expect(Object.fromEntries(asSent)).toEqual(HOST_WORDS);
  });

  it('name each step, finding, engine and state of pushes and scans', () => {
    const named = [
      ...[...CONNECTION_STEPS, ...PUSH_STEPS].map((step) => `step.${step}`),
      ...DRIFT_FINDINGS.flatMap((kind) => [`drift.finding.${kind}`, `hostWords.drift-${kind}`]),
      ...['none', ...RUN_ENGINES].map((engine) => `engineName.${engine}`),
      ...PUSH_RECORD_STATES.map((state) => `recordState.${state}`),
      ...DRIFT_STATES.map((state) => `drift.state.${state}`),
      ...RUN_STATES.map((state) => `pushState.${state}`),
      ...RUN_KINDS.map((kind) => `jobs.kind.${kind}`),
      ...HOST_KEY_VERDICTS.map((verdict) => `hostKeyScans.verdicts.${verdict}`),
    ];
    expect(named.filter((key) => !english.has(key) || !chinese.has(key))).toEqual([]);
  });

  it('say why a field was refused, whatever code the server gives', async () => {
    const thrown = /(?:ValidationFailed\.field\(\s*[^,]+,|faultWith\()\s*'(\w+)'/g;
    const codes = [
      ...(await requestFaults()).map(({ code }) => code),
      ...writtenCodes('{apps/api,libs}/**/*.ts', thrown),
      ...writtenCodes('apps/api/src/http/validation.ts', /code: '(\w+)'/g),
      ...writtenCodes('libs/push/sudo-commands.ts', /code: '(\w+)'/g),
    ];
    expect(codes).toEqual(
      expect.arrayContaining(['not_an_alias_name', 'not_an_account_name', 'no_program', 'unknown_field']),
    );
    expect(codes.filter((code) => !english.has(`refused.${code}`))).toEqual([]);
  });

  it('fill the gaps of why a field was refused with what the server sends along', async () => {
    for (const { code, params = {} } of await requestFaults()) {
      expect(Object.keys(params).toSorted(), code).toEqual(gaps(english.get(`refused.${code}`) ?? ''));
    }
  });

  it('are what exports of the audit lists say', () => {
    const file = join(CONSOLE_ROOT, '../../apps/api/src/session-audit/audit-words.json');
    const said = z
      .record(z.enum(['en', 'zh-CN']), z.record(z.string(), z.string()))
      .parse(JSON.parse(readFileSync(file, 'utf8')));
    for (const [name, of] of [
      ['en', english],
      ['zh-CN', chinese],
    ] as const) {
      const shared = [...of].filter(([key]) => key in said[name]);
      expect(said[name]).toEqual(Object.fromEntries(shared));
      expect(shared.length).toBeGreaterThan(200);
    }
  });

  it('hold every key that the console uses, and none that it does not', () => {
    const { used, beginnings } = usedKeys();
    const missing = [...used].filter((key) => !english.has(key));
    expect(missing).toEqual([]);
    const idle = [...english.keys()].filter(
      (key) => !used.has(key) && !beginnings.some((beginning) => key.startsWith(beginning)),
    );
    expect(idle).toEqual([]);
  });
});

describe('templates', () => {
  it('hold no text of their own', () => {
    const found = templates().flatMap((template) =>
      fixedTexts(template).map((text) => `${relative(CONSOLE_ROOT, template.file)}: ${text}`),
    );
    expect(found).toEqual([]);
  });

  it('are read by this test at all', () => {
    expect(
      fixedTexts({ file: 'canary', html: '<p [title]="t()">Loose</p><b title="Tip">{{ a }} of</b>' }),
    ).toEqual(['Loose', 'Tip', 'of']);
  });
});

/** Whole keys, and the fixed beginnings of keys that are put together (`'role.' + role`). */
function usedKeys(): { used: Set<string>; beginnings: string[] } {
  const sources = consoleFiles('.ts').map(stringsOf);
  const strings = [...sources.flatMap((source) => source.whole), ...templates().flatMap(templateStrings)];
  const permissions = new Set<string>(PERMISSIONS);
  const inSection = strings.filter(
    (text) => sections.has(text.split('.')[0] ?? '') && text.includes('.') && !permissions.has(text),
  );
  const beginnings = [
    ...sources
      .flatMap((source) => source.beginnings)
      .filter((text) => sections.has(text.split('.')[0] ?? '')),
    ...inSection.filter((text) => text.endsWith('.')),
    ...OPERATION_SECTIONS.map((section) => `${section}.`),
  ].filter((text) => text.endsWith('.'));
  const whole = [
    ...inSection.filter((text) => /^\w+(\.\w+)+$/.test(text)),
    ...Object.values(OPERATION_PHRASES),
  ];
  return { used: new Set(whole), beginnings };
}

function phrases(name: string): Map<string, string> {
  const content: unknown = JSON.parse(readFileSync(join(CONSOLE_ROOT, `app/language/${name}.json`), 'utf8'));
  const found = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'string') found.set(path, value);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) walk(inner, path ? `${path}.${key}` : key);
    }
  };
  walk(content, '');
  return found;
}

function gaps(phrase: string): string[] {
  return [...phrase.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').toSorted();
}
