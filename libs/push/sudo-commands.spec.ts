import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ValidationFailed } from '#libs/kernel';
import { ALL_COMMANDS, checkCommands } from './sudo-commands.js';
import { sudoersFile, sudoersPath } from './sudoers-file.js';

const faultsOf = (...commands: string[]): string[] => {
  try {
    checkCommands(commands);
    return [];
  } catch (error) {
    if (!(error instanceof ValidationFailed)) throw error;
    return error.errors.map(({ field, code }) => `${field}:${code}`);
  }
};

const isAccepted = (command: string): boolean => faultsOf(command).length === 0;

describe('commands of a sudo alias', () => {
  it.each([
    ['', 'empty'],
    ['ls', 'not_absolute'],
    ['./ls', 'not_absolute'],
    ['all', 'not_absolute'],
    ['sudoedit /etc/hosts', 'not_absolute'],
    ['!/bin/sh', 'not_absolute'],
    ['NOPASSWD: /bin/sh', 'not_absolute'],
    ['sha256:abc /bin/sh', 'not_absolute'],
    ['/bin/ls\n', 'control_characters'],
    ['/bin/ls\nroot ALL=(ALL) ALL', 'control_characters'],
    ['/bin/ls \0', 'control_characters'],
    ['/bin/ls é', 'control_characters'],
    [' /bin/ls', 'blanks'],
    ['/bin/ls  -l', 'blanks'],
    ['/bin/ls ', 'blanks'],
    ['/', 'no_program'],
    ['/bin/', 'no_program'],
    ['/bin//ls', 'no_program'],
    ['/bin/ls,/bin/sh', 'several_commands'],
    ['/bin/ls, /bin/sh', 'several_commands'],
    ['/bin/ls -l, ALL', 'several_commands'],
    ['/bin/ls -l a,b, /bin/sh', 'several_commands'],
    ['/bin/ls\\, /bin/sh', 'no_program'],
    ['/bin/ls -l a\\, /bin/sh', 'backslash'],
    ['/bin/ls=', 'no_program'],
    ['/bin/../bin/sh', 'dots'],
    ['/bin/./sh', 'dots'],
    ['/bin/cat /var/log/../../etc/shadow', 'dots'],
    ['/usr/bin/sudoedit /etc/hosts', 'sudoedit'],
    ['/bin/ls !x', 'exclamation_mark'],
    ['/bin/ls \\', 'backslash'],
    ['/bin/ls a\\,b', 'backslash'],
    ['/bin/ls "a b"', 'quotes'],
    ['/bin/ls ^a.*$', 'expression'],
  ])('refuse %j: %s', (command, code) => {
    expect(faultsOf('/bin/true', command)).toEqual([`commands.1:${code}`]);
  });

  it.each([
    'ALL',
    '/usr/bin/systemctl restart nginx',
    '/bin/ls ""',
    '/bin/x a=b,c:d #e',
    '/bin/cat /a,/b',
    '/var/log/*.log',
    '/bin/x $(id) ;|&',
  ])('take %j', (command) => {
    expect(faultsOf(command)).toEqual([]);
  });

  it('are kept once each, in their order', () => {
    expect(checkCommands(['/b', '/a', '/b'])).toEqual(['/b', '/a']);
  });
});

describe('the sudoers file', () => {
  const visudo = ['/usr/sbin/visudo', '/sbin/visudo'].find((path) => existsSync(path));
  const cvtsudoers = ['/usr/bin/cvtsudoers', '/bin/cvtsudoers'].find((path) => existsSync(path));
  const aliases = z.object({
    Command_Aliases: z.record(z.string(), z.array(z.object({ command: z.string() }))),
  });
  const specs = z.object({
    User_Specs: z.array(
      z.object({
        User_List: z.array(z.object({ username: z.string() })),
        Host_List: z.array(z.object({ hostname: z.string() })),
        Cmnd_Specs: z.array(
          z.object({
            runasusers: z.array(z.object({ username: z.string() })),
            Commands: z.array(z.object({ cmndalias: z.string() })),
          }),
        ),
      }),
    ),
  });

  const word = fc.oneof(
    fc.string({ minLength: 1, maxLength: 12 }),
    fc.constantFrom(
      ',',
      ':',
      '=',
      '#',
      '#include',
      'a,b',
      '(root)',
      '%wheel',
      'ALL',
      '""',
      '@x',
      '\\',
      '!',
      "'",
      '$',
      '^',
      '*',
    ),
  );
  const command = fc.oneof(
    { weight: 1, arbitrary: fc.constant(ALL_COMMANDS) },
    { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
    {
      weight: 8,
      arbitrary: fc
        .tuple(
          fc.constantFrom('/bin/ls', '/usr/bin/a-b_c.d+e', '/opt/@x/%y~', '/a/*', '/b[0-9]?'),
          fc.array(word, { maxLength: 4 }),
        )
        .map((parts) => parts.flat().join(' ')),
    },
  );
  const grant = fc.record({
    name: fc.stringMatching(/^[A-Z][A-Z0-9_]{0,10}$/),
    commands: fc.array(command.filter(isAccepted), { minLength: 1, maxLength: 4 }),
  });
  const grants = fc.uniqueArray(grant, { minLength: 1, maxLength: 3, selector: ({ name }) => name });
  const username = fc.stringMatching(/^[a-z_][a-z0-9_-]{0,10}$/);

  it.skipIf(!visudo || !cvtsudoers)(
    'passes visudo -c and means exactly what was accepted',
    () => {
      fc.assert(
        fc.property(username, grants, (name, wanted) => {
          const file = sudoersFile(name, wanted);
          const checked = spawnSync(visudo ?? '', ['-c', '-f', '-'], { input: file, encoding: 'utf8' });
          expect(checked.stderr + checked.stdout + file).not.toMatch(/syntax error/);
          expect(checked.status).toBe(0);
          const read = spawnSync(cvtsudoers ?? '', ['-f', 'json'], { input: file, encoding: 'utf8' });
          const json: unknown = JSON.parse(read.stdout);
          const found = Object.entries(aliases.parse(json).Command_Aliases).map(([alias, commands]) => ({
            name: alias.replace(/_GH[0-9A-F]{8}$/, ''),
            commands: commands.map((each) => each.command),
          }));
          const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
          expect(found.toSorted(byName)).toEqual(wanted.toSorted(byName));
          const [spec, ...others] = specs.parse(json).User_Specs;
          expect(others).toEqual([]);
          expect(spec?.User_List).toEqual([{ username: name }]);
          expect(spec?.Cmnd_Specs.map(({ runasusers }) => runasusers)).toEqual([[{ username: 'root' }]]);
        }),
        { numRuns: 150 },
      );
    },
    60_000,
  );

  it('is empty without aliases, and stands under a name that sudo reads', () => {
    expect(sudoersFile('dev', [])).toBe('');
    expect(sudoersPath('dev-1')).toBe('/etc/sudoers.d/gatehouse-dev-1');
  });
});
