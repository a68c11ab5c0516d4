"""The ids of what preflight asks beside room, kinds and permissions; see checks."""

from __future__ import annotations

CHECKS: dict[str, tuple[str, str]] = {
    "WL613": (
        "Nodes let the pods in",
        "Of the nodes that have the devices at all, one must meet the pods' node selector and affinity, and have no\n"
        "taint that they do not tolerate; else they stay Pending, however much is free. The command opens the node\n"
        "that wants the least.",
    ),
    "WL614": (
        "Nodes offer the accelerator",
        "By the name that the pods ask for (nvidia.com/gpu). A cluster with another maker's devices has another name:\n"
        "--accelerator takes it. Where no node offers any, the device plugin is missing.",
    ),
    "WL615": (
        "Nodes offer the other devices",
        "RDMA has as many resource names as there are device plugins: rdma/ib, rdma/roce_gdr,\n"
        "rdma/hca_shared_devices_a. The name in the settings must be one that nodes offer.",
    ),
    "WL616": (
        "The quotas leave room",
        "A ResourceQuota refuses pods one by one in the middle of an install. Counted as Kubernetes does: requests,\n"
        "limits, devices, pods, claims and objects by kind, less what this stack has there already, in the quota's\n"
        "scope. A quota over CPU or memory refuses every container that does not say them.",
    ),
    "WL617": (
        "Pods and claims keep within the limit ranges",
        "A LimitRange refuses containers, pods and claims below its minimum and above its maximum, after it has\n"
        "filled in what they do not say. A device counts there as CPU and memory do.",
    ),
    "WL618": (
        "The volume claims are there, and for so many pods",
        "A pod whose claim is missing or Lost waits for ever. ReadWriteOnce is for pods of one node, ReadWriteOncePod\n"
        "for one pod. One that is Pending until its first pod comes is well.",
    ),
    "WL619": (
        "The storage class is there",
        "A claim of a class that nobody provides stays Pending, as does one without a class where none is the default.",
    ),
    "WL620": (
        "The pull secrets are there",
        "A missing one stops no pod from being made: its image is just not pulled. It must be of the type that\n"
        "docker login's file has. What is in it is not read.",
    ),
    "WL624": (
        "The token looks like one",
        "kubectl looks whether it is empty, has blanks or a line end in it, and begins as Hugging Face's do; it\n"
        "prints only that. The value itself never comes to wellit.",
    ),
    "WL625": (
        "The hub's address and the proxies are addresses",
        "HF_ENDPOINT and the proxy variables of the pods: a scheme and a host, and a Service that is there when the\n"
        "address is one of the cluster. Prefill, decode and picker talk within the cluster: NO_PROXY must keep its\n"
        "names from the proxy. Values are not shown, for a proxy's may hold a password.",
    ),
    "WL626": (
        "Definitions are of the train's release",
        "By the release that a definition names in an annotation. An older one drops fields in silence that the train\n"
        "writes.",
    ),
    "WL627": (
        "The gateway's controller routes to pools",
        "istiod refuses every route to an InferencePool unless it has ENABLE_GATEWAY_API_INFERENCE_EXTENSION=true.",
    ),
    "WL628": (
        "No other pool selects this stack's pods",
        "A pool of another stack whose labels these pods have would send them its requests, for another model.",
    ),
    "WL629": ("The priority class is there", "The API server refuses pods that name one which is not there."),
    "WL630": ("The service account is there", "The API server refuses pods that name one which is not there."),
    "WL631": (
        "Config maps and runtime classes that pods name are there",
        "Those that the stack does not make itself. A pod waits for its config map, and one of an unknown runtime\n"
        "class is refused.",
    ),
    "WL632": (
        "What installs it is on this machine",
        "helm and helmfile, in versions that go with this checkout, from PATH or from the cache; else install builds\n"
        "them first.",
    ),
}
