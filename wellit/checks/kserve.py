"""What is asked about an object that a project's own controller carries out: KServe's and Dynamo's alike."""

from __future__ import annotations

CHECKS: dict[str, tuple[str, str]] = {
    "WL940": (
        "The model's own header leads to it",
        "Where the route that KServe made tells models apart by a header (X-Gateway-Model-Name by default, with\n"
        "publishers/NAMESPACE/models/NAME), a completion is asked by it, with that name as the model. A container of\n"
        "one's own must serve that second name, too.",
    ),
    "WL941": (
        "KServe's controller has taken the service",
        "One without conditions was seen by nobody; one whose status.observedGeneration is behind was changed and not\n"
        "looked at since. The controller is also the webhook that checks every change, and that converts between\n"
        "versions of the API. What it warned of in events is told where it is known.",
    ),
    "WL942": (
        "The presets that a service is made of are there",
        "PresetsCombined is False with ConfigNotFound otherwise, and nothing is made. They are looked for in the\n"
        "service's namespace, then in KServe's; which are asked for follows from its shape and from baseRefs.",
    ),
    "WL943": (
        "A service and its presets fit together",
        "PresetsCombined is False with CombineBaseError when what comes of both is refused, or cannot be filled in.",
    ),
    "WL944": (
        "The model can be fetched",
        "KServe's storage initializer, an init container, fetches model.uri before the engine starts: with the reason\n"
        "when its address, its token, its proxy or its storage does not do. The values of tokens are never shown.",
    ),
    "WL945": (
        "Probes wait as long as the engine takes to answer them",
        "The presets' wait one second, which is what an engine may take for /health: its pod becomes Ready and\n"
        "unready in turns, or is ended. A service's own probes go before those of a preset.",
    ),
    "WL946": (
        "A deleted service goes",
        "It keeps its finalizer until KServe's controller has cleaned up, so that without the controller it stays.",
    ),
    "WL947": (
        "The engine speaks TLS where KServe asks it by TLS",
        "enableLLMInferenceServiceTLS in KServe's settings turns probes, picker and gateway to HTTPS; only what the\n"
        "presets start is told so.",
    ),
    "WL948": (
        "The picker knows whose metrics it reads",
        "By a label of the pods: without, it looks for vLLM's names, and the queue of another engine is 0 for ever.",
    ),
    "WL949": (
        "The engine that runs is that of the runtime that was asked for",
        "A release that does not know spec.runtime, or one of that name, starts vLLM without a word.",
    ),
    "WL950": (
        "An image runs as the user that it may run as",
        "The presets say runAsNonRoot: an image that runs as root is refused until its container says otherwise.",
    ),
    "WL951": (
        "The engine's container is called main",
        "A preset's container of that name is laid under it; one of another name runs beside the preset's.",
    ),
    "WL952": (
        "A service is ready",
        "By its own conditions, each that is False with the check that explains it; with its address when it is.",
    ),
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
