"""The pool's provider is misspelt, and nothing is made for it.

`provider.name` makes the chart write what a gateway needs beside the pool: for istio a DestinationRule, so that the
gateway speaks TLS to the picker; for gke health check and backend policies. Another word renders nothing, without a
word: Istio is not istio.

Bad::

    # inferencepool@v1.4.0
    provider: {name: Istio}

Good::

    # inferencepool@v1.4.0
    provider: {name: istio}
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.inferencepool import pools
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule("WL243", "pool-provider", "error", (INFERENCEPOOL,), "read", reads="provider.name")


def check(subject: Subject) -> Items:
    for pool in pools(subject):
        node = pool.provider
        name = node.text("none")
        making = [known for known in pool.facts["providers"] if pool.facts["providerMakes"][known]]
        near = nearest(name, making, 0.7)
        if name and near and name != near and pool.provider_name == "none" and name != "none":
            kinds = " and ".join(pool.facts["providerMakes"][near][-2:])
            yield Hit(
                node,
                f'{pool.release.chart} {pool.release.version} makes nothing for the provider "{name}"',
                write=f"name: {near}",
                why=f"{kinds} of {near} {'is' if ' and ' not in kinds else 'are'} missing, and nobody says so",
                fix=Fix(node, near),
            )
