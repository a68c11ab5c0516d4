"""An LLMInferenceService of either version of its API, read back into values of the kserve chart.

The spec of v1alpha1 is that of v1alpha2 with less in it, so it is taken as it is.
"""

from __future__ import annotations

from wellit import capabilities
from wellit.inputs.readback.traced import Traced
from wellit.seen.workloads import Object
from wellit.subject import KSERVE, Release


def service_of(one: Object) -> Release:
    """The values of a service. Nothing in an object says for which KServe it is: the newest that is known is taken."""
    mapped = Traced(one.manifest)
    about = one.root["metadata"]
    mapped.put(("api",), one.api.rpartition("/")[2], one.root["apiVersion"])
    mapped.put(("name",), one.name, about["name"])
    for key in ("labels", "annotations"):
        mapped.note((key,), about[key])
        mapped.copy((key,), about[key])
    mapped.note(("spec",), one.root["spec"])
    mapped.copy(("spec",), one.root["spec"])
    contract = capabilities.contract(KSERVE, capabilities.versions(KSERVE)[-1])
    return Release(
        one.name, KSERVE, contract.version, mapped.values, mapped.locate, namespace=one.namespace, contract=contract,
        path=mapped.path, source=one.manifest.source,
    )  # fmt: skip
