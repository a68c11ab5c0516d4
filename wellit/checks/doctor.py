"""What doctor asks of a stack on a cluster, in the order in which a request meets it."""

from __future__ import annotations

CHECKS: dict[str, tuple[str, str]] = {
    "WL730": (
        "A controller has accepted the gateway's class",
        "A Gateway of a class that is not there, or that no controller reconciles, stays without an address for ever.",
    ),
    "WL731": (
        "The gateway is programmed and has an address",
        "With the conditions of the gateway and its listeners. A cluster without load balancers gives none: --set\n"
        "gateway.service=ClusterIP.",
    ),
    "WL732": ("The gateway's own pods run", "With the log of one that does not stay up."),
    "WL733": (
        "The gateway takes the route",
        "The route names this gateway and a listener that it has, and the listener lets it in: its section, host name\n"
        "and the namespaces of allowedRoutes.",
    ),
    "WL734": (
        "The route leads to a pool that is there",
        "A name or a group that differs in one letter is accepted when it is applied, and answered with 500 or 503.",
    ),
    "WL735": (
        "The gateway's controller routes to InferencePools",
        "Istio does only with ENABLE_GATEWAY_API_INFERENCE_EXTENSION=true in istiod's environment; without, it calls\n"
        "the route's reference unsupported.",
    ),
    "WL736": ("The pool is accepted", "The gateway's controller has seen it, and says so in its status."),
    "WL737": (
        "The pool selects pods",
        "By labels, which nothing checks against each other: a typing error leaves the pool empty, and every object\n"
        "healthy by itself. So does a workload that is scaled to nothing.",
    ),
    "WL738": (
        "No pod is in two pools",
        "Each picker counts on having its pods for itself; the load that another sends there surprises it.",
    ),
    "WL739": (
        "The pods listen at the pool's port",
        "The pool's targetPorts are where requests go: the routing proxy's port, or the engine's when there is none.",
    ),
    "WL740": (
        "The pool's picker has a service that leads to it",
        "The pool names a Service and a port; the Service selects the picker's pods by label.",
    ),
    "WL741": (
        "The gateway speaks to the picker as the picker does",
        "The picker speaks TLS with a certificate of its own unless told otherwise. Istio has to be told by a\n"
        "DestinationRule for exactly the picker's host; without it requests are answered with 500, or by any pod.",
    ),
    "WL742": (
        "The picker stays up",
        "With its own words where it refuses a flag or its configuration. While it is down, a request gets 500, or\n"
        "any pod where the pool's failureMode is FailOpen.",
    ),
    "WL743": (
        "The picker may read what it watches",
        "Pods, InferencePools and the inference extension's other kinds, by Role and RoleBinding. Without, it sees no\n"
        "pod, and says so in its log alone.",
    ),
    "WL744": (
        "The picker sees the pool's pods",
        "It watches the pool that --pool-name says, and counts the pods that are Ready in inference_pool_ready_pods.",
    ),
    "WL745": (
        "The picker can read the engines' metrics",
        "SGLang serves none without --enable-metrics. A pod whose queue cannot be read counts as idle: requests are\n"
        "answered, and the load is spread blindly.",
    ),
    "WL746": (
        "Every pod found a node",
        "With the scheduler's words, and what the nodes have left: GPUs first, then selectors and taints.",
    ),
    "WL747": ("Every image can be pulled", "With the registry's words: no such tag, or no right to it."),
    "WL748": (
        "Every pod has the secrets, config maps and volumes that it names",
        "A pod whose secret, config map or volume is missing does not start.",
    ),
    "WL749": (
        "The routing proxy stays up",
        "With a connector that its release does not have it ends with exit code 0 and is started again for ever; with\n"
        "a flag of another release it ends with 2.",
    ),
    "WL750": (
        "The engine stays up",
        "With its exit code, its last lines, and what they mean where that is known: a refused flag, too little\n"
        "memory on the GPU, a model that may not be read.",
    ),
    "WL751": (
        "The engine starts within the time that its probes give",
        "A large model takes minutes. A startupProbe says how long it may; without one the liveness probe ends it.",
    ),
    "WL752": (
        "The engine listens where it is asked",
        "Address and port: what listens at 127.0.0.1 no probe and no proxy of another pod reaches, and the routing\n"
        "proxy, the probes and the engine each name a port of their own.",
    ),
    "WL753": (
        "Every Ready pod answers",
        "Nothing but its readiness takes a pod out of a pool. Where the routing proxy answers the probe, a dead\n"
        "engine stays Ready, and gets more requests than others, because its queue is empty.",
    ),
    "WL754": (
        "The model that is asked for is served",
        "The name in a request is the engine's served name. vLLM answers another with 404, SGLang takes any.",
    ),
    "WL755": (
        "Prefill servers do their part",
        "With vLLM the routing proxy goes on without a prefill server that fails: the client sees 200, and all of the\n"
        "work is done by decode. What shows it are the prefill pods, the picker's count and the proxy's log.",
    ),
    "WL756": (
        "KV cache goes from prefill to decode",
        "By the engines' own words: the transfer is refused where roles, backends, addresses or page sizes differ.",
    ),
    "WL757": (
        "The picker hears what the engines cache",
        "An event with another topic, port, page size or form than the picker listens for is dropped without a word;\n"
        "requests are answered, and land anywhere.",
    ),
    "WL758": (
        "A request is answered",
        "A completion of a few tokens, asked through the gateway as a client would.",
    ),
    "WL759": (
        "The live objects agree with each other",
        "What the rules over files say of the objects as they are in the cluster; invoke explain tells more of each.",
    ),
    "WL760": (
        "Pods can be made",
        "A quota, an admission webhook or a missing right keeps a workload from making any, and only the workload\n"
        "says so.",
    ),
}
