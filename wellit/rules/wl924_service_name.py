"""The engine serves the model under another name than spec.model.name.

KServe says spec.model.name in its status and in its routes, and clients ask for it. Its presets hand it to vLLM, and
a command of one's own must do so itself: without it vLLM calls its model by the path, /mnt/models. A
--served-model-name in args comes after the preset's, and replaces it.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          args: [--served-model-name, qwen]

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: qwen}
      template:
        containers:
        - name: main
          args: [--max-model-len, "8192"]
"""

from __future__ import annotations

from wellit.engines import Engine
from wellit.flags import is_open
from wellit.node import Node
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.commandline import ServiceLine, service_lines
from wellit.seen.workload import Workload
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL924", "service-name", "error", (KSERVE,), "asked",
    reads="spec.baseRefs spec.model spec.prefill spec.replicas spec.runtime spec.template",
)  # fmt: skip
NO_SUCH_MODEL = 404


def check(subject: Subject) -> Items:
    for line in service_lines(subject):
        yield from _judge(line, line.container)


def _judge(line: ServiceLine, one: Workload) -> Items:
    wanted, found = one.service.model_name, _names(line)
    if found is None:
        if one.words.elsewhere:
            yield NotChecked(f"under which name the {one.title} serves its model: {one.words.elsewhere}")
        return
    names, node, said = found
    if wanted in names or is_open(wanted):
        return
    model = one.service.written.at("model", "name")
    yield Hit(
        node,
        f"the {one.title} serves {', '.join(names)}{'' if said else ' (no name is given)'}, the service says {wanted}",
        write=f'"{line.engine.flag("servedName")}", "{wanted}"',
        why=_why(line.engine, wanted, names),
        also=(("spec.model.name", model),) if model.written else (),
    )


def _why(engine: Engine, wanted: str, names: list[str]) -> str:
    if engine.data["serves"]["unknownModel"]["status"] == NO_SUCH_MODEL:
        return f"a request for {wanted} is answered with 404"
    return f"/v1/models lists {names[0]}, by which nobody asks: routes, picker and clients go by {wanted}"


def _names(line: ServiceLine) -> tuple[list[str], Node, bool] | None:
    """The names, where they are written, and whether a flag says them; None when that cannot be told."""
    if said := line.given("servedName"):
        given, node = said
        return None if is_open(given.value) else (given.value.split(), node, True)
    model = line.own_model
    if model is None or line.container.words.elsewhere or is_open(model[0]):
        return None
    return [model[0]], model[1], False
