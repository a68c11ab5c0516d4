"""A shell script taken apart into its commands, as far as words go: nothing is run, no variable is filled in."""

from __future__ import annotations

import re

SHELLS = ("sh", "bash", "dash", "ash", "zsh")
_OPERATOR = re.compile(r"\|\||&&|;;|[;&|()\n]")
_REDIRECTION = re.compile(r"(\d*)(&>>?|<<<|<<-?|>>|<>|[<>]&?|>\|)")
_SCRIPT_FLAG = re.compile(r"-[A-Za-z]*c")
_OWN_WORDS = re.compile(r"\$(?:[@*0-9]|\{[@*0-9])")  # $@, $1: the words after the script


def script_at(words: list[str]) -> int | None:
    """The number of the word that is a script (``sh -c SCRIPT``); None when none is."""
    if not words or words[0].rsplit("/", 1)[-1] not in SHELLS:
        return None
    for number, word in enumerate(words[1:], 1):
        if not word.startswith(("-", "+")):
            return None
        if _SCRIPT_FLAG.fullmatch(word):
            at = number + 2 if words[number + 1 : number + 2] == ["--"] else number + 1
            return at if at < len(words) else None
    return None


def reads_its_words(script: str) -> bool:
    """Whether a script looks at the words after it."""
    return bool(_OWN_WORDS.search(script))


def commands(script: str) -> list[list[str]]:
    """The commands of a script, each as its words; redirections are left out. Raises ValueError for no shell script."""
    reader = _Reader(script)
    reader.run()
    return [command for command in reader.commands if command]


class _Reader:
    def __init__(self, script: str) -> None:
        self.script, self.at = script, 0
        self.commands: list[list[str]] = [[]]
        self.word: str | None = None
        self.dropped = False  # whether the next word is a file's name after a redirection

    def run(self) -> None:
        while self.at < len(self.script):
            self.step(self.script[self.at])
        self.end_word()

    def step(self, char: str) -> None:
        if self.script.startswith("\\\n", self.at):
            self.at += 2
        elif char == "#" and self.word is None:
            self.at = (self.script + "\n").index("\n", self.at)
        elif found := self.redirection():
            self.word, self.dropped = None, True
            self.at += len(found[0])
            if found[2].startswith("<<") and found[2] != "<<<":
                raise ValueError("it has a text of its own (<<)")
        elif operator := _OPERATOR.match(self.script, self.at):
            self.end_word()
            self.commands.append([])
            self.at = operator.end()
        elif char in " \t\r":
            self.end_word()
            self.at += 1
        else:
            self.word = (self.word or "") + self.piece(char)

    def redirection(self) -> re.Match[str] | None:
        digits = self.word if self.word and self.word.isdigit() else ""
        found = _REDIRECTION.match(self.script, self.at) if self.word is None or digits else None
        return found if found and (not found[1] or self.word is None) else None

    def piece(self, char: str) -> str:
        """The next part of a word: what stands in quotes, a variable, a character."""
        if char == "\\":
            self.at += 2
            return self.script[self.at - 1 : self.at]
        if char == "'":
            return self.until("'")[1:-1]
        if char == '"':
            return re.sub(r'\\([\\"$`\n])', lambda found: "" if found[1] == "\n" else found[1], self.quoted())
        if char == "`":
            return self.until("`")
        if self.script.startswith(("$(", "${"), self.at):
            return self.bracketed()
        self.at += 1
        return char

    def until(self, end: str) -> str:
        start = self.at
        self.at = self.script.find(end, start + 1) + 1
        if not self.at:
            raise ValueError(f"{end} is not closed")
        return self.script[start : self.at]

    def quoted(self) -> str:
        found = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL).match(self.script, self.at)
        if not found:
            raise ValueError('" is not closed')
        self.at = found.end()
        return found[1]

    def bracketed(self) -> str:
        start, pair = self.at, {"(": ")", "{": "}"}
        opening = self.script[start + 1]
        depth, self.at = 0, start + 1
        while self.at < len(self.script):
            depth += {opening: 1, pair[opening]: -1}.get(self.script[self.at], 0)
            self.at += 1
            if not depth:
                return self.script[start : self.at]
        raise ValueError(f"${opening} is not closed")

    def end_word(self) -> None:
        if self.word is not None and not self.dropped:
            self.commands[-1].append(self.word)
        self.dropped = self.dropped and self.word is None
        self.word = None
