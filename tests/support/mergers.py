"""SGLang's own ConfigArgumentMerger, alone: the one module of its wheel, and a parser with the flags of its version.

The wheel comes from the package index once, by its hash; the module is kept in the cache.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import tempfile
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

from wellit import flags, paths, process

# One of each form that it has had; the one of 0.5.23 is read alone, its wheel has 39 MB.
HASHES = {
    "0.5.6.post2": "cb542f7adeec56bbb5598443c52d0f347fab74dbb5df09d37cad69eaec780c54",
    "0.5.9": "8a936c4d25fea605f44254e533cff2144c73ceffbc1f8738aba393461bbb64d1",
    "0.5.14": "4fe16056b45c8aca00f5f90ceb174dc3a62a3f5dccf159c791370795cd00fc99",
}
MODULE = "sglang/srt/server_args_config_parser.py"
ANY_MACHINE = ["--only-binary=:all:", "--platform", "any", "--platform", "manylinux_2_34_x86_64",
               "--implementation", "cp", "--python-version", "3.11", "--abi", "cp311", "--abi", "none"]  # fmt: skip


class _Loras(argparse.Action):
    """An action of SGLang's own, as --lora-paths has one."""

    def __call__(self, _parser: Any, namespace: Any, values: Any, _option: Any = None) -> None:
        setattr(namespace, self.dest, values)


def merge(version: str, words: list[str]) -> list[str]:
    """What it makes of a command line that has --config FILE. Raises ValueError as it does."""
    module = _module(version)
    if version == "0.5.6.post2":
        merged = module.ConfigArgumentMerger(boolean_actions=[]).merge_config_with_args(words)
    else:
        merged = module.ConfigArgumentMerger(parser=parser(version)).merge_config_with_args(words)
    return [str(word) for word in merged]


def parser(version: str) -> argparse.ArgumentParser:
    """A parser with the flags that schemas/flags has of the version (or the listed one before it)."""
    known = flags.program("sglang")
    assert known
    lines = known.near(version)
    assert isinstance(lines, tuple)
    made = argparse.ArgumentParser(add_help=False)
    for flag in lines[0].all():
        if flag.key == "--help":
            continue
        if flag.kind == "none":
            made.add_argument(flag.name, action="store_true")
        elif flag.key == "--lora-paths":
            made.add_argument(flag.name, action=_Loras, nargs="*")
        else:
            made.add_argument(flag.name, nargs=flag.data.get("nargs"))
    return made


def _module(version: str) -> ModuleType:
    file = paths.cache() / "mergers" / f"{version}.py"
    if not file.is_file():
        _fetch(version, file)
    spec = importlib.util.spec_from_file_location(f"merger_{version.replace('.', '_')}", file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _fetch(version: str, file: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text(f"sglang=={version} --hash=sha256:{HASHES[version]}\n")
        python = str(paths.ROOT / ".venv" / "bin" / "python")
        pip = [python, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", *ANY_MACHINE]
        done = process.run([*pip, "-d", folder, "-r", str(wanted)], timeout=300)
        assert done.ok, done.err
        wheel = next(Path(folder).glob("*.whl")).read_bytes()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(zipfile.ZipFile(io.BytesIO(wheel)).read(MODULE))
