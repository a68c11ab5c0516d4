"""The ids of what is asked of a cluster about an object that a project's own controller carries out; see checks."""

from __future__ import annotations

CHECKS: dict[str, tuple[str, str]] = {
    "WL960": (
        "The definition keeps objects in the version that is asked for",
        "KServe up to v0.16 knows LLMInferenceServices as v1alpha1 alone, later releases keep them as v1alpha2. Where\n"
        "the cluster's definition keeps another one than the train writes, it is of another release of KServe: fields\n"
        "of the newer may not be known, and each look goes through a conversion that the controller's webhook makes.",
    ),
    "WL961": (
        "The API server and the webhooks take the object",
        "The rendered object is put to the API server in a dry run, which keeps nothing: fields that the definition\n"
        "of the cluster does not know, and what the controller's own webhook refuses, are told in its words before\n"
        "helm starts. A webhook that does not answer would stop the install half way. Where the namespace is not\n"
        "there yet, it is asked about the namespace default.",
    ),
    "WL962": (
        "The controller has its settings",
        "KServe reads the ConfigMap inferenceservice-config in the namespace kserve, and does nothing without it.\n"
        "With enableLLMInferenceServiceTLS gateway, picker and probes speak TLS to the engines: the presets' engines\n"
        "do so, a container of your own must be given the certificate (--ssl-...).",
    ),
    "WL963": (
        "The presets that the object asks for are there",
        "KServe lays an LLMInferenceService over presets (LLMInferenceServiceConfigs): which ones, its prefill,\n"
        "workers and router decide, with what its baseRefs say. Each is looked for in the service's own namespace,\n"
        "then in kserve. One that is missing leaves PresetsCombined False with ConfigNotFound, and nothing is\n"
        "started. The chart kserve-runtime-configs brings them only with kserve.llmisvcConfigs.enabled.",
    ),
    "WL964": (
        "The cluster knows what the controller makes of the object",
        "HTTPRoutes and InferencePools are not in the render: KServe makes them, and LeaderWorkerSets for workers.\n"
        "Their definitions must be there all the same.",
    ),
    "WL965": (
        "The gateway that the route is joined to takes requests",
        "Asked of a gateway that the stack does not make itself: one of spec.router.gateway.refs, or, where none is\n"
        "named, that of KServe's settings (kserve/kserve-ingress-gateway). It must be there before the route is made,\n"
        "of a class that a controller has accepted, and programmed. One that nobody reconciles stays for ever as it\n"
        "is.",
    ),
    "WL966": (
        "The gateway's controller looks at pools",
        "Istio refuses a route to an InferencePool until istiod has ENABLE_GATEWAY_API_INFERENCE_EXTENSION=true: the\n"
        "service then waits with InferencePoolReady False, WaitingForGateway.",
    ),
    "WL968": (
        "What the controller made is there, and its own",
        "Deployments, route and pool carry the object's name in their labels, and the object as their owner. One of a\n"
        "former object of the same name (its finalizer was taken away by hand) has the same labels: the pool and the\n"
        "service would reach its pods.",
    ),
    "WL969": (
        "What a controller carries out is as it was installed",
        "WL780 of an object that a project's own controller carries out.",
    ),
}
