#!/usr/bin/python3
"""Records the corpus of terminal streams: real shells in real terminals, typed into as people do.

    python3 test/gateway/corpus/record.py test/gateway/corpus/streams.jsonl.gz

Each line is one stream: its name, kind (plain, evasion), size, events as they passed, in order, and `ran`, what was
entered in truth: taken from the shell's own history where it keeps one, and compared with what the scene meant. Of
evasions `traced` has what the shell ran, line by line, as its DEBUG trap tells.
Needs bash, dash, zsh, busybox, python3, sqlite3, vim, tmux (test/hosts/packages.txt), and screen.
"""
import base64
import concurrent.futures
import fcntl
import gzip
import json
import os
import pty
import select
import shutil
import signal
import struct
import sys
import tempfile
import termios
import time

from scenes import scenes

QUIET = 0.045
LONGEST = 4.0


class Terminal:
    """One program in a terminal of its own; everything that passes is noted."""

    def __init__(self, argv, environment, home, columns, rows):
        self.events = []
        self.start, self.started_at = time.monotonic(), time.time()
        self.columns, self.rows = columns, rows
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(home)
            os.execvpe(argv[0], argv, environment)
        self.size(columns, rows)

    def size(self, columns, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))

    def note(self, code, data):
        at = int((time.monotonic() - self.start) * 1000)
        self.events.append([at, code, data])

    def read(self, quiet=QUIET, longest=LONGEST, need_output=False):
        """Reads until nothing came for a while."""
        end = time.monotonic() + longest
        seen = not need_output
        while time.monotonic() < end:
            ready, _, _ = select.select([self.fd], [], [], quiet if seen else longest)
            if not ready:
                return
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return
            if not data:
                return
            seen = True
            self.note('o', base64.b64encode(data).decode())

    def send(self, text):
        data = text if isinstance(text, bytes) else text.encode()
        self.note('i', base64.b64encode(data).decode())
        os.write(self.fd, data)

    def resize(self, columns, rows):
        self.note('r', [columns, rows])
        self.size(columns, rows)

    def close(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self.fd)


def play(terminal, steps, quiet):
    """A step is text (typed key by key), or a tuple: what to do and with what."""
    for step in steps:
        if isinstance(step, str):
            for key in split_keys(step):
                terminal.send(key)
                terminal.read(0.012 if key not in '\r\t' else quiet, longest=1, need_output=key in '\r')
        elif step[0] == 'burst':
            terminal.send(step[1])
            terminal.read(0.1)
        elif step[0] == 'chunks':
            for part in step[1]:
                terminal.send(part)
                terminal.read(0.02)
            terminal.read(0.08)
        elif step[0] == 'resize':
            terminal.resize(step[1], step[2])
            terminal.read(0.08)
        elif step[0] == 'wait':
            terminal.read(step[1])


def split_keys(text):
    keys, index = [], 0
    while index < len(text):
        length = 1
        if text[index] == '\x1b':
            if text[index + 1:index + 2] == '[':
                length = 3
                while not ('@' <= text[index + length - 1] <= '~'):
                    length += 1
            else:
                length = 2
        keys.append(text[index:index + length])
        index += length
    return keys


def bash_history(path):
    entries, entry = [], None
    for line in open(path, errors='replace').read().split('\n'):
        if line.startswith('#') and line[1:].isdigit():
            if entry is not None:
                entries.append('\n'.join(entry))
            entry = []
        elif entry is not None:
            entry.append(line)
    if entry is not None:
        entries.append('\n'.join(entry).rstrip('\n'))
    return entries


def traced(path, started_at):
    """What the shell ran: for each line when, in milliseconds of the stream, and its commands as the shell prints them."""
    lines = []
    if os.path.exists(path):
        for entry in open(path, errors='replace').read().split('\0')[:-1]:
            at, number, command = entry.split(' ', 2)
            if lines and lines[-1][0] == number:
                lines[-1][2].append(command)
            else:
                lines.append([number, int((float(at) - started_at) * 1000), [command]])
    return [[at, commands] for _, at, commands in lines]


def record(scene):
    home = tempfile.mkdtemp(prefix='corpus-')
    try:
        for name, content in scene.get('files', {}).items():
            os.makedirs(os.path.dirname(os.path.join(home, name)), exist_ok=True)
            with open(os.path.join(home, name), 'w') as file:
                file.write(content)
        environment = {
            'HOME': home, 'PATH': '/usr/bin:/bin:/usr/sbin', 'TERM': scene.get('term', 'xterm-256color'),
            'LANG': 'C.UTF-8', 'LC_ALL': 'C.UTF-8', 'HISTFILE': os.path.join(home, 'history'), **scene.get('env', {}),
        }
        columns, rows = scene.get('size', (80, 24))
        terminal = Terminal(scene['argv'], environment, home, columns, rows)
        terminal.read(scene.get('start', 0.15), need_output=True)
        play(terminal, scene['steps'], scene.get('quiet', QUIET))
        terminal.read(0.1)
        terminal.close()
        ran = scene['ran']
        kept = os.path.join(home, 'history')
        if scene.get('checked') and os.path.exists(kept):
            entries = bash_history(kept)
            if [entry.strip() for entry in entries] != [line.strip() for line in ran]:
                print(f"{scene['name']}: meant {ran}, the shell ran {entries}", file=sys.stderr)
            ran = entries
        return {'name': scene['name'], 'kind': scene['kind'], 'columns': columns, 'rows': rows, 'ran': ran,
                'secrets': scene.get('secrets', []), 'optional': scene.get('optional', []),
                'traced': traced(os.path.join(home, 'trace'), terminal.started_at), 'events': terminal.events}
    finally:
        shutil.rmtree(home, ignore_errors=True)


def main():
    wanted = sys.argv[2] if len(sys.argv) > 2 else ''
    chosen = [scene for scene in scenes() if wanted in scene['name']]
    with concurrent.futures.ProcessPoolExecutor(6) as pool:
        streams = list(pool.map(record, chosen))
    with gzip.GzipFile(sys.argv[1], 'wb', 9, mtime=0) as file:
        for stream in streams:
            file.write((json.dumps(stream, ensure_ascii=False, separators=(',', ':')) + '\n').encode())
    print(f'{len(streams)} streams, {os.path.getsize(sys.argv[1])} bytes')


if __name__ == '__main__':
    main()
