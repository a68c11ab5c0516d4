"""A container's root, as steps: nothing is mounted here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from wellit.sandbox.box import plan
from wellit.sandbox.box.plan import Mount, Step


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A small machine: merged /usr, as most systems have it."""
    for folder in ("usr/bin", "usr/lib/deep", "usr/local/bin", "etc/ssl", "dev"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "usr/bin/sh").touch()
    (tmp_path / "bin").symlink_to("usr/bin")
    return tmp_path


def root(machine: Path, **given: Any) -> list[Step]:
    asked: dict[str, Any] = {
        "shown": (),
        "provides": {},
        "mounts": (),
        "hosts": {},
        "host_name": "p",
        "ip": "10.66.0.2",
    }
    return plan.root(**asked | given, machine=machine)


def binds(steps: list[Step]) -> list[tuple[str, str, bool]]:
    return [(str(step[1]), str(step[2]), bool(step[3])) for step in steps if step[0] == "bind"]


def test_the_machines_programs_are_shown_read_only_and_its_own_additions_are_not(machine: Path) -> None:
    steps = root(machine)
    shown = {target: read_only for target, _, read_only in binds(steps) if not target.startswith("/dev/")}
    assert shown == {"/usr/bin": True, "/usr/lib": True, "/etc/ssl": True}
    assert ["link", "/bin", "usr/bin"] in steps
    assert ["folder", "/tmp", 0o1777] in steps


def test_names_are_in_its_hosts_file(machine: Path) -> None:
    files = {step[1]: step[2] for step in root(machine, hosts={"kubernetes": "10.66.255.254"}) if step[0] == "file"}
    assert "10.66.0.2 p\n10.66.255.254 kubernetes\n" in str(files["/etc/hosts"])
    assert files["/etc/hostname"] == "p\n"


def test_a_path_within_another_is_shown_once(machine: Path, tmp_path: Path) -> None:
    inner = tmp_path / "usr" / "lib"
    assert binds(root(machine, shown=[inner, tmp_path / "usr", inner]))[-1] == (
        str(tmp_path / "usr"), str(tmp_path / "usr"), True,
    )  # fmt: skip


def test_a_volume_over_what_all_containers_see_does_not_hide_it(machine: Path, tmp_path: Path) -> None:
    (inner := tmp_path / "checkout").mkdir()
    (other := tmp_path.parent / "other").mkdir(exist_ok=True)
    steps = root(machine, shown=[inner, other], mounts=[Mount(Path("/v"), str(tmp_path))])
    assert binds(steps)[-2:] == [(str(tmp_path), "/v", False), (str(inner), str(inner), True)]


def test_the_images_files_come_before_the_volumes_and_outer_volumes_before_inner(machine: Path) -> None:
    steps = root(
        machine, provides={"/app/epp": Path("/cache/picker")},
        mounts=[Mount(Path("/v/inner"), "/data/inner"), Mount(Path("/v/outer"), "/data", read_only=True)],
    )  # fmt: skip
    assert binds(steps)[-3:] == [
        ("/app/epp", "/cache/picker", True), ("/data", "/v/outer", True), ("/data/inner", "/v/inner", False),
    ]  # fmt: skip


def test_a_program_in_the_place_of_the_machines_is_mounted_on_it(machine: Path) -> None:
    steps = root(machine, provides={"/usr/bin/sh": Path("/x")})
    assert binds(steps)[-1] == ("/usr/bin/sh", "/x", True)
    assert ["bind", "/usr/bin", str(machine / "usr/bin"), True] in steps


def test_a_read_only_folder_is_opened_up_for_what_is_not_in_it(machine: Path) -> None:
    steps = root(machine, provides={"/usr/lib/deep/new/program": Path("/x")})
    lib = machine / "usr/lib"
    assert [step for step in steps if step[0] == "mirror"] == [
        ["mirror", "/usr/lib", str(lib), ["deep"]],
        ["mirror", "/usr/lib/deep", str(lib / "deep"), ["new"]],
    ]
    assert "/usr/lib" not in [target for target, _, _ in binds(steps)]


def test_a_volume_that_pods_may_write_into_is_not_opened_up(machine: Path) -> None:
    mounts = [Mount(Path("/v"), "/data"), Mount(Path("/w"), "/data/x")]
    assert not [step for step in root(machine, mounts=mounts) if step[0] == "mirror"]
