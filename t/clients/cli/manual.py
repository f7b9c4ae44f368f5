#!/usr/bin/env python3
"""Writes the section COMMANDS of silo(1) out of the table of commands.

t/clients/cli/manual.py PROGRAM doc/silo.1 writes it into the page; a test compares the two."""

import json
import subprocess
import sys

BEGIN, END = ".SH COMMANDS\n", ".SH EXIT STATUS\n"


def roff(text):
    """Plain text as roff shows it unchanged."""
    return text.replace("\\", "\\e").replace("-", "\\-").replace("…", "\\&...")


def sentence(text):
    return roff(text[0].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")) + "\n"


def option(row):
    name = (f"\\fB\\-{row['letter']}\\fR, " if row["letter"] else "") + f"\\fB\\-\\-{roff(row['name'])}\\fR"
    value = f" \\fI{row['value']}\\fR" if row["value"] else ""
    choices = f"One of: {roff(', '.join(row['choices']))}.\n" if row["choices"] else ""
    return f".TP\n{name}{value}\n{sentence(row['help'])}{choices}"


def command(row):
    lines = [f".SS {row['name']}\n.B silo {row['name']}\n"]
    if row["arguments"]:
        lines.append(f".I {roff(row['arguments'])}\n")
    lines.append(".PP\n" + sentence(row["summary"]))
    if row["text"]:
        lines.append(roff(row["text"]) + "\n")
    lines += [option(each) for each in row["options"]]
    examples = "\n".join(roff(each) for each in row["examples"])
    lines.append(f".PP\n.nf\n.RS\n{examples}\n.RE\n.fi\n")
    return "".join(lines)


def section(program):
    """The section as the table of this program says it."""
    ran = subprocess.run([program, "help", "--json"], check=True, capture_output=True)
    return "".join(command(row) for row in json.loads(ran.stdout)["commands"])


def parts(page):
    """A page's text before the section, the section, and what follows."""
    before, rest = page.split(BEGIN)
    inside, after = rest.split(END)
    return before + BEGIN, inside, END + after


if __name__ == "__main__":
    with open(sys.argv[2], encoding="utf-8") as file:
        BEFORE, _, AFTER = parts(file.read())
    PAGE = BEFORE + section(sys.argv[1]) + AFTER  # before the file is opened, and so emptied
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(PAGE)
