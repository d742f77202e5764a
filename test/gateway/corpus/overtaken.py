#!/usr/bin/env python3
"""Records lines that are typed faster than bash reads them, into a file that the detector's test reads.

While no line editor reads, the terminal itself shows what is typed, at once and without a prompt; the line editor
shows it again when its turn comes. Which of the lines that befalls is chance: record anew, and look what was met.

    overtaken.py OUTPUT.jsonl.gz
"""

import base64
import fcntl
import gzip
import json
import os
import pty
import select
import struct
import sys
import termios
import time

LINES = 30
ROUNDS = 3
ROWS = 24
PAUSE_S = 0.002


class Typist:
    def __init__(self, columns):
        self.events = []
        self.start = time.time()
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.environ.update(PS1='dev@web-01:~$ ', TERM='xterm-256color', HISTFILE='', PATH='/usr/bin:/bin')
            os.execvp('bash', ['bash', '--norc', '-i'])
        self.pid = pid
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack('HHHH', ROWS, columns, 0, 0))

    def note(self, code, data):
        at = int((time.time() - self.start) * 1000)
        self.events.append([at, code, base64.b64encode(data).decode()])

    def watch(self, seconds):
        end = time.time() + seconds
        while time.time() < end:
            if select.select([self.terminal], [], [], max(0, end - time.time()))[0]:
                try:
                    self.note('o', os.read(self.terminal, 32768))
                except OSError:
                    return

    def line(self, text, pause):
        keys = text.encode() + b'\r'
        self.note('i', keys)
        os.write(self.terminal, keys)
        self.watch(pause)

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


def record(columns, width, attempt):
    typist = Typist(columns)
    typist.watch(0.4)
    typist.line('echo first', 0.4)
    lines = [f': {number} ' + 'x' * width for number in range(LINES)]
    for line in lines:
        typist.line(line, PAUSE_S)
    typist.watch(1.5)
    typist.line('echo last', 0.5)
    typist.line('exit', 0.3)
    typist.close()
    return {
        'name': f'overtaken {columns} {width} {attempt}', 'kind': 'plain', 'columns': columns, 'rows': ROWS,
        'ran': ['echo first', *lines, 'echo last', 'exit'], 'secrets': [], 'optional': [], 'events': typist.events,
    }


def main():
    streams = [record(columns, width, attempt)
               for columns in (80, 132) for width in (5, 60, 200, 300) for attempt in range(ROUNDS)]
    with gzip.GzipFile(sys.argv[1], 'wb', 9, mtime=0) as file:
        file.write('\n'.join(json.dumps(stream) for stream in streams).encode())
    print(f'{len(streams)} streams, {os.path.getsize(sys.argv[1])} bytes')


if __name__ == '__main__':
    main()
