"""The command lines in a values file of the modelservice chart, with what the chart itself writes on them."""

from __future__ import annotations

from wellit import capabilities
from wellit.engines import Engine
from wellit.errors import CannotAnswer
from wellit.seen import modelservice
from wellit.seen.container import Container
from wellit.subject import MODELSERVICE, from_values
from wellit.translate import command, engine
from wellit.translate.result import Translation

# Where the values have what the chart writes on a command line.
WRITTEN = {"tensorParallel": ("parallelism", "tensor"), "dataParallel": ("parallelism", "data")}


def of_file(path: str, target: Engine, said: str = "") -> list[Translation]:
    """The engine's containers of a values file. Raises CannotAnswer when there is none that can be translated."""
    subject = from_values([(path, f"{MODELSERVICE}@{capabilities.versions(MODELSERVICE)[-1]}")])
    for finding in subject.unreadable:
        raise CannotAnswer(finding.message, where=str(finding.at), why=finding.why, write=finding.write)
    all_ = [container for pod in modelservice.pods(subject) for container in pod.containers]
    made = [_one(container, target, said) for container in all_ if _engine(container, said) not in (None, target)]
    if made:
        return made
    if any(_engine(container, said) is target for container in all_):
        raise CannotAnswer(f"what runs in {path} is {target.title} already", write="--to another engine")
    raise CannotAnswer(
        f"no container of {path} says which engine it runs",
        why="it has neither an image, a command nor a modelCommand of a known engine's",
        write="--from vllm" if all_ else "decode.containers, as the llm-d-modelservice chart takes them",
    )


def _engine(container: Container, said: str) -> Engine | None:
    return engine(said) if said else container.engine


def _one(container: Container, target: Engine, said: str) -> Translation:
    source = _engine(container, said)
    assert source
    if container.words.unclear:
        raise CannotAnswer(
            container.words.unclear, where=str(container.pod.service.release.locate(container.node.keys))
        )
    words = [*_written(container), *container.words.texts]
    at = container.pod.service.release.locate(container.node.keys)
    return command(words, source, target, f"{container.title} ({at})")


def _written(container: Container) -> list[str]:
    """What the chart puts before the arguments: a custom command gets nothing of it, and needs it as well."""
    if container.own:
        return []
    release, how = container.pod.service.release, container.starts
    flags = container.facts["commandFlags"] | dict(how.get("flags", {}))
    words = [*how["command"]]
    model = release.root.at("modelArtifacts", "uri").text().removeprefix("hf://")
    if container.injects("model") and model and "://" not in model:
        words += [model] if how["model"] == "positional" else [how["model"], model]
    if container.injects("port"):
        words += [flags["port"], str(container.pod.injected_port)]
    for setting, keys in WRITTEN.items():
        number = container.pod.node.at(*keys).number(1) or 1
        if container.injects(setting) and number > 1:
            words += [flags[setting], str(number)]
    name = release.root.at("modelArtifacts", "name").text()
    return [*words, flags["servedName"], name] if container.injects("servedName") and name else words
