"""The command line does not name the model.

The chart names the model for vllmServe and imageDefault only; a command of one's own has to name it itself. SGLang and
TensorRT-LLM end without a model; vLLM serves a small one of its own choice, and every request for yours gets a 404.

Bad::

    # llm-d-modelservice@v0.4.9
    modelArtifacts: {name: Qwen/Qwen3-0.6B, uri: "hf://Qwen/Qwen3-0.6B"}
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--port, "8200"]

Good::

    # llm-d-modelservice@v0.4.9
    modelArtifacts: {name: Qwen/Qwen3-0.6B, uri: "hf://Qwen/Qwen3-0.6B"}
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --port, "8200"]
"""

from __future__ import annotations

from wellit.capabilities import Unknown
from wellit.flags import Answer, is_open
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import READS, ChartLine, CommandLine, lines
from wellit.subject import DYNAMO, KSERVE, MODELSERVICE, Subject

RULE = Rule(
    "WL119", "model-missing", "error", (MODELSERVICE, DYNAMO, KSERVE), "read", reads=f"modelArtifacts.name {READS}"
)
BLURRED = ("unknown", "ambiguous", "joined", "no-value")  # with one of them words are not read as they were meant


def check(subject: Subject) -> Items:
    for line in lines(subject):
        answer = line.anyway
        chart = line.container.pod.service if isinstance(line, ChartLine) else None
        name = chart.release.root.at("modelArtifacts", "name").text() if chart else ""
        if not line.container.own or isinstance(answer, Unknown) or not _missing(line, answer):
            continue
        if not name or name != _own_choice(answer):
            yield _hit(line, answer, name)


def _missing(line: CommandLine, answer: Answer) -> bool:
    flag = line.engine.flag("model")
    named = answer.last(flag or "--model") or (not flag and answer.bare)
    blurred = any(problem.kind in BLURRED for reading in answer.readings for problem in reading.problems)
    return not (named or blurred or line.container.words.elsewhere or any(map(is_open, answer.words[:1])))


def _hit(line: CommandLine, answer: Answer, name: str) -> Hit:
    flag = line.engine.flag("model")
    model = name if name and not is_open(name) else "MODEL"
    own = _own_choice(answer)
    return Hit(
        line.container.node["args"],
        f"the {line.title} is not told which model to serve",
        write=f'"{flag}", "{model}" in args' if flag else f'"{model}" as the first of args',
        why=f"{line.engine.title} serves {own} instead: requests for another are answered with 404" if own
        else f"{line.engine.title} ends at once: the model is required",
        also=((f"{line.engine.title} is started here", line.container.engine_node),),
    )  # fmt: skip


def _own_choice(answer: Answer) -> str:
    """The model that the engine serves when it is told none."""
    flag = answer.line.named("--model")
    return str(flag.data.get("default", "")) if flag else ""
