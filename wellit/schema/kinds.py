"""The ids of what can be wrong with a file's form: id -> (slug, the text of `invoke explain`).

WL001-003 and WL007-009 come from reading a file (wellit.source), WL010-013 from the schemas of settings, WL020-023
from the schemas of the charts' values: the same four questions, for a file that is not this project's. WL040 is
the one warning.
"""

from __future__ import annotations

from dataclasses import dataclass
from inspect import cleandoc

from wellit.findings import Severity


@dataclass(frozen=True)
class Scheme:
    """The ids of the four kinds of mistake a schema finds, and of an unknown key that only does nothing."""

    unknown: str
    kind: str
    value: str
    missing: str
    ignored: str = ""


SETTINGS = Scheme("WL010", "WL011", "WL012", "WL013")
VALUES = Scheme("WL020", "WL021", "WL022", "WL023", "WL040")

_TABLE: dict[str, tuple[str, str]] = {
    "WL001": (
        "unreadable",
        """
        A file that was named cannot be read.

        It is not there, it may not be read, it is a folder, a pipe or a device, or it is not UTF-8 text. A pipe is
        not waited for.

        Bad:  -f my-setings.yaml
        Good: -f my-settings.yaml
        """,
    ),
    "WL002": (
        "yaml",
        """
        A file is not YAML.

        A tab in the indentation, a bracket that is not closed, a colon without a space. Nothing is read from such
        a file.

        Bad:  decode:{replicas: 2}
        Good: decode: {replicas: 2}
        """,
    ),
    "WL003": (
        "duplicate-key",
        """
        A key stands twice in one map.

        helm and helmfile keep the last one without a word, so the first does nothing.

        Bad:  replicas: 2
              replicas: 4
        Good: replicas: 4
        """,
    ),
    "WL007": (
        "too-much",
        """
        A file is larger, deeper or stands for more values than wellit reads.

        Aliases and merges repeat what they name each time, so a few lines can stand for billions of values; helm
        refuses such a file, too. The limits are far above what a person writes or a chart renders; they bound the
        time and the memory that a file can take.

        Bad:  a: &a [x, x]
              b: &b [*a, *a]    and so on, thirty times
        Good: a: [x, x]
        """,
    ),
    "WL008": (
        "several-documents",
        """
        A second YAML document begins in a file that is read as one.

        helm takes the first document of a values file and leaves the others without a word.

        Bad:  decode: {replicas: 2}
              ---
              prefill: {replicas: 1}
        Good: decode: {replicas: 2}
              prefill: {replicas: 1}
        """,
    ),
    "WL009": (
        "outside",
        """
        A name in a file leads to a file outside of the folder that it belongs to.

        What is named on the command line may be anywhere. What a file names is read only below the folder of that
        file, also when links are followed, so that somebody else's file cannot show a file of yours.

        Bad:  environments: [../../mine]
        Good: environments: [mine]
        """,
    ),
    "WL010": (
        "unknown-setting",
        """
        A setting has a name that nothing reads.

        helmfile would take it in silence and change nothing. The settings are those of the guide's guide.yaml and of
        the components in environments/; raw values for a chart go under values.modelservice, values.inferencepool or
        values.gateway.

        Bad:  decode: {replica: 2}
        Good: decode: {replicas: 2}
        """,
    ),
    "WL011": (
        "wrong-type",
        """
        A setting has the wrong type: text where a number belongs, one value where a list belongs.

        YAML decides the type by how a value is written: 2 is a number, "2" is text, on and yes are true.

        Bad:  decode: {replicas: "2"}
        Good: decode: {replicas: 2}
        """,
    ),
    "WL012": (
        "wrong-value",
        """
        A setting has the right type, but not a value that can work.

        The message says what the value must be; the schema that asks for it is in schemas/.

        Bad:  ports: {pool: 80000}
        Good: ports: {pool: 8000}
        """,
    ),
    "WL013": (
        "missing-setting",
        """
        A setting that is needed is not there.

        A guide sets all of its settings and a component all of its fields, so this is a mistake in such a file, or a
        list item that lacks a field.

        Bad:  picker: {plugins: [{weight: 2}]}
        Good: picker: {plugins: [{type: queue-scorer, weight: 2}]}
        """,
    ),
    "WL020": (
        "unknown-value-key",
        """
        A chart's values have a key that this version of the chart does not know.

        Most charts take any key in silence and do nothing with it; some refuse it. The versions and what they know are
        in schemas/capabilities.

        Bad:  decode: {replica: 2}
        Good: decode: {replicas: 2}
        """,
    ),
    "WL021": (
        "wrong-value-type",
        """
        A value has a type that the chart, or Kubernetes behind it, does not take.

        helm passes many of these on; the API server refuses the object, or the container gets another word than meant.

        Bad:  args: --port 8000
        Good: args: [--port, "8000"]
        """,
    ),
    "WL022": (
        "value-not-accepted",
        """
        A value has the right type, but this version of the chart does not accept it or cannot work with it.

        Bad:  routing: {servicePort: 80000}
        Good: routing: {servicePort: 8000}
        """,
    ),
    "WL023": (
        "missing-value-key",
        """
        The chart's values lack a key that this version of the chart needs.

        Bad:  modelArtifacts: {name: Qwen/Qwen3-0.6B}
        Good: modelArtifacts: {name: Qwen/Qwen3-0.6B, uri: "hf://Qwen/Qwen3-0.6B"}
        """,
    ),
    "WL040": (
        "ignored-value-key",
        """
        A chart's values have a key of nobody's, which the chart takes and does not read.

        It is like no key that the chart knows there or elsewhere - perhaps it is there for an anchor or for another
        program -, it holds nothing, or what it says is read from another key. A key that was meant for the chart is
        an error (WL020).

        Bad:  team: serving
        Good: decode: {podAnnotations: {team: serving}}
        """,
    ),
}
KINDS: dict[str, tuple[str, str]] = {id_: (slug, cleandoc(text)) for id_, (slug, text) in _TABLE.items()}


def severity(id_: str) -> Severity:
    """How bad a finding of this id is."""
    return "warning" if id_ == VALUES.ignored else "error"
