import { describe, expect, it } from 'vitest';
import type { DetectedCommand } from './command-gatherer.js';
import { CommandDetector } from './detector.js';
import { FedLines, runsWhatItIsFed } from './fed-lines.js';

/** A shell's screen and a user's keys by turns: what stands in `[…]` is typed. */
async function play(...steps: (string | [string])[]): Promise<DetectedCommand[]> {
  const found: DetectedCommand[] = [];
  const detector = new CommandDetector(80, 24, (command) => found.push(command));
  let at = 0;
  for (const step of steps) {
    at += 1_000;
    if (typeof step === 'string') await detector.output(Buffer.from(step), at);
    else detector.input(Buffer.from(step[0]), at);
    detector.settle(at + 500);
  }
  detector.close(at + 30_000);
  return found;
}

describe('what a user does not to be recorded', () => {
  it('Enter within what looks like a terminal’s answer is Enter', async () => {
    const found = await play('$ ', ['\x1b]'], ['evil'], '\x07evil', ['\r\x07'], '\r\n$ ');
    expect(found).toMatchObject([{ kind: 'line', text: 'evil' }]);
  });

  it('a mark of a paste that nobody asked for is no paste', async () => {
    const found = await play('$ ', ['\x1b[200~one\rtwo\r'], 'one\r\n$ two\r\n$ ');
    expect(found.map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('a line that another key entered last is noted at the end', async () => {
    const found = await play('$ ', ['nohup evil &'], 'nohup evil &', ['\x18'], '\r\n[1] 4711\r\n$ ');
    expect(found).toMatchObject([{ kind: 'line', text: 'nohup evil &', certain: false }]);
  });

  it.each([
    "printf '\\e[?1049h' # less ",
    "git --version; printf '\\e[?1049h'",
    "printf '\\e[?1049h'; less",
    "printf '\\e[?1049h' less",
    "printf '\\e[?1049h' && sudo vim x",
    "printf '\\e[?1049h' | less -rXF",
    "cd $'\\e[?1049h'; less",
    'less $(x > /dev/tty)',
  ])('the other screen without a program for it (%s): lines there are noted', async (trick) => {
    const found = await play('$ ', [trick], trick, ['\r'], '\r\n\x1b[?1049h', ['evil\r'], 'evil\r\ndone\r\n');
    expect(found.map(({ kind }) => kind)).toContain('screen_entered');
    const after = found.slice(found.findIndex(({ kind }) => kind === 'screen_entered') + 1);
    expect(after).toMatchObject([{ certain: false }]);
    expect(['line', 'hidden']).toContain(after[0]?.kind);
  });

  it.each([
    'cd /etc && vim passwd',
    'sudo less "a;b"',
    'cat x | less # y',
    'man sh',
    'LC_ALL=C sudo -u app /usr/bin/vim x;',
    'seq 1 9 > n; less n',
  ])('keys in a program are none (%s)', async (command) => {
    const found = await play('$ ', [command], command, ['\r'], '\r\n\x1b[?1049h\x1b[Htext', ['ihello\r']);
    expect(found.map(({ kind }) => kind)).toEqual(['line', 'screen_entered']);
  });

  it('a command of many lines that are typed slowly is one', async () => {
    const rest: (string | [string])[] = [
      '\r\n> ',
      ['id'],
      'id',
      ['\r'],
      '\r\n> ',
      ['}'],
      '}',
      ['\r'],
      '\r\n$ ',
    ];
    const found = await play('$ ', ['{'], '{', ['\r'], ...rest);
    expect(found).toMatchObject([{ kind: 'line', text: '{\nid\n}', certain: true }]);
  });

  it('a command longer than a record is noted in parts, none of them certain', async () => {
    const line = `echo ${'x'.repeat(60)}`;
    const rows = Array.from({ length: 400 }, (): (string | [string])[] => [[line], line, ['\r'], '\r\n> ']);
    const begin = ['$ ', ['{'], '{', ['\r'], '\r\n> '] satisfies (string | [string])[];
    const end = [['evil; }'], 'evil; }', ['\r'], '\r\n$ '] satisfies (string | [string])[];
    const found = await play(...begin, ...rows.flat(), ...end);
    expect(found.every(({ certain }) => !certain)).toBe(true);
    expect(found.map(({ text }) => text).join('\n')).toContain('evil; }');
    expect(found.length).toBeLessThan(5);
  });

  it('keys that were left out are noted as such', () => {
    const found: DetectedCommand[] = [];
    const detector = new CommandDetector(80, 24, (command) => found.push(command));
    detector.gap(1, false);
    expect(found).toEqual([]);
    detector.gap(2, true);
    expect(found).toEqual([{ kind: 'hidden', text: '', certain: false, at: 2 }]);
  });
});

describe('a shell without a terminal', () => {
  it.each([null, 'sh', '/bin/bash -s', 'sudo -u app bash', 'sudo -i', 'su -'])(
    '%s runs what it is fed',
    (command) => {
      expect(runsWhatItIsFed(command)).toBe(true);
    },
  );

  it.each(['sh -c id', '/bin/sh -c true && sleep 0', 'cat > x', 'python3', 'rsync --server .', 'sh script'])(
    '%s does not',
    (command) => {
      expect(runsWhatItIsFed(command)).toBe(false);
    },
  );

  it('has each line noted, in parts where it is long, up to a limit that is told', async () => {
    const found: DetectedCommand[] = [];
    const lines = new FedLines((line) => found.push(line));
    lines.input(Buffer.from('id\n\n  un'));
    lines.input(Buffer.from(`ame -a\n${'x'.repeat(40_000)}`));
    await lines.close();
    expect(found.map(({ text }) => text.length)).toEqual([2, 10, 16_384, 16_384, 7_232]);
    expect(found.every(({ kind, certain }) => kind === 'line' && !certain)).toBe(true);
    const many: DetectedCommand[] = [];
    const more = new FedLines((line) => many.push(line));
    more.input(Buffer.from('x\n'.repeat(5_000)));
    await more.close();
    expect(many).toHaveLength(1_001);
    expect(many.at(-1)).toMatchObject({ kind: 'hidden' });
  });
});
