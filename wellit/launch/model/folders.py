"""A model in a folder, and the caches that models are fetched into: what is there, and what may be written."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TOKENIZERS = ("tokenizer.json", "tiktoken.model")
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
OTHER_WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".gguf")
SHOWN = 6


@dataclass(frozen=True)
class Cache:
    """A folder that models are fetched into: who uses it, what says so, and what is known of it.

    `stops` is the first folder in the way that may not be written, `free` what the disk has left (bytes, None when
    nobody could look), `snapshot` where the model is complete already, `begun` whether a part of it is there.
    """

    whose: str
    said: str
    path: Path
    stops: Path | None = None
    free: int | None = None
    snapshot: Path | None = None
    begun: bool = False


@dataclass(frozen=True)
class Folder:
    """A path that was given as a model. `nearest` is the longest part of it that is there, `beside` what is in that.

    `inside` is a folder below it that is a model. `unread` says why it could not be looked into.
    """

    path: Path
    is_file: bool = False
    is_folder: bool = False
    config: bool = False
    tokenizer: bool = False
    weights: bool = False
    nearest: Path | None = None
    beside: tuple[str, ...] = ()
    inside: Path | None = None
    unread: str = ""


def caches(name: str, env: Mapping[str, str]) -> list[Cache]:
    """The cache of Dynamo's own fetching, and that of SGLang's, which look at different variables; one when the same.

    Read in lib/llm/src/hub.rs of ai-dynamo and in huggingface_hub's constants.
    """
    home = Path(env.get("HOME") or Path.home())
    first = {key: Path(env[key]) for key in ("HF_HUB_CACHE", "HF_HOME", "MODEL_EXPRESS_CACHE_PATH") if env.get(key)}
    if "HF_HUB_CACHE" in first:
        return [_cache("", "HF_HUB_CACHE", first["HF_HUB_CACHE"], name)]
    if "HF_HOME" in first:
        return [_cache("", "HF_HOME", first["HF_HOME"] / "hub", name)]
    usual = home / ".cache" / "huggingface" / "hub"
    theirs = ("MODEL_EXPRESS_CACHE_PATH", first.get("MODEL_EXPRESS_CACHE_PATH", usual))
    xdg = env.get("XDG_CACHE_HOME")
    own = ("XDG_CACHE_HOME", Path(xdg) / "huggingface" / "hub") if xdg else ("HOME", usual)
    if theirs[1] == own[1]:
        return [_cache("", own[0], own[1], name)]
    said = theirs[0] if "MODEL_EXPRESS_CACHE_PATH" in first else "HOME"
    return [_cache("Dynamo", said, theirs[1], name), _cache("the engine", own[0], own[1], name)]


def _cache(whose: str, said: str, path: Path, name: str) -> Cache:
    own = path / f"models--{name.replace('/', '--')}"
    try:
        snapshot = _snapshot(own)
        begun = own.is_dir()
    except OSError:
        return Cache(whose, said, path, stops=_existing(path))
    ways = [path, own, own / "blobs", own / "snapshots", path / ".locks"]
    stops = next((there for way in ways if (there := _existing(way)) and not _writable(there)), None)
    return Cache(whose, said, path, stops, _free(_existing(path)), snapshot, begun)


def _snapshot(own: Path) -> Path | None:
    """The snapshot that main names, when all that serving needs is there: settings, tokenizer, weights."""
    try:
        snapshot = own / "snapshots" / (own / "refs" / "main").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None
    whole = (snapshot / "config.json").exists() and _has_tokenizer(snapshot) and _has_weights(snapshot)
    return snapshot if whole else None


def folder(path: Path) -> Folder:
    """What is at a path."""
    try:
        if path.is_file():
            return Folder(path, is_file=True)
        if not path.is_dir():
            nearest = _existing(path)
            beside = sorted(one.name for one in nearest.iterdir() if not one.name.startswith(".")) if nearest else []
            return Folder(path, nearest=nearest, beside=tuple(beside))
        return Folder(
            path, is_folder=True, config=(path / "config.json").exists(), tokenizer=_has_tokenizer(path),
            weights=_has_weights(path) or any(one.suffix in OTHER_WEIGHTS for one in path.iterdir()),
            beside=tuple(sorted(one.name for one in path.iterdir())), inside=next(_inside(path), None),
        )  # fmt: skip
    except OSError as problem:
        return Folder(path, unread=problem.strerror or str(problem))


def _inside(path: Path) -> Iterator[Path]:
    """Folders below that are models: a snapshot of a cache's folder, or one of several models."""
    for pattern in ("config.json", "*/config.json", "snapshots/*/config.json"):
        yield from (found.parent for found in sorted(path.glob(pattern)) if found.parent != path)


def _has_tokenizer(path: Path) -> bool:
    return any((path / name).exists() for name in TOKENIZERS) or any(path.glob("*.tiktoken"))


def _has_weights(path: Path) -> bool:
    return any((path / name).exists() or _shards(path / f"{name}.index.json") for name in WEIGHTS)


def _shards(index: Path) -> bool:
    """Whether every file that an index names is there."""
    try:
        names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return bool(names) and all(isinstance(name, str) and (index.parent / name).exists() for name in names)


def _existing(path: Path) -> Path | None:
    """The path itself when it is there, else the nearest of its parents that is."""
    return next((one for one in (path.absolute(), *path.absolute().parents) if os.path.lexists(one)), None)


def _writable(path: Path) -> bool:
    return path.is_dir() and os.access(path, os.W_OK | os.X_OK)


def _free(path: Path | None) -> int | None:
    try:
        return shutil.disk_usage(path).free if path else None
    except OSError:
        return None
