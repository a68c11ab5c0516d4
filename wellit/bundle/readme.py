"""README.txt of a bundle: what it is, and how it is used with wellit and without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def text(manifest: Mapping[str, Any]) -> str:
    """The text; only what the manifest says goes into it."""
    return "\n".join(_lines(manifest)) + "\n"


def _lines(manifest: Mapping[str, Any]) -> Iterator[str]:
    stack = manifest["stack"]
    yield f"{stack['guide']} -e {stack['environment']}, made by wellit {manifest['wellit']}"
    yield ""
    yield "With the checkout of wellit that made it; FILE is this bundle:"
    yield "    invoke validate --bundle FILE"
    yield "    invoke prerequisites --bundle FILE --apply"
    yield "    invoke install --bundle FILE"
    yield ""
    yield "With helm and helmfile alone, in the folder into which it was unpacked:"
    yield "    sha256sum -c SHA256SUMS"
    yield (
        f"    helmfile -f stack/guides/{stack['guide']}/helmfile.yaml.gotmpl -e {stack['environment']} "
        f'-n {stack["namespace"]} --state-values-file "$PWD/helmfile.json" sync --skip-deps'
    )
    yield ""
    yield "images.txt has every image, one a line, for a tool that mirrors them."
    yield f"Made with: {', '.join(f'{name} {version}' for name, version in sorted(manifest['tools'].items()))}"
    yield from needs(manifest)


def needs(manifest: Mapping[str, Any]) -> Iterator[str]:
    """What the cluster must have and the bundle has not."""
    lacking = [one for one in manifest["prerequisites"] if one["lacks"]]
    if lacking:
        yield ""
        yield "Not in the bundle; the cluster must have it before:"
        yield from (f"    {one['what']} {one['version']}: {one['lacks']}" for one in lacking)
