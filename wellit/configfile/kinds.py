"""The ids of what can be wrong with an engine's config file."""

from __future__ import annotations

from typing import Any

from wellit.findings import Finding, Location, Severity

SECTION, KEY, VALUE, NO_EFFECT = "WL840", "WL841", "WL842", "WL843"
KINDS: dict[str, tuple[str, Severity, str]] = {
    SECTION: (
        "config-section",
        "error",
        """
        A config file has no such section, or is none.

        --config names a YAML file whose keys are the engine's flags without their dashes; --config-key a map in it, by
        the names that lead there with dots between them. Where the map has one section for each worker, by its name or
        role, each gets its own. SGLang tells a config file by its name: it ends in .yaml or .yml.

        Bad:  --config serving.yaml --config-key prod.decod
        Good: --config serving.yaml --config-key prod.decode
        """,
    ),
    KEY: (
        "config-key",
        "error",
        """
        The engine does not take this key in its config file.

        SGLang writes -- before each key and reads the result as a command line, so a key is spelt as the flag is: an
        underscore makes another flag of it, and the engine ends. From 0.5.8 on it refuses some of its own flags in a
        file, --lora-paths and --disable-cuda-graph among them. Dynamo takes its own flags there up to 0.9; from 1.0 on
        only the engine reads the file, and ends at them. What is not taken there can stand on the command line.

        Bad:  page_size: 16
        Good: page-size: 16
        """,
    ),
    VALUE: (
        "config-value",
        "error",
        """
        A value of a config file does not reach the engine, or not as it is written.

        SGLang drops a switch that is false and an empty list without a word, so that neither switches anything off;
        null becomes the word None; before 0.5.14 a map is written as Python writes it, which is no JSON. A value that
        the flag does not take ends the engine, as on the command line.

        Bad:  kv-events-config: {publisher: zmq}    for SGLang 0.5.6
        Good: kv-events-config: '{"publisher": "zmq"}'
        """,
    ),
    NO_EFFECT: (
        "config-no-effect",
        "warning",
        """
        A key of a config file has no effect.

        The engine reads the words of the file before those of the command line, and the last one counts. What the
        environment sets is on the command line; so are the words after --. A section for a worker that the stack does
        not have is read by nobody.

        Bad:  page-size: 32    where the environment says --page-size 16
        Good: --set decode.pageSize=32
        """,
    ),
}


def finding(kind: str, message: str, at: Location, **more: Any) -> Finding:
    """A finding of one of these kinds."""
    slug, severity, _doc = KINDS[kind]
    return Finding(kind, slug, severity, message, at, **more)
