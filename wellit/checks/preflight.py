"""What is asked of a cluster before an install."""

from __future__ import annotations

CHECKS: dict[str, tuple[str, str]] = {
    "WL601": (
        "The cluster answers",
        "Its context and address are named, so that nobody installs into the wrong one. --context and\n"
        "--kubeconfig choose another, --sandbox the sandbox.",
    ),
    "WL602": (
        "Kubernetes is new enough",
        "The routing proxy is a native sidecar, an init container that stays: on by default from 1.29 on. A release\n"
        "train may want a newer one (versions.kubernetes). kubectl is promised to work with servers one minor release\n"
        "away.",
    ),
    "WL603": ("The namespace is there or may be made", "install makes it when it is not there and you may."),
    "WL604": (
        "The cluster knows every kind that is rendered",
        "A kind whose definition (CRD) is missing is refused by the API server in the middle of an install. The\n"
        "fix names the release that belongs to the version train, or the setting that does without.",
    ),
    "WL605": (
        "The gateway class is there and accepted",
        "A Gateway of a class that nobody reconciles stays there for ever without an address.",
    ),
    "WL606": (
        "There is room for the pods",
        "Every pod is put on a node, largest first, over what the nodes offer less what runs on them, with taints\n"
        "and node selectors. A sum over all nodes would say yes to a pod of 8 GPUs where every node has 4 left.",
    ),
    "WL607": (
        "The secrets that pods read are there",
        "A pod whose secret or key is missing does not start. Only names of keys are read, never values. Write a\n"
        "token from stdin or a file, never as an argument: arguments are seen by others.",
    ),
    "WL608": (
        "You may make, change and remove all of it",
        "Asked of the API server for every kind, before helm stops half way. An uninstall needs the same rights.",
    ),
    "WL609": (
        "The pool selects only this stack's pods",
        "Pods of another stack with the same labels would get this stack's requests.",
    ),
    "WL610": (
        "What stands in for the picker can do what is asked",
        "Only in a sandbox that answers: an older release of llm-d's picker cannot be built, and upstream's, which "
        "stands in for it, does not have all of its plugins. It would end at once, again and again.",
    ),
    "WL611": (
        "A controller makes pods of an object of its own kind",
        "Helm installs a DynamoGraphDeployment or an LLMInferenceService wherever its definition is; that pods come\n"
        "of it needs Dynamo's operator, or KServe's controller. It is looked for by the labels that its chart gives\n"
        "its Deployment. In a sandbox Dynamo's cannot be had: the API server checks the object's shape and keeps it,\n"
        "and nothing runs. KServe's is a process there (invoke sandbox.up --with kserve).",
    ),
    "WL612": (
        "An object that is there can become what is rendered",
        "Of a DynamoGraphDeployment the components, what each is for, and the engine stay as they were made: NVIDIA's\n"
        "webhook refuses a change. Of an LLMInferenceService it is over how many pods a replica is spread (data /\n"
        "dataLocal, or pipeline), whether it has prefill servers, and its labels: KServe's controller never carries\n"
        "such a change out. It is deleted and made anew then, after a question of its own, or with --replace.",
    ),
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
    "WL621": (
        "The definitions that the gateway needs are there",
        "Gateway API's and the inference extension's, of the version train's release or a newer one: a newer one is\n"
        "never replaced by an older. invoke prerequisites --apply brings what is missing or older, after asking.",
    ),
    "WL622": (
        "The gateway's provider, or the controller of a way, is installed",
        "The release of each of its charts, in the train's version or a newer one, with the values that it must have.\n"
        "What was installed in another way is left alone, and where an operator runs already no second one is\n"
        "installed. Nothing of this is tried in a sandbox.",
    ),
    "WL623": (
        "What the cloud must turn on is on",
        "A gateway that belongs to a cloud is turned on with the cloud's own tools; command and page are named.",
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
        "istiod refuses every route to an InferencePool unless it has ENABLE_GATEWAY_API_INFERENCE_EXTENSION=true. It\n"
        "reads that once, from the variables of its process: the mesh configuration (the ConfigMap istio) has no\n"
        "field for it, and what proxyMetadata says there becomes variables of the proxies.",
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
    "WL633": (
        "All that is asked may be looked at",
        "Each thing that may not be read makes its check unknown, which is neither yes nor no. The command has every\n"
        "missing permission in one Role or ClusterRole, with its binding, for somebody who may give it away.",
    ),
}
