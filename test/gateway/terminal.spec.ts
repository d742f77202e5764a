import { createHash, randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { requires, type Host } from '../hosts/index.js';
import { Harness, type Way } from './harness.js';
import type { Terminal, TerminalOptions } from './terminal.js';

requires('hosts', 'ssh', 'terminal').describe('a full terminal', () => {
  let harness: Harness;
  let host: Host;
  let way: Way;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const account = { username: 'dev', publicKey: systemKey.public };
    host = await harness.startHost({ name: 'web-01', accounts: [account] });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
  });

  async function openShell(options: TerminalOptions = {}): Promise<Terminal> {
    const terminal = (await harness.ssh(way.person, 'alice@dev@web-01')).terminal(
      undefined,
      ['-e', 'none'],
      options,
    );
    await terminal.waitFor('$ ');
    return terminal;
  }

  async function leave(terminal: Terminal): Promise<void> {
    terminal.line('exit');
    await terminal.untilEnded();
  }

  it('has the size and TERM of the user’s own, and follows it', async () => {
    const terminal = await openShell({ rows: 30, columns: 100, env: { TERM: 'xterm-256color' } });
    terminal.line('echo $TERM $(stty size)');
    await terminal.waitFor('xterm-256color 30 100');
    terminal.resize(51, 133);
    terminal.line('sleep 0.2; stty size');
    await terminal.waitFor('51 133');
    await leave(terminal);
  });

  it('Ctrl-C, Ctrl-Z and Ctrl-D mean what they mean', async () => {
    const terminal = await openShell();
    // The program itself says that it runs: a key typed while the shell starts it may go to the shell.
    terminal.line(`sh -c 'echo go""ing; exec sleep 100'`);
    await terminal.waitFor('going');
    terminal.type('\x03');
    await terminal.waitFor('$ ');
    terminal.line("echo be''fore; cat >/dev/null; echo af''ter");
    await terminal.waitFor('before');
    terminal.type('\x04');
    await terminal.waitFor('after');
    terminal.line(`sh -c 'echo go""ing; exec sleep 101'`);
    await terminal.waitFor('going');
    terminal.type('\x1a');
    await terminal.waitFor('Stopped');
    // Bash's own `wait` gives a stopped job up: the shell may be left only when it has no such job any more.
    terminal.line('kill -KILL %1; while [ -n "$(jobs -s)" ]; do sleep 0.1; done; echo done-$((1+1))');
    await terminal.waitFor('done-2');
    terminal.type('\x04');
    await terminal.untilEnded();
  });

  it('shows and takes UTF-8, wide and combined characters too', async () => {
    const terminal = await openShell({ env: { LC_ALL: 'C.UTF-8' } });
    terminal.line("printf '%s' '堡垒机 né 🏰' | od -An -tx1 | tr -d ' \\n'; echo '|堡垒机 né 🏰|'");
    await terminal.waitFor(Buffer.from('堡垒机 né 🏰').toString('hex'));
    await terminal.waitFor('|堡垒机 né 🏰|');
    await leave(terminal);
  });

  it('takes a paste of 1 MB without losing a byte', async () => {
    const terminal = await openShell();
    const paste = randomBytes(512 * 1024).toString('hex');
    terminal.line(`stty raw -echo; echo rea''dy; head -c ${paste.length} | md5sum; stty sane`);
    await terminal.waitFor('ready');
    terminal.type(paste);
    await terminal.waitFor(createHash('md5').update(paste).digest('hex'), 30_000);
    await leave(terminal);
  });

  it('shows 5 MB of output without losing a line', async () => {
    const terminal = await openShell();
    terminal.line("seq 1 700000; echo la''st");
    await terminal.waitFor('last', 30_000);
    const numbers = [...terminal.shown.matchAll(/^(\d+)\r$/gm)].map((match) => Number(match[1]));
    expect(numbers.length).toBe(700_000);
    await leave(terminal);
  });

  requires('vim').describe('full-screen programs', () => {
    it('vi edits a file', async () => {
      const terminal = await openShell({ rows: 24, columns: 80 });
      terminal.line('LC_ALL=C.UTF-8 vi -u NONE -i NONE /tmp/edited');
      // The alternate screen, if this vi uses it, or its first empty line.
      await terminal.waitFor('~');
      terminal.type('ihello 堡垒机\x1b');
      await terminal.waitFor('堡垒机');
      terminal.type(':wq\r');
      await terminal.waitFor('$ ');
      terminal.line('cat /tmp/edited; echo cat-$((1+1))');
      await terminal.waitFor('cat-2');
      expect((await host.exec('cat /tmp/edited')).text).toBe('hello 堡垒机\n');
      await leave(terminal);
    });
  });
});
