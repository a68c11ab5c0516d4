"""A container's log."""

from __future__ import annotations

import asyncio
from pathlib import Path

from wellit.sandbox.box.logs import LONGEST_LINE, Log, Stream


def test_a_full_log_begins_anew_and_keeps_one_before(tmp_path: Path) -> None:
    log = Log(tmp_path / "0.log", most=1000)
    for number in range(100):
        log.write("stdout", b"line %d" % number)
    log.close()
    old, new = tmp_path / "0.log.1", tmp_path / "0.log"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["0.log", "0.log.1"]
    assert old.stat().st_size <= 1000 and new.stat().st_size <= 1000
    assert new.read_text().endswith("stdout F line 99\n")
    last, first = old.read_text().splitlines()[-1], new.read_text().splitlines()[0]
    assert int(first.split()[-1]) == int(last.split()[-1]) + 1


def test_a_log_that_cannot_be_written_loses_lines_and_fails_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    log = Log(tmp_path / "file" / "0.log")
    log.write("stdout", b"lost")
    log.close()


def test_lines_are_put_together_and_long_ones_cut_and_marked(tmp_path: Path) -> None:
    async def fed() -> None:
        log = Log(tmp_path / "0.log")
        stream = Stream(log, "stderr")
        for part in (b"on", b"e\ntw", b"o\n", b"x" * (LONGEST_LINE + 1), b"\n\nlast"):
            stream.data_received(part)
        stream.connection_lost(None)
        assert stream.ended.done()
        log.close()

    asyncio.run(fed())
    rows = [line.split(" ", 3)[1:] for line in (tmp_path / "0.log").read_text().split("\n")[:-1]]
    assert [(stream, mark, len(text)) for stream, mark, text in rows] == [
        ("stderr", "F", 3), ("stderr", "F", 3), ("stderr", "P", LONGEST_LINE), ("stderr", "F", 1), ("stderr", "F", 0),
        ("stderr", "F", 4),
    ]  # fmt: skip
