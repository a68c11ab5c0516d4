"""The token is sent to a hub without TLS.

The mirror in `huggingFace.endpoint` is asked with the token of `model.secret`. Over http:// everybody on the way reads
it; a token of the hub reads all that its owner may read.

Bad::

    # settings -e default
    huggingFace: {endpoint: "http://hub.example.com"}

Good::

    # settings -e default
    huggingFace: {endpoint: "https://hub.example.com"}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.settings import engine_settings, model_source
from wellit.subject import SETTINGS, Subject

RULE = Rule(
    "WL347", "token-in-clear", "warning", (SETTINGS,), "read",
    reads="engine engine.name engines huggingFace.endpoint model.secret model.source",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for one in engine_settings(subject):
        endpoint, secret = one.setting("huggingFace", "endpoint"), one.setting("model", "secret")
        if endpoint.text().startswith("http://") and secret and model_source(one).hub:
            yield Hit(
                endpoint,
                f"the token of {secret.text()} is sent to it without TLS",
                write=f'endpoint: "https://{endpoint.text()[7:]}", or model.secret: "" for a mirror that asks for none',
                why="everybody on the way can read the token, and with it all that its owner may read",
                also=(("the token", secret),),
            )
            return
