"""The completions are those of the table of commands, and the shells themselves offer them."""

import os
import re
import shutil
import subprocess
import tempfile

import completions
from lib import SILO, TOP, Person, expect, test
from terminal import Terminal

FOLDER = os.path.join(TOP, "cli/completion")


def questions():
    """What is typed before Tab, and the words that should be offered then."""
    table = completions.Table(SILO)
    common = {"--" + option["name"] for option in table.common}
    yield "silo ", set(table.first)
    yield "silo help ", set(table.first)
    for group in completions.GROUPS:
        yield f"silo {group} ", {command["name"].split()[1] for command in table.group(group)}
    for command in table.commands:
        if command["name"] == "help":
            continue
        own = {"--" + option["name"] for option in command["options"]}
        yield f"silo {command['name']} --", own | common
        for option in command["options"]:
            if option["choices"]:
                yield f"silo --json {command['name']} --{option['name']} ", set(option["choices"])


@test
def the_completions_are_those_of_the_table_of_commands(stack):
    where = tempfile.mkdtemp(dir=stack.dir)
    completions.write(SILO, where)
    for name in ("silo.bash", "_silo", "silo.fish"):
        texts = []
        for folder in (where, FOLDER):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                texts.append(file.read())
        expect(True, texts[0] == texts[1], f"{name}: run t/clients/cli/completions.py silo cli/completion")


@test
def the_choices_are_those_of_the_server(stack):
    config = stack.ask("alice", "GET", "/api/auth/config")
    for name, served in (("role", "roles"), ("type", "item_types"), ("types", "event_types")):
        options = [option for command in completions.Table(SILO).commands for option in command["options"]
                   if option["name"] == name]
        expect(True, len(options) > 0, name)
        for option in options:
            expect(config[served], option["choices"], name)


@test
def bash_offers_every_command_option_and_choice(stack):
    for typed, wanted in questions():
        words = typed.split(" ")
        script = (f"source '{FOLDER}/silo.bash'; COMP_WORDS=({' '.join(map(repr, words))}); "
                  f"COMP_CWORD={len(words) - 1}; _silo; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
        ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
        expect((wanted, ""), (set(ran.stdout.split()), ran.stderr), typed)


@test
def fish_offers_every_command_option_and_choice(stack):
    if shutil.which("fish") is None:
        return
    asked = list(questions())
    script = f"source '{FOLDER}/silo.fish'\n" + "".join(
        f"echo '?'; complete -C '{typed}' | string replace -r '\\t.*' ''\n" for typed, _ in asked)
    person = Person(stack, "alice")
    ran = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True,
                         env=person.env(), cwd=person.folder, check=True)
    expect("", ran.stderr)
    for (typed, wanted), answer in zip(asked, ran.stdout.split("?\n")[1:], strict=True):
        expect(wanted, set(answer.split()), typed)


def offered(screen, typed):
    """The words of a list of completions, without what was typed and their explanations."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen)
    text = re.sub(r" -- .*", "", text).replace(typed.rstrip(), "")
    return set(re.findall(r"(?:^|\s)((?:--)?[a-z][a-z.-]*)(?=\s)", text))


@test
def zsh_offers_every_command_option_and_choice(stack):
    if shutil.which("zsh") is None:
        return
    shell = Terminal(Person(stack, "alice"), "-f", "-i", program=shutil.which("zsh"), columns=200, lines=80,
                     extra={"TERM": "dumb"})
    shell.type(f"PROMPT= RPROMPT= LISTMAX=0; fpath=('{FOLDER}' $fpath); autoload -U compinit; "
               "compinit -u -D; echo rea''dy\n")
    shell.read_until("ready")
    for number, (typed, wanted) in enumerate(questions()):
        shell.text = ""
        shell.type(typed + "\t")
        shell.read_while(lambda typed=typed, wanted=wanted: not wanted <= offered(shell.text, typed))
        expect(wanted, offered(shell.text, typed), typed)
        shell.type(f"\x15echo EN''D{number}\n")
        shell.read_until(f"END{number}")
    shell.type("exit\n")
    shell.done()
