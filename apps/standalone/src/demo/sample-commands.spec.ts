import { describe, expect, it } from 'vitest';
import { commandNames, runLine } from './sample-commands.js';

const environment = { user: 'dev', folder: '/home/dev', terminal: false };
const run = (line: string): ReturnType<typeof runLine> => runLine(line, environment);

describe('the sample shell', () => {
  it('walks its own files', () => {
    expect(run('ls').out).toBe('README.txt\ntodo.txt\n你好.txt\nreleases\n');
    expect(run('cd releases; pwd')).toMatchObject({
      out: '/home/dev/releases\n',
      folder: '/home/dev/releases',
    });
    expect(run('cat ../../etc/hostname').out).toBe('sample-host\n');
    expect(run('cat "你好.txt"').out).toBe('终端可以显示中文。\n');
  });

  it.each(['cat /etc/passwd', 'cat ../../../../../etc/shadow', 'ls /proc', 'cat /home/dev/__proto__'])(
    'has nothing of the machine: %s',
    (line) => {
      const { out, error } = run(line);
      expect(out).toBe('');
      expect(error).toContain('No such file');
    },
  );

  it.each(['sh', 'bash -c id', '/bin/sh', 'constructor', '__proto__', '$(id)', '`id`'])(
    'runs no program: %s',
    (line) => {
      expect(run(line)).toMatchObject({ out: '', status: 127 });
    },
  );

  it('keeps status and errors as a shell does', () => {
    expect(run('false').status).toBe(1);
    expect(run('false && echo no').out).toBe('');
    expect(run('false; echo yes').out).toBe('yes\n');
    expect(run('exit 43')).toMatchObject({ effect: 'exit', status: 43 });
    expect(run('exit nonsense')).toMatchObject({ effect: 'exit', status: 0 });
    expect(run('')).toMatchObject({ out: '', status: 0 });
    expect(run('echo "a;b" \'c&&d\'').out).toBe('a;b c&&d\n');
  });

  it('can do each command that it lists, without breaking', () => {
    for (const name of commandNames) expect(() => run(name)).not.toThrow();
    expect(run('help').out).toContain('whoami');
  });
});
