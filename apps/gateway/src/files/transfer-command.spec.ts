import { describe, expect, it } from 'vitest';
import { shellWords } from './shell-words.js';
import { actionsOf, readTransferCommand } from './transfer-command.js';

describe('far ends of scp and rsync', () => {
  it.each([
    ['scp -t /tmp', ['upload']],
    ['scp -r -p -d -t -- "/tmp/a b"', ['upload']],
    ['/usr/bin/scp -v -f ~/a.txt /etc/host*', ['download']],
    ["scp -f '/tmp/$(id)'", ['download']],
    ['rsync --server -vlogDtpre.iLsfxCIvu . /tmp/', ['upload']],
    ['rsync --server --sender -vlogDtpre.iLsfxCIvu --numeric-ids . /etc/hosts', ['download']],
    ['rsync --server -vlogDtpre.iLsfxCIvu --delete --bwlimit=100 --suffix=.old . /tmp/a*', ['upload']],
    ['scp -f *.log', ['download']],
    ['scp -t -- -f', ['upload']],
  ])('%s needs %j and no exec', (command, needed) => {
    expect(actionsOf(readTransferCommand(command))).toEqual(needed);
  });

  it.each([
    ['rsync --server --sender -vse.iLsfxCIvu', ['download', 'exec']],
    ['rsync --server --sender --remove-source-files -logDtpre.x . /a', ['download', 'exec']],
    ['rsync --server --log-file=/etc/x -e.x . /tmp', ['upload', 'exec']],
    // popt and GNU's getopt take options behind paths too
    ['rsync --server . /etc/hosts --sender', ['download', 'exec']],
    ['rsync --server -e.x . /tmp --log-file=/etc/x', ['upload', 'exec']],
    ['scp -t /tmp -S/tmp/evil', ['upload', 'exec']],
    ['scp -f /tmp/a -r', ['download', 'exec']],
    // a value that looks like an option, and is taken for none
    ['rsync --server --suffix --sender . /tmp', ['download', 'exec']],
    ['rsync --server -T --sender . /tmp', ['download', 'exec']],
    ['rsync --server -vf --sender . /tmp', ['download', 'exec']],
    ['rsync --server -ve --sender . /tmp', ['download', 'exec']],
    ['rsync --server -B --sender . /tmp', ['download', 'exec']],
    // what the shell makes of a word
    ['rsync --server . {--daemon,--config=x}', ['upload', 'exec']],
    ['rsync --server --sender -e.x . *', ['download', 'exec']],
    ['scp -t *', ['upload', 'exec']],
    ['scp -t {x,-f}', ['upload', 'exec']],
    ['scp -S /tmp/evil -t /tmp', ['upload', 'exec']],
    ['scp -o x -t /tmp', ['upload', 'exec']],
  ])('%s could do more: %j', (command, needed) => {
    expect(actionsOf(readTransferCommand(command))).toEqual(needed);
  });

  it.each([
    ...[
      'scp -t /tmp; id',
      'scp -t /tmp && id',
      'scp -t $(id)',
      'scp -t `id`',
      'scp -f "$HOME"',
      'scp -t /tmp\nid',
    ],
    ...[
      'scp -t /tmp | tee',
      'scp -t /tmp > x',
      'scp -t <(id)',
      '/tmp/scp -t /tmp',
      './scp -t x',
      'X=1 scp -t /tmp',
    ],
    ...[
      'scp a b:',
      'scp -t',
      'scp -tf x',
      "scp -t 'x",
      'scp -t x\\',
      'rsync -a a b',
      'rsync --server --daemon .',
      'rsync --server . --daemon --config=/home/dev/x',
      'scp -t /tmp -f',
    ],
    ...[
      'cat > file',
      'tar cf - .',
      'git-upload-pack x',
      '',
      'scp\u0000 -t x',
      '(scp -t x)',
      'scp -t x &',
      'env scp -t x',
    ],
  ])('%j is a command', (command) => {
    expect(actionsOf(readTransferCommand(command))).toEqual(['exec']);
  });

  it('reads words as a shell does', () => {
    expect(shellWords(`a 'b c' "d\\"e" f\\ g h''i ""`)).toEqual(['a', 'b c', 'd"e', 'f g', 'hi', '']);
  });
});
