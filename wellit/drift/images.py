"""Do the pods run the images that are recorded? A tag may have been moved since. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from wellit.demand import Object
from wellit.drift.seen import Seen
from wellit.findings import Check
from wellit.images import Image
from wellit.live.pods import ENDING, PodState
from wellit.owners import made_for
from wellit.templates import templates

TITLE = "the pods run the images that are recorded"
MOST = 3


def check(seen: Seen) -> Check:
    """WL782."""
    recorded = seen.record.images
    if not recorded:
        return Check("WL782", TITLE, "skip", "the record says no images: an older wellit wrote it")
    pods = [(item, pod) for item, pod in _own(seen)]
    if not pods:
        return Check("WL782", TITLE, "skip", "no pods of it were read")
    wrong = list(dict.fromkeys(words for item, pod in pods for words in _wrong(seen, item, pod)))
    if wrong:
        more = f"; and {len(wrong) - MOST} more" if len(wrong) > MOST else ""
        return Check("WL782", TITLE, "fail", "; ".join(wrong[:MOST]) + more, "the same install puts them back")
    if moved := list(_moved(pod for _, pod in pods)):
        fix = "the tag was moved in its registry: name the image by digest; kubectl rollout restart brings one of them"
        return Check("WL782", TITLE, "warn", "; ".join(moved[:MOST]), fix)
    return Check("WL782", TITLE, "pass", f"{len(pods)} pods looked at")


def _own(seen: Seen) -> Iterator[tuple[Object, PodState]]:
    """The pods of the stack's workloads."""
    workloads = [part.object for part in seen.live.parts]
    for pod in (one for one in seen.live.pods if one.state != ENDING):
        item = next((one for one in workloads if made_for(one, pod.owner, pod.labels)), None)
        if item is not None:
            yield item, pod


def _wrong(seen: Seen, item: Object, pod: PodState) -> Iterator[str]:
    """Containers of a pod that run something else than was applied; what others put into it beside them is theirs."""
    applied = _applied(seen, item)
    for container, image, _ in pod.images:
        wanted = applied.get(container, set())
        if image in seen.record.images or image in wanted:
            continue
        if any(_mirrored(image, one) for one in (*wanted, *seen.record.images)):
            continue
        same = {one for one in seen.record.images if Image.parse(image).is_of(Image.parse(one).path)}
        expected = wanted or same
        if expected:
            yield f"{container} of {item} runs {image}, {' or '.join(sorted(expected))} is recorded ({pod.name})"


def _applied(seen: Seen, item: Object) -> dict[str, set[str]]:
    """The images of each container, as helm applied them."""
    release = seen.releases.get(item.release)
    manifest = release.objects.get((item.of.kind, item.name)) if release else None
    found: dict[str, set[str]] = {}
    for one in templates(manifest) if isinstance(manifest, Mapping) else ():
        for container in [*(one.spec.get("initContainers") or []), *(one.spec.get("containers") or [])]:
            if container.get("image"):
                found.setdefault(str(container.get("name", "")), set()).add(str(container["image"]))
    return found


def _mirrored(image: str, recorded: str) -> bool:
    """Whether it is the same image by way of a mirror, which a webhook of the cluster may write into pods."""
    one, other = Image.parse(image), Image.parse(recorded)
    return (
        (one.tag, one.digest) == (other.tag, other.digest) and one.is_of(other.path) and one.registry != other.registry
    )


def _moved(pods: Iterator[PodState]) -> Iterator[str]:
    """Images of which pods have found several under one name."""
    found: dict[str, set[str]] = {}
    for pod in pods:
        for _, image, digest in pod.images:
            if digest:
                found.setdefault(image, set()).add(digest.rpartition("@")[2])
    for image, digests in found.items():
        if len(digests) > 1:
            yield f"{image} is {len(digests)} images: {', '.join(islice(sorted(digests), MOST))}"
