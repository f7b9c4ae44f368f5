"""A program on a pseudo-terminal, as a person has it before them."""

import fcntl
import os
import pty
import select
import struct
import termios
import time

from lib import PATIENCE, SILO


class Terminal:
    """A program on a pseudo-terminal of a given width."""

    def __init__(self, person, *words, program=SILO, columns=80, lines=24, extra=None):
        self.text = ""
        self.child, self.end = pty.fork()
        if self.child == 0:
            # Before the program can ask for it.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            os.chdir(person.folder)
            os.execve(program, [program, *words], {**person.env(), "TERM": "xterm", **(extra or {})})

    def read_until(self, words):
        return self.read_while(lambda: words is None or words not in self.text, words)

    def read_while(self, missing, words="what should come"):
        """Reads as long as missing() is true; words says what for, None: the end."""
        limit = time.monotonic() + PATIENCE
        while missing():
            ready, _, _ = select.select([self.end], [], [], max(0, limit - time.monotonic()))
            if not ready:
                raise AssertionError(f"{words!r} did not come; got {self.text!r}")
            try:
                data = os.read(self.end, 65536)
            except OSError:
                data = b""
            if not data:
                if words is None:
                    return self.text
                raise AssertionError(f"{words!r} did not come; got {self.text!r}")
            self.text += data.decode("utf-8", "replace")
        return self.text

    def read(self):
        """Takes what has come, so that the program never waits for us; waits for nothing."""
        while select.select([self.end], [], [], 0)[0]:
            self.text += os.read(self.end, 65536).decode("utf-8", "replace")

    def type(self, text):
        os.write(self.end, text.encode())

    def done(self):
        self.read_until(None)
        _, status = os.waitpid(self.child, 0)
        os.close(self.end)
        return os.waitstatus_to_exitcode(status)

    def echoes(self):
        """True when the terminal shows what is typed."""
        return termios.tcgetattr(self.end)[3] & termios.ECHO != 0
