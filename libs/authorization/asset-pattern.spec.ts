import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValidationFailed } from '#libs/kernel';
import { readPattern, takes, type PatternSubject } from './asset-pattern.js';

const asset = (name: string, more: Partial<PatternSubject> = {}): PatternSubject => ({
  name,
  address: '192.0.2.1',
  environment: null,
  labels: {},
  groups: [],
  ...more,
});
const ASSETS = [
  asset('web-1', { groups: ['Web servers', 'All'], environment: 'production', labels: { team: 'shop' } }),
  asset('web-2', { groups: ['Web servers', 'All'], environment: 'test', address: '192.0.2.12' }),
  asset('db-1', { groups: ['Databases', 'All'], environment: 'production', labels: { Team: 'Core' } }),
  asset('机房-1', { labels: { 用途: '网关' } }),
];
const taken = (pattern: string): string[] => {
  const read = readPattern(pattern);
  return ASSETS.filter((each) => takes(read, each)).map(({ name }) => name);
};
const faultOf = (pattern: string): string | undefined => {
  try {
    readPattern(pattern);
    return undefined;
  } catch (error) {
    return error instanceof ValidationFailed ? error.errors[0]?.code : String(error);
  }
};

describe('patterns over assets', () => {
  it.each([
    ['*', ['web-1', 'web-2', 'db-1', '机房-1']],
    ['WEB-1', ['web-1']],
    ['web', []],
    ['web-*', ['web-1', 'web-2']],
    ['w?b-?', ['web-1', 'web-2']],
    ['192.0.2.12', ['web-2']],
    ['web-1, db-1', ['web-1', 'db-1']],
    ['web-1 db-1，机房-*', ['web-1', 'db-1', '机房-1']],
    ['@databases', ['db-1']],
    ['@"Web servers"', ['web-1', 'web-2']],
    ['@web*', ['web-1', 'web-2']],
    ['environment=production', ['web-1', 'db-1']],
    ['team=*', ['web-1', 'db-1']],
    ['TEAM=core', ['db-1']],
    ['用途=网关', ['机房-1']],
    ['@all&environment=production', ['web-1', 'db-1']],
    ['@all,!db-*', ['web-1', 'web-2']],
    ['!db-*', ['web-1', 'web-2', '机房-1']],
    ['!@all', ['机房-1']],
    ['*,!web-*&environment=test', ['web-1', 'db-1', '机房-1']],
    ['"web-*"', []],
    ['"@all"', []],
  ])('%s', (pattern, names) => {
    expect(taken(pattern)).toEqual(names);
  });

  it.each([
    ['', 'empty_pattern'],
    [' , ', 'empty_pattern'],
    ['"web', 'unclosed_quote'],
    ['!', 'empty_term'],
    ['a&', 'empty_term'],
    ['&a', 'empty_term'],
    ['@', 'empty_term'],
    ['=a', 'empty_term'],
    ['a=', 'empty_term'],
    ['""', 'empty_term'],
    ['a,'.repeat(201), 'too_many'],
  ])('says what is wrong with %j', (pattern, code) => {
    expect(faultOf(pattern)).toBe(code);
  });

  const quoted = (text: string): string => `"${text}"`;
  const nameText = fc
    .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
    .filter((t) => !t.includes('"'));

  it('takes an asset by its quoted name, whatever the name, and not with ! before it', () => {
    fc.assert(
      fc.property(nameText, (name) => {
        expect(takes(readPattern(quoted(name)), asset(name))).toBe(true);
        expect(takes(readPattern(`*,!${quoted(name)}`), asset(name))).toBe(false);
      }),
    );
  });

  it('means what a regular expression would', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 8 });
    const names = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(letters, names, (glob, name) => {
        const expression = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(takes(readPattern(glob), asset(name, { address: '' }))).toBe(expression.test(name));
      }),
      { numRuns: 500 },
    );
  });

  it('either understands a text or says what is wrong, in short time', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: 'binary' }), (text) => {
        const code = faultOf(text);
        expect(code === undefined || /^[a-z_]+$/.test(code)).toBe(true);
      }),
    );
    const begun = performance.now();
    takes(readPattern(`${'*a'.repeat(400)}b`), asset('a'.repeat(5_000)));
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
