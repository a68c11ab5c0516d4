"""What validate asks beside its rules."""

from __future__ import annotations

CHECKS: dict[str, tuple[str, str]] = {
    "WL035": (
        "What has one right answer is mended by --fix",
        "A value of the command line, of a template or of this project's own files is not: it is no person's file, or\n"
        "other words stand there than those that are wrong. What to write is shown with the finding.",
    ),
    "WL500": (
        "A part of the validation was made",
        "Something was not looked at, and the screen says what and why: upstream's charts are not in the cache\n"
        "(--fetch gets them, --charts offline does without), or a mistake before it has to go first.",
    ),
    "WL502": (
        "Every arrow of the picture leads somewhere",
        "show joins what is rendered by name and label, as Kubernetes does: a pool that selects no pod, a route to a\n"
        "pool that is not there, a port that nobody listens at, a pod in two pools. Each is healthy by itself.",
    ),
    "WL658": (
        "What the stack needs of the cluster is in the bundle",
        "Definitions and the charts of the gateway's provider, or of a way's controller, as far as they could be had\n"
        "where the bundle was made: invoke prerequisites --bundle FILE installs those. The rest is named, with the\n"
        "reason; the cluster must have it already.",
    ),
    "WL660": (
        "The release train's digests guard the charts of a bundle",
        "A chart whose digest stands in environments/versions cannot be changed for another one (WL659). Those that\n"
        "are named have none there: an OCI registry's digest is of its manifest, not of the chart's file, and was not\n"
        "read. Within the bundle their checksums hold; what must be trusted is where it was made.",
    ),
}
