"""silo-admin's question for a password, on a pseudo-terminal: prompt.py PASSWORD SECOND program...

Answers both questions (SECOND "^C": interrupts the second one instead).  Looks meanwhile at what other
users of the machine see of the process.  Exits like the program, or 99 saying what is wrong."""

import os
import pty
import select
import sys
import termios
import time

PATIENCE = 60
password, second, *program = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(program[0], program)
text = ""


def wrong(what):
    print(f"{what}; the terminal: {text!r}")
    os.kill(child, 9)
    sys.exit(99)


def read(limit):
    """Adds what has come; False at the end."""
    global text
    if not select.select([terminal], [], [], max(0, limit - time.monotonic()))[0]:
        wrong("it says nothing more")
    try:
        data = os.read(terminal, 65536)
    except OSError:
        return False
    text += data.decode("utf-8", "replace")
    return bool(data)


def read_until(words):
    limit = time.monotonic() + PATIENCE
    while words not in text:
        if not read(limit):
            wrong(f"{words!r} did not come")


def echoes():
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def shown_to_others():
    return open(f"/proc/{child}/cmdline").read() + open(f"/proc/{child}/environ").read()


read_until("Password: ")
if echoes():
    wrong("the password would be shown")
os.write(terminal, password.encode() + b"\n")
read_until("Again: ")
if echoes():
    wrong("the repetition would be shown")
if password in shown_to_others():
    wrong("arguments or environment tell the password")
os.write(terminal, b"\x03" if second == "^C" else second.encode() + b"\n")
limit = time.monotonic() + PATIENCE
while read(limit):
    pass
if password in text or (second != "^C" and second in text):
    wrong("the password has been shown")
_, status = os.waitpid(child, 0)
# The line keeps its settings while this end is open.
if not echoes():
    wrong("the terminal is left without echo")
sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
