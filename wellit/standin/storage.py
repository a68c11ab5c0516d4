"""Stands in for KServe's storage initializer, which fetches a model before its engine starts: nothing is downloaded.

    python -m wellit.standin.storage URI FOLDER [URI FOLDER ...]

It makes each folder and says what the real one would put there. A URI that the real one refuses is refused in its words
(read in the sources of KServe v0.20.0); whether a model is there and may be had is not asked.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

USAGE = "Usage: initializer-entrypoint src_uri_0 dest_path_0 ... src_uri_n dest_path_n"
HUGGING_FACE = "hf://"
# What a URI may begin with, and the two kinds of address that count wherever they stand in it.
KNOWN = re.compile(r"^(/mnt/models|gs://|s3://|hdfs://|webhdfs://|hf://)|https?://(.+)/(.+)|https://.+\.git")
# Files that are left out or alone are fetched.
PATTERNS = {"STORAGE_ALLOW_PATTERNS": "only", "STORAGE_IGNORE_PATTERNS": "without"}


class Refused(Exception):
    """A URI that the real one does not take; the message is its own."""


def main(words: Sequence[str]) -> int:
    """The exit code, which is the real one's: 1 for words that it does not take."""
    if len(words) < 2 or len(words) % 2:
        print(USAGE)
        return 1
    pairs = list(zip(words[::2], words[1::2], strict=True))
    print(f"Initializing, args: (src_uri, dest_path): {pairs}")
    for _, folder in pairs:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
    try:
        for uri, folder in pairs:
            print(fetched(uri, folder))
    except Refused as refused:
        print(refused)
        return 1
    return 0


def fetched(uri: str, folder: str) -> str:
    """What is said instead of fetching. Raises Refused."""
    if uri.startswith("file://") or Path(uri).exists():
        if not Path(uri.removeprefix("file://")).exists():
            raise Refused(f"Storage initialization failed: Local path {uri} does not exist.")
        return f"wellit's stand-in copies nothing: the real one would copy {uri} to {folder}"
    if uri.startswith("/mnt/pvc"):
        raise Refused(f"Unexpected error during storage initialization: Cannot locate source uri {uri} for PVC")
    if not KNOWN.search(uri):
        raise Refused(
            f"Unexpected error during storage initialization: Cannot recognize storage type for {uri}\n"
            "'gs://', 's3://', 'file://', 'http(s)://' and 'hf://' are the current available storage type."
        )
    what = _hugging_face(uri) if uri.startswith(HUGGING_FACE) else uri
    chosen = [f"{word} {said}" for name, word in PATTERNS.items() if (said := os.environ.get(name))]
    return f"wellit's stand-in downloads nothing: {', '.join([what, *chosen])} would be downloaded to {folder}"


def _hugging_face(uri: str) -> str:
    """The repository and its revision, in words. Raises Refused."""
    parts = uri.removeprefix(HUGGING_FACE).split("/")
    problem = ""
    if len(parts) != 2:
        problem = f"Invalid Hugging Face URI format. Expected 'hf://owner/model[:revision]', got '{uri}'"
    elif not parts[0]:
        problem = f"Hugging Face repository owner cannot be empty in URI: {uri}"
    elif not parts[1].partition(":")[0]:
        problem = f"Hugging Face model name cannot be empty in URI: {uri}"
    if problem:
        raise Refused(f"Storage initialization failed: {problem}")
    model, _, revision = parts[1].partition(":")
    return f"{parts[0]}/{model} of Hugging Face{f' at {revision}' if revision else ''}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
