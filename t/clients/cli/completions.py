#!/usr/bin/env python3
"""Writes the completions of the three shells out of the table of commands.

t/clients/cli/completions.py PROGRAM FOLDER writes them, as cli/completion/ holds them; a test compares
the two and asks the shells themselves."""

import json
import os
import subprocess
import sys

NOTE = "completion for silo, written by t/clients/cli/completions.py out of the table of commands."
GROUPS = {"token": "make, list and revoke tokens", "user": "manage users (admins)"}


class Table:
    def __init__(self, program):
        document = json.loads(subprocess.run([program, "help", "--json"], check=True,
                                             capture_output=True).stdout)
        self.commands, self.common = document["commands"], document["common_options"]
        # The first words after `silo`, with their help; a group instead of its commands.
        self.first = {}
        for command in self.commands:
            word = command["name"].split()[0]
            self.first.setdefault(word, GROUPS.get(word, command["summary"]))

    def group(self, word):
        return [each for each in self.commands if each["name"].startswith(word + " ")]


def takes_files(command):
    """Part numbers of a working folder may be given as its files."""
    return any(word in command["arguments"] for word in ("FILE", "PN"))


def bash(table):
    cases, values = [], []
    for command in table.commands:
        if command["options"]:
            names = " ".join("--" + option["name"] for option in command["options"])
            cases.append(f"\t'{command['name']}') printf '%s' '{names}' ;;")
        for option in command["options"]:
            if option["choices"]:
                keys = [f"'{command['name']} --{option['name']}'"]
                if option["letter"]:
                    keys.append(f"'{command['name']} -{option['letter']}'")
                values.append(f"\t{' | '.join(keys)}) printf '%s' '{' '.join(option['choices'])}' ;;")
    groups = [f"\t{word}) words='{' '.join(each['name'].split()[1] for each in table.group(word))}' ;;"
              for word in GROUPS]
    first = " ".join(table.first)
    return f"""# bash {NOTE}

# The options of a command given as one or two words.
_silo_options()
{{
	case $1 in
{chr(10).join(cases)}
	esac
}}

# What an option may be set to, where that is known.
_silo_values()
{{
	case $1 in
{chr(10).join(values)}
	esac
}}

_silo()
{{
	local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}} command='' words='' i

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case $command:${{COMP_WORDS[i]}} in
		*:--cacert) ((i++)) ;;
		*:-*) ;;
		:*) command=${{COMP_WORDS[i]}} ;;
		{' | '.join(word + ':*' for word in (*GROUPS, 'help'))}) command="$command ${{COMP_WORDS[i]}}" ;;
		esac
	done
	case $command in
	'' | help) words='{first}' ;;
{chr(10).join(groups)}
	*) words=$(_silo_values "$command $previous") ;;
	esac
	case $current in
	-*) words="$(_silo_options "$command") {' '.join('--' + option['name'] for option in table.common)}" ;;
	esac
	if [ "$previous" = --cacert ]; then
		words=''
	fi
	if [ -n "$words" ]; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	fi
}}

# Where nothing of ours fits, files: the shell does that itself.
complete -o default -F _silo silo
"""


def zsh_text(text):
    return text.replace("'", "'\\''").replace("[", "\\[").replace("]", "\\]")


def zsh_option(option):
    text = f"[{zsh_text(option['help'])}]"
    if option["value"]:
        value = option["value"]
        choices = option["choices"]
        action = f"({' '.join(choices)})" if choices else "_files" if value == "FILE" else " "
        text += f":{value.lower()}:{action}"
    long = "--" + option["name"]
    if option["letter"]:
        letter = "-" + option["letter"]
        return f"'({letter} {long})'{{{letter},{long}}}'{text}'"
    return f"'{long}{text}'"


def zsh(table):
    first = "\n".join(f"\t\t'{word}:{zsh_text(text)}'" for word, text in table.first.items())
    cases = []
    for command in table.commands:
        lines = [f"\t\t\t{zsh_option(option)} \\" for option in command["options"]]
        if command["name"] == "help":
            continue
        rest = "'*:file:_files'" if takes_files(command) else "'*: :'"
        cases.append("\n".join([f"\t'{command['name']}')", "\t\t_arguments $_silo_common \\", *lines,
                                f"\t\t\t{rest} ;;"]))
    groups = "\n".join(
        f"\t\t\t{word}) compadd {' '.join(each['name'].split()[1] for each in table.group(word))} ;;"
        for word in GROUPS)
    common = "\n".join(f"\t{zsh_option(option)}" for option in table.common)
    return f"""#compdef silo
# zsh {NOTE}

_silo_common=(
{common}
)

_silo_commands() {{
	local -a commands=(
{first}
	)
	_describe command commands
}}

_silo() {{
	local curcontext=$curcontext state line command
	_arguments -C $_silo_common '(-): :_silo_commands' '(-)*:: :->rest' && return
	command=$words[1]
	if [[ $command == ({'|'.join(GROUPS)}) ]]; then
		if (( CURRENT == 2 )); then
			case $command in
{groups}
			esac
			return
		fi
		command="$command $words[2]"
		shift words
		(( CURRENT-- ))
	fi
	case $command in
{chr(10).join(cases)}
	help) _silo_commands ;;
	esac
}}

_silo "$@"
"""


def fish_text(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish_option(option):
    line = f" -l {option['name']}"
    if option["letter"]:
        line += f" -s {option['letter']}"
    choices = option["choices"]
    if option["value"] == "FILE":
        line += " -r -F"
    elif option["value"]:
        line += " -x" + (f" -a {fish_text(' '.join(choices))}" if choices else "")
    return line + f" -d {fish_text(option['help'])}"


def fish(table):
    lines = [f"complete -c silo{fish_option(option)}" for option in table.common] + [""]
    for word, text in table.first.items():
        lines.append(f"complete -c silo -f -n '__silo_at 0' -a {word} -d {fish_text(text)}")
    for command in table.commands:
        words = command["name"].split()
        if len(words) == 2:
            lines.append(f"complete -c silo -f -n '__silo_at 1 {words[0]}' -a {words[1]} "
                         f"-d {fish_text(command['summary'])}")
        if not takes_files(command):
            lines.append(f"complete -c silo -f -n '__silo_is {command['name']}'")
        for option in command["options"]:
            lines.append(f"complete -c silo -n '__silo_is {command['name']}'{fish_option(option)}")
    lines.append(f"complete -c silo -f -n '__silo_at 1 help' -a '{' '.join(table.first)}'")
    return f"""# fish {NOTE}

function __silo_words --description 'The words before the cursor, from the command on'
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]; and string match -q -- '-*' $words[1]
        test $words[1] = --cacert; and set -e words[1]
        set -e words[1]
    end
    set -q words[1]; and printf '%s\\n' $words
end

function __silo_is --description 'True when the command line names this command'
    set -l words (__silo_words)
    set -l count (count $argv)
    test (count $words) -ge $count; and test "$words[1..$count]" = "$argv"
end

function __silo_at --description 'True when so many words, and these, are before the cursor'
    set -l words (__silo_words)
    test (count $words) -eq $argv[1]; and test "$words" = "$argv[2..]"
end

{chr(10).join(lines)}
"""


def write(program, folder):
    table = Table(program)
    for name, text in (("silo.bash", bash(table)), ("_silo", zsh(table)), ("silo.fish", fish(table))):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    write(*sys.argv[1:])
