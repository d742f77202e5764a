"""Runs a program on a pseudo-terminal of its own, for tests.

Usage: pty_bridge.py ROWS COLUMNS COMMAND [ARGUMENT...]
Standard input goes to the terminal, what the terminal shows goes to standard output.
File descriptor 3 takes lines "ROWS COLUMNS": the terminal's size from then on.
When standard input ends, the terminal hangs up. A program that leaves its terminal first is waited for, for a hang-up
would end it in its last steps. The exit status is the program's (128 + signal when a signal ended it).
"""
import fcntl
import os
import pty
import selectors
import struct
import sys
import termios


def resize(master, rows, columns):
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def write_all(target, data):
    while data:
        data = data[os.write(target, data):]


def main():
    rows, columns = int(sys.argv[1]), int(sys.argv[2])
    pid, master = pty.fork()
    if pid == 0:
        os.close(3)
        resize(0, rows, columns)
        os.execvp(sys.argv[3], sys.argv[3:])
    waiting = selectors.DefaultSelector()
    for source in (0, 3, master):
        waiting.register(source, selectors.EVENT_READ)
    pending = b""
    sizes = b""
    os.set_blocking(master, False)
    while True:
        interest = selectors.EVENT_READ | (selectors.EVENT_WRITE if pending else 0)
        waiting.modify(master, interest)
        for key, events in waiting.select():
            if key.fd == 0:
                data = os.read(0, 65536)
                if not data:
                    os.close(master)
                    return wait(pid)
                pending += data
                if len(pending) > 262144:
                    waiting.unregister(0)
            elif key.fd == 3:
                data = os.read(3, 4096)
                if not data:
                    waiting.unregister(3)
                sizes += data
                while b"\n" in sizes:
                    line, sizes = sizes.split(b"\n", 1)
                    resize(master, *map(int, line.split()))
            else:
                if events & selectors.EVENT_WRITE and pending:
                    pending = pending[os.write(master, pending):]
                    if len(pending) <= 262144 and 0 not in waiting.get_map():
                        waiting.register(0, selectors.EVENT_READ)
                if events & selectors.EVENT_READ:
                    try:
                        data = os.read(master, 65536)
                    except OSError:
                        data = b""
                    if not data:
                        return wait(pid)
                    write_all(1, data)


def wait(pid):
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


status = main()
sys.exit(status if status >= 0 else 128 - status)
