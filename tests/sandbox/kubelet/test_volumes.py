from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.kubelet.made import NODE, PLACE, There, container, pod, there
from wellit.sandbox.box.kubelet.references import Missing
from wellit.sandbox.box.kubelet.volumes import Sources, fill, mounts
from wellit.sandbox.box.plan import Mount


async def token(wanted: Mapping[str, Any]) -> str:
    return f"token for {wanted.get('audience', 'the API server')}"


def filled(folder: Path, *volumes: dict[str, Any], look: There | None = None) -> tuple[dict[str, Path], list[str]]:
    sources = Sources(pod(volumes=list(volumes)), look or there(), token, PLACE, NODE)
    return asyncio.run(fill(folder, sources))


def files(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def test_a_config_map_is_a_file_for_each_entry(tmp_path: Path) -> None:
    look = there({"m": {"a.yaml": "A", "b.yaml": "B"}})
    made, said = filled(tmp_path, {"name": "v", "configMap": {"name": "m"}}, look=look)
    assert files(made["v"]) == {"a.yaml": "A", "b.yaml": "B"}
    assert said == []


def test_chosen_entries_have_their_own_names(tmp_path: Path) -> None:
    chosen = {"secretName": "s", "items": [{"key": "k", "path": "below/key"}]}
    made, _ = filled(tmp_path, {"name": "v", "secret": chosen}, look=there(secrets={"s": {"k": "x", "other": "y"}}))
    assert files(made["v"]) == {"below/key": "x"}


def test_the_account_of_the_pod_is_there_as_kubernetes_mounts_it(tmp_path: Path) -> None:
    sources = [
        {"serviceAccountToken": {"path": "token", "expirationSeconds": 3607}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}]}},
    ]
    made, _ = filled(tmp_path, {"name": "v", "projected": {"sources": sources}},
                     look=there({"kube-root-ca.crt": {"ca.crt": "PEM"}}))  # fmt: skip
    assert files(made["v"]) == {"token": "token for the API server", "ca.crt": "PEM", "namespace": "ns"}


def test_the_labels_are_a_file_too(tmp_path: Path) -> None:
    item = {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}
    made, _ = filled(tmp_path, {"name": "v", "downwardAPI": {"items": [item]}})
    assert files(made["v"]) == {"labels": 'app="web"'}


@pytest.mark.parametrize("kind", ["hostPath", "persistentVolumeClaim", "image", "csi"])
def test_what_cannot_be_had_is_an_empty_folder_and_that_is_said(tmp_path: Path, kind: str) -> None:
    made, said = filled(tmp_path, {"name": "v", kind: {"path": "/models"}})
    assert made["v"].is_dir() and not files(made["v"])
    assert said == [f"volume v is an empty folder: {kind} cannot be had here"]


def test_an_empty_folder_that_is_meant_is_not_spoken_of(tmp_path: Path) -> None:
    made, said = filled(tmp_path, {"name": "v", "emptyDir": {"medium": "Memory"}})
    assert made["v"].is_dir()
    assert said == []


@pytest.mark.parametrize(
    ("volume", "words"),
    [
        ({"secret": {"secretName": "hf"}}, 'secret "hf" not found'),
        ({"configMap": {"name": "m", "items": [{"key": "k", "path": "k"}]}}, "references non-existent config key: k"),
        ({"projected": {"sources": [{"secret": {"name": "hf"}}]}}, 'secret "hf" not found'),
    ],
)
def test_what_is_missing_is_said_as_the_kubelet_says_it(tmp_path: Path, volume: dict[str, Any], words: str) -> None:
    with pytest.raises(Missing) as missing:
        filled(tmp_path, {"name": "v", **volume}, look=there({"m": {}}))
    assert str(missing.value) == f'MountVolume.SetUp failed for volume "v" : {words}'


def test_an_optional_source_may_be_missing(tmp_path: Path) -> None:
    made, _ = filled(tmp_path, {"name": "v", "secret": {"secretName": "hf", "optional": True}})
    assert files(made["v"]) == {}


def test_a_volume_has_its_place_in_each_container(tmp_path: Path) -> None:
    one = container(
        volumeMounts=[{"name": "v", "mountPath": "/data"}, {"name": "v", "mountPath": "/r", "readOnly": True}]
    )
    assert mounts(one, {"v": tmp_path}, {}) == [Mount(tmp_path, "/data", False), Mount(tmp_path, "/r", True)]


def test_part_of_a_volume(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    file, folder = {"name": "v", "subPath": "file"}, {"name": "v", "subPathExpr": "of-$(POD)"}
    one = container(volumeMounts=[{**file, "mountPath": "/a"}, {**folder, "mountPath": "/b"}])
    made = mounts(one, {"v": tmp_path}, {"POD": "p"})
    assert [mount.source for mount in made] == [tmp_path / "file", tmp_path / "of-p"]
    assert (tmp_path / "of-p").is_dir()


def test_a_part_may_not_lie_outside(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="leads out"):
        mounts(container(volumeMounts=[{"name": "v", "mountPath": "/a", "subPath": "../x"}]), {"v": tmp_path / "v"}, {})


def test_a_volume_that_the_pod_does_not_have() -> None:
    with pytest.raises(Missing, match='volume "v" not found'):
        mounts(container(volumeMounts=[{"name": "v", "mountPath": "/a"}]), {}, {})
