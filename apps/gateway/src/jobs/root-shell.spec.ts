import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { frameOf } from './root-shell.js';

const [MARK, END] = ['0123456789abcdef', 'fedcba9876543210'];
const has = (program: string): boolean =>
  spawnSync(program, ['-c', ':'], { stdio: 'ignore' }).error === undefined;

const SHELLS = [
  { program: 'dash', args: [] },
  { program: 'bash', args: ['--posix'] },
  { program: 'busybox', args: ['sh'] },
];

describe.each(SHELLS.filter(({ program }) => has(program)))(
  'a script that $program reads',
  ({ program, args }) => {
    const feed = (text: string): { stdout: string; stderr: string } => {
      const { stdout, stderr } = spawnSync(program, args, { input: text, encoding: 'utf8' });
      return { stdout, stderr };
    };
    const frame = frameOf('IFS= read -r first; echo "ran $first"; exit 3', 'one\ntwo', MARK, END);

    it('says its status behind the mark, on both streams', () => {
      const second = frameOf('cat; printf last', '$HOME `id` \\\n', MARK, END);
      const { stdout, stderr } = feed(frame + second);
      expect(stdout).toBe(`ran one\n${MARK} 3\n$HOME \`id\` \\\nlast${MARK} 0\n`);
      expect(stderr).toBe(`${MARK}\n${MARK}\n`);
    });

    it('is not run when only a part of it comes', () => {
      const lengths = Array.from({ length: frame.length - 2 }, (_, length) => length + 1);
      const ran = lengths.filter((length) => length % 3 === 0 && feed(frame.slice(0, length)).stdout !== '');
      expect(ran).toEqual([]);
    });
  },
);
