"""One sandbox and one person for all faults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.api import Api
from tests.faults.run import Person
from wellit import access
from wellit.access import Access
from wellit.sandbox import Sandbox
from wellit.sandbox.config import cluster


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Access:
    return access.open_access(kubeconfig=str(sandbox.kubeconfig))


@pytest.fixture
def pki(sandbox: Sandbox) -> Path:
    """Where the certificate of the sandbox's API server lies."""
    return cluster(sandbox) / "pki"


@pytest.fixture
def person(here: Access, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Person]:
    """Somebody with a namespace of their own, which need not be there yet."""
    folder = tmp_path / "t"
    folder.mkdir()
    made = Person(here, f"faults-{abs(hash(request.node.name)) % 10**8}", folder)
    yield made
    here.call("delete", "namespace", made.namespace, "--ignore-not-found", "--wait=false")


@pytest.fixture
def api(sandbox: Sandbox, here: Access) -> Iterator[Api]:
    """The sandbox's API server, there again when the test ends."""
    made = Api(sandbox, here)
    yield made
    made.start()
