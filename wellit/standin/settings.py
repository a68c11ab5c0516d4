"""What an engine makes of the words that it is started with, as its file and the list of its flags say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from wellit import flags
from wellit.capabilities import Unknown
from wellit.engines import Engine
from wellit.flags import Answer
from wellit.translate.language import YES, Entry, Language, language
from wellit.translate.listen import Heard, Said, listen
from wellit.translate.result import nested

PAGE_TOKENS = 16
ROLES = {"prefill": "prefill", "decode": "decode"}  # "either" and none are no role


@dataclass(frozen=True, eq=False)
class Settings:
    """The neutral settings of a command line, each with the engine's own default.

    `version` is "" where it is not known; `words` are those after the engine's launcher.
    """

    engine: Engine
    version: str
    words: Sequence[str]

    @cached_property
    def _language(self) -> Language:
        return language(self.engine)

    @cached_property
    def _heard(self) -> Heard:
        return listen(self.words, self.engine)

    def _entry(self, setting: str) -> Entry | None:
        return self._language.entries.get(setting)

    def _said(self, setting: str) -> Said | None:
        return self._heard.value(setting)

    def text(self, setting: str) -> str:
        """The value of a setting in neutral words; "" when nothing is said."""
        entry = self._entry(setting)
        if said := self._said(setting):
            return said.entry.neutral(said.value)
        from_file = self._in_file(entry.text("file")) if entry and "file" in entry.data else None
        return "" if from_file is None else str(from_file)

    def number(self, setting: str) -> int | None:
        """The value of a setting that is a number; None when none is said, or none that is a number by itself."""
        number = self._language.number(self.text(setting))
        return int(float(number)) if number and "$" not in number and float(number) > 0 else None

    def check(self) -> None:
        """Raises ValueError for what only shows when an engine starts: a file that is not there, broken JSON."""
        if not self.model:
            raise ValueError("no model is named")
        try:
            self.metrics, self.gauges, self.adapters  # noqa: B018
        except OSError as problem:
            raise ValueError(f"{problem.filename}: {problem.strerror}") from None

    @cached_property
    def host(self) -> str:
        return self.text("host") or self.option(self.engine.host_flag) or self.engine.default_host

    @cached_property
    def port(self) -> int:
        return self.number("port") or self.engine.default_port

    @cached_property
    def model(self) -> str:
        """The model as it is named; "" when none is, and the engine has none of its own."""
        return self.text("model") or str(self.engine.data["defaults"].get("model", ""))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names that clients use, the first of them in answers."""
        said = self._said("servedName")
        if said and said.value:
            return said.value, *said.more
        last = self.serves.get("folderName") == "last" and self.model.startswith(("/", "."))
        return (self.model.rstrip("/").rpartition("/")[2] if last else self.model,)

    @cached_property
    def adapters(self) -> tuple[str, ...]:
        """The names of LoRA adapters: NAME=PATH, or a JSON object with `name`."""
        said = self._said("loraModules")
        return tuple(_adapter(word) for word in (said.value, *said.more)) if said else ()

    @cached_property
    def lora(self) -> bool:
        return bool(self.adapters) or self.text("lora") == YES

    @cached_property
    def page(self) -> int:
        """Tokens in a page of the KV cache."""
        return self.number("pageSize") or int(self.engine.data["defaults"].get("pageSize", PAGE_TOKENS))

    @cached_property
    def prefix_caching(self) -> bool:
        """Whether it keeps beginnings of prompts; a server of some roles never does."""
        apart: Mapping[str, Any] = (self.engine.data["disaggregation"] or {}).get("handshake") or {}
        return self.text("prefixCaching").lower() != "false" and self.role not in apart.get("uncached", ())

    @cached_property
    def role(self) -> str:
        """prefill, decode, or "" for a server that is not told one."""
        return ROLES.get(self.text("disaggregationRole"), "")

    @property
    def serves(self) -> Mapping[str, Any]:
        """What the engine's file says of its answers to clients."""
        said: Mapping[str, Any] = self.engine.data.get("serves") or {}
        return said

    @cached_property
    def metrics(self) -> bool:
        """Whether it serves metrics: by its flag, by a key of its file, or without being asked."""
        flag = self.engine.metrics["flag"]
        if said := self.text("metrics"):
            return said.lower() == YES
        entry = self._entry("metrics")
        if flag:
            return any(word.partition("=")[0] == flag for word in self.words)
        return not (entry and "file" in entry.data)

    @cached_property
    def gauges(self) -> bool:
        """Whether there are gauges among them."""
        key = self.engine.metrics.get("gaugesBy")
        return not key or bool(self._in_file(key))

    @cached_property
    def api_keys(self) -> tuple[str, ...]:
        said = self._said("apiKey")
        return (said.value, *said.more) if said else ()

    @cached_property
    def _answer(self) -> Answer | Unknown:
        known = flags.program(self.engine.name)
        answer = flags.ask(self.engine.name, self.version, self.words) if self.version else Unknown("")
        return flags.ask_all(known, self.words) if known and isinstance(answer, Unknown) else answer

    def told(self, flag: str) -> str | None:
        """The value of a flag by its name, as the engine's parser has it; --flag.key value makes JSON of it."""
        if isinstance(self._answer, Unknown):
            return self.option(flag) or None
        mentions = [given for given in self._answer.given if given.flag.key == flag]
        if not any(given.rest for given in mentions):
            return mentions[-1].value if mentions else None
        return json.dumps(nested([(given.rest, _plain(given.value)) for given in mentions]))

    @cached_property
    def understood(self) -> dict[str, str]:
        """The settings that are said, for the log: not the keys."""
        told = {said.entry.setting: " ".join((said.value, *said.more)) for said in self._heard.last}
        return told | ({"apiKey": "***"} if "apiKey" in told else {})

    def option(self, flag: str) -> str:
        """The last value that is given to a flag spelled exactly so; "" when none is."""
        value = ""
        for at, word in enumerate(self.words):
            name, equals, glued = word.partition("=")
            if name == flag:
                value = glued if equals else next(iter(self.words[at + 1 : at + 2]), "")
        return value

    @cached_property
    def _file(self) -> Any:
        """The engine's own configuration file. Raises OSError and ValueError."""
        keys = any("file" in entry.data for entry in self._language.entries.values())
        said = self._said("configFile")
        if not keys or said is None:
            return {}
        import yaml

        try:
            return yaml.safe_load(Path(said.value).read_text(encoding="utf-8"))
        except yaml.YAMLError as problem:
            raise ValueError(f"{said.value}: {problem}") from None

    def _in_file(self, key: str) -> Any:
        found = self._file
        for part in key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found if not isinstance(found, bool) else str(found).lower()


def _adapter(word: str) -> str:
    if word.startswith("{"):
        return str(json.loads(word).get("name", ""))
    return word.partition("=")[0]


def _plain(value: str) -> Any:
    """JSON where it is some, else the word itself."""
    try:
        return json.loads(value)
    except ValueError:
        return value
