"""What silo says is true, and a command that it names can be pasted into a shell."""

import re
import shlex

from lib import Person, expect, has, test

NAME = "Träger 'groß' & rot.FCStd"


def pasted(text):
    """The commands on a refusal's lines, as a shell reads them; what they do stands behind."""
    lines = re.findall(r"→ silo (.*?)(?:   .*)?$", text, re.M)
    return [shlex.split(line) for line in lines]


@test
def a_name_with_blanks_and_quotes_is_advised_as_one_word(stack):
    for step in (0, 1, 2):
        alice, part = Person(stack, "alice"), stack.part(b"one", NAME)
        alice.does("checkout", part)
        alice.write(NAME, b"alice's work")
        stack.ask("alice", "DELETE", f"/api/items/{part}")
        steps = pasted(alice.run("commit", part, "-m", "x").err)
        expect([["commit", NAME, "--as-new-file"], ["undo", NAME], ["forget", NAME],
                ["restore", part]], steps)
        undo = re.search(r"silo (undo .*?) moves", alice.does("status").err)
        expect(["undo", NAME], shlex.split(undo.group(1)))
        alice.does(*steps[step], *(["--yes"] if step == 1 else []))


@test
def a_plain_name_is_advised_as_it_is(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "Träger-1_a.FCStd")
    alice.does("checkout", part)
    alice.write("Träger-1_a.FCStd", b"two")
    stack.ask("ada", "DELETE", f"/api/items/{part}/lock")
    stack.upload(part, b"other", "Träger-1_a.FCStd", 1)
    has("silo commit Träger-1_a.FCStd --as-new-file ", alice.run("commit", "-m", "x").err)


@test
def a_name_like_an_option_is_advised_as_a_path(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.does("checkout", part, "--to", "-a.FCStd")
    alice.write("-a.FCStd", b"two")
    stack.ask("alice", "DELETE", f"/api/items/{part}")
    steps = pasted(alice.run("commit", part, "-m", "x").err)
    expect(["commit", "./-a.FCStd", "--as-new-file"], steps[0])
    alice.does(*steps[0])


@test
def a_file_of_no_item_can_be_added_as_advised(stack):
    alice, part = Person(stack, "alice"), stack.part(b"one", "a.FCStd")
    alice.does("get", part)
    alice.write("new one.FCStd", b"new")
    (step,) = pasted(alice.run("commit", "new one.FCStd").err)
    expect(["add", "new one.FCStd", "--part", "PN"], step)
    alice.does(*step[:-1], part + "-n")
