"""What status asks about drift."""

from __future__ import annotations

CHECKS: dict[str, tuple[str, str]] = {
    "WL780": (
        "Objects are as they were applied",
        "Each live object against what helm has noted that it applied, field by field: edited by hand, scaled, another "
        "image, labels and settings that somebody added. With who and when, as far as the API server notes that\n"
        "(metadata.managedFields): the tool by the name that it gives itself; which person it was, only an audit log\n"
        "knows. A change fails, an addition warns: the same install puts changes back and leaves additions. What was\n"
        "filled in by default, added by controllers, scaled by an autoscaler, or changed on its way in by a webhook\n"
        "is no drift; where it changed what was applied, it is told.",
    ),
    "WL781": (
        "Releases are at the revision that wellit left",
        "Somebody else's helm upgrade, rollback or uninstall of a release of the stack, with what it changed, as long\n"
        "as helm has kept the revision that wellit left. Objects are then compared with the newer one.",
    ),
    "WL782": (
        "Pods run the images that are recorded",
        "A container of a pod that runs another image than was applied, and one name that is several images: a tag\n"
        "that was moved in its registry, so that pods of one workload run different programs. A mirror that a webhook\n"
        "writes into pods (another registry, the same path and tag) and containers that others put into pods are no\n"
        "drift.",
    ),
    "WL784": (
        "The cluster answers",
        "Of status --watch, when it was ended while the cluster did not answer: what is shown is what was seen last.",
    ),
    "WL783": (
        "The charts here are those that the stack was installed from",
        "The digests in the record against the charts of this machine: the same install would render from those.",
    ),
}
