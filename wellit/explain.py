"""invoke explain, and what bare invoke prints: all of it from the data and the rules' own docstrings."""

from __future__ import annotations

import inspect
import re

from wellit import compose, paths, source
from wellit.errors import CannotAnswer, unknown


def overview() -> str:
    """What there is, and what to try next."""
    lines = ["wellit takes an LLM-serving guide from this checkout to an installed stack.", ""]
    for name in compose.guide_names():
        guide = compose.guide_source(name).data
        lines += [f"  {name}  -e {' | '.join(guide['environments'])}", f"    {guide['summary']}"]
    engines = ", ".join(compose.component_names("engine"))
    lines += [
        "",
        f"Engines: {engines}. Gateways: {', '.join(compose.component_names('gateway'))}. "
        f"Release trains: {', '.join(compose.component_names('versions'))}.",
        "",
        "Try next:",
        "  invoke quickstart                       a stack in a sandbox on this machine, nothing else touched",
        "  invoke validate -e sglang               find mistakes in files, in a second",
        "  invoke install -e sglang -n NAMESPACE   on your cluster; shows what it will do and asks",
        "  invoke --list                           every task",
    ]
    return "\n".join(lines)


def explain(what: str) -> str:
    """The text for a finding's id, or one of the tables. Raises CannotAnswer for anything else."""
    tables = {"engines": engines, "guides": guides, "environments": environments}
    if what in tables:
        return tables[what]()
    texts = ids()
    if what.upper() in texts:
        return texts[what.upper()]
    if re.fullmatch(r"(?i)wl\d+", what):
        raise CannotAnswer(f"no finding has the id {what}", write="invoke explain " + _nearest(what, texts))
    raise unknown("topic", what, [*tables, "WL101"])


def ids() -> dict[str, str]:
    """Every id of a finding or a check, with the text that explain prints for it."""
    from wellit import cells, checks, rules, schema

    texts = {key: f"{key} {title} (check)\n\n{text}" for key, (title, text) in checks.CHECKS.items()}
    for loaded in rules.rules():
        rule = loaded.rule
        texts[rule.id] = f"{rule.id} {rule.slug} ({rule.severity})\n\n{inspect.cleandoc(loaded.doc)}"
    for key, (slug, doc) in schema.KINDS.items():
        texts[key] = f"{key} {slug} (error)\n\n{inspect.cleandoc(doc)}"
    texts[cells.ID] = f"{cells.ID} {cells.SLUG} (error)\n\n{cells.DOC.strip()}"
    texts[cells.NOTE_ID] = f"{cells.NOTE_ID} {cells.NOTE_SLUG} (info)\n\n{cells.NOTE_DOC.strip()}"
    return texts


def engines() -> str:
    """Which engines there are and how fully llm-d carries each."""
    rows = []
    for name in compose.component_names("engine"):
        engine = source.load(paths.ENVIRONMENTS / "engines" / f"{name}.yaml").data["engine"]
        status = engine["status"]
        rows.append(f"{engine['title']}  --engine {name}")
        rows.append(f"  image      {engine['image']}:{engine['tag']}")
        rows.append(f"  in llm-d   {status['llm-d']}: {status['note']}")
        rows.append(f"  connector  {', '.join(engine['connectors'])}")
        rows.append(f"  references {', '.join(status['references'])}")
    return "\n".join(rows)


def guides() -> str:
    """The guides of this checkout, with their environments and sizes."""
    rows = []
    for name in compose.guide_names():
        guide = compose.guide_source(name).data
        rows += [f"{name}: {guide['summary']}", f"  environments: {', '.join(guide['environments'])}"]
        rows += [f"  sizes: {', '.join(guide['sizes'])}", f"  namespace: {guide['namespace']}"]
    return "\n".join(rows)


def environments() -> str:
    """The environments and their components, and what else each axis offers."""
    rows = []
    for file in sorted(paths.ENVIRONMENTS.glob("*.yaml")):
        listed = source.load(file).data["components"]
        rows.append(f"{file.stem}: {', '.join(listed)}")
    rows.append("")
    rows += [f"--{axis}: {', '.join(compose.component_names(axis))}" for axis in compose.AXES]
    return "\n".join(rows)


def _nearest(wrong: str, known: dict[str, str]) -> str:
    number = int(re.sub(r"\D", "", wrong))
    return min(known, key=lambda name: abs(int(name[2:]) - number), default="WL101")
