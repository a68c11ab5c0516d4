"""What is found in the file of a bundle: ids, names, severities and documentation."""

from __future__ import annotations

from wellit.findings import Severity

LACKS, CHANGED, ADDED, UNSAFE = "WL650", "WL651", "WL652", "WL653"
OTHER, IMAGES, RENDERS, ENVIRONMENT = "WL654", "WL655", "WL656", "WL657"
NEEDS, CHART, GUARDED = "WL658", "WL659", "WL660"  # NEEDS and GUARDED are checks: wellit/checks has their texts
KINDS: dict[str, tuple[str, Severity, str]] = {
    LACKS: (
        "bundle-lacks-file",
        "error",
        """
        A file that the bundle lists is not in it.

        It was copied in part, or somebody took the file out. Copy the bundle again, or make it again.

        Bad:  charts/llm-d-infra-v1.4.0.tgz in SHA256SUMS, and not in the tar
        Good: every file of SHA256SUMS, as invoke bundle wrote it
        """,
    ),
    CHANGED: (
        "bundle-changed-file",
        "error",
        """
        A file of the bundle is not the one whose checksum it lists.

        What was looked at where the bundle was made is not what would be installed.

        Bad:  charts/llm-d-infra-v1.4.0.tgz packaged anew, under the old checksum
        Good: another bundle, made by invoke bundle from the chart that is wanted
        """,
    ),
    ADDED: (
        "bundle-added-file",
        "error",
        """
        A file is in the bundle and not in its list.

        Nobody has vouched for it. Nothing of the bundle is unpacked.

        Bad:  tar --append -f stack.tar my-values.yaml
        Good: invoke install --bundle stack.tar -f my-values.yaml
        """,
    ),
    UNSAFE: (
        "bundle-unsafe-file",
        "error",
        """
        A member of the bundle is no plain file below the folder that it is unpacked into.

        A path that leads out of that folder, a link, a device, a name that comes twice, or more than any bundle has:
        wellit writes none of these. Nothing of the bundle is unpacked.

        Bad:  ../../.bashrc
        Good: charts/llm-d-infra-v1.4.0.tgz
        """,
    ),
    OTHER: (
        "bundle-of-another-wellit",
        "warning",
        """
        The bundle was made by another wellit, or from other files than this checkout has.

        What it is made of here is compared with what it was made of there. Where the manifests come out the same the
        difference does not matter; where they do not, WL656 says so.

        Bad:  a bundle of wellit 0.8.0, installed with 0.9.0
        Good: the checkout that made the bundle, carried beside it
        """,
    ),
    IMAGES: (
        "bundle-image-not-listed",
        "error",
        """
        An image of the stack is not in the bundle's list of images.

        Who mirrors the images by that list has not mirrored this one, and its pods find no image.

        Bad:  --set engine.tag=v0.5.9 on a bundle that was made with another tag
        Good: invoke bundle ... --set engine.tag=v0.5.9
        """,
    ),
    RENDERS: (
        "bundle-renders-otherwise",
        "error",
        """
        This wellit makes other manifests of the bundle's choices than the one that made the bundle.

        What would be installed is not what was looked at. The files that differ are named by WL654.

        Bad:  guides/ or environments/ of this checkout were changed since
        Good: the checkout that made the bundle; or a new bundle of this one
        """,
    ),
    ENVIRONMENT: (
        "bundle-environment",
        "error",
        """
        The bundle is of an environment of somebody's own that this checkout does not have, or has otherwise.

        The environment's file is in the bundle: it is put beside the others, where its lines can be shown.

        Bad:  environments/mine.yaml is not in this checkout
        Good: tar -xOf stack.tar stack/environments/mine.yaml > environments/mine.yaml
        """,
    ),
    CHART: (
        "bundle-chart",
        "error",
        """
        A chart of the stack is not in the bundle, or is not the one that the release train pins.

        Without it nothing can be rendered where there is no network. The digest of a train's chart stands in
        environments/versions, so that no bundle can bring another one under its name.

        Bad:  --charts upstream on a bundle that was made with --charts offline
        Good: invoke bundle ... --charts upstream
        """,
    ),
}
