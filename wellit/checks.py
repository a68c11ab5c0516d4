"""The ids of checks: what `invoke explain WL606` says. The checks themselves are in preflight, verify, smoke
doctor and launch (whose texts are in hopchecks and launchchecks).

A title says the good state; the text why it matters, and what mends it.
"""

from __future__ import annotations

from wellit import (
    besidechecks,
    clusterchecks,
    driftchecks,
    dynamochecks,
    hopchecks,
    launchchecks,
    servicechecks,
    stackchecks,
)

CHECKS: dict[str, tuple[str, str]] = {
    "WL035": (
        "What has one right answer is mended by --fix",
        "A value of the command line, of a template or of this project's own files is not: it is no person's file, or\n"
        "other words stand there than those that are wrong. What to write is shown with the finding.",
    ),
    "WL500": (
        "A part of the validation was made",
        "Something was not looked at, and the screen says what and why: upstream's charts are not in the cache\n"
        "(--fetch gets them, --charts offline does without), or a mistake before it has to go first.",
    ),
    "WL502": (
        "Every arrow of the picture leads somewhere",
        "show joins what is rendered by name and label, as Kubernetes does: a pool that selects no pod, a route to a\n"
        "pool that is not there, a port that nobody listens at, a pod in two pools. Each is healthy by itself.",
    ),
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
        "webhook refuses a change, in the middle of an install. From agg to disagg the way is an uninstall. Of an\n"
        "LLMInferenceService it is over how many pods a replica is spread (data / dataLocal, or pipeline).",
    ),
    **clusterchecks.CHECKS,
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
    "WL640": (
        "What is there is what is rendered",
        "Every object of the render is put to the API server as helm would put it, in a dry run that keeps nothing,\n"
        "and what it answers is held against what is there: defaults and webhooks are in it. What helm has noted for\n"
        "the releases and is not rendered any more would go.",
    ),
    "WL641": (
        "Of every object it is known what would become of it",
        "It is not where you may not read it, or may not patch it, which a dry run needs as well: the permission is\n"
        "named. A webhook that does not take part in dry runs cannot be asked.",
    ),
    "WL642": (
        "All of it would be taken",
        "What the API server, a quota, or an admission webhook refuses in the dry run is what the install would meet;\n"
        "so is an object that is there already and is of no release, or of another one: helm does not take it over.",
    ),
    "WL643": (
        "All of it can be changed in place",
        "Some fields are what they are for good, such as the selector of a Deployment: the object must be made anew,\n"
        "and its pods do not answer until new ones are ready.",
    ),
    "WL658": (
        "What the stack needs of the cluster is in the bundle",
        "Definitions and the charts of the gateway's provider, or of a way's controller, as far as they could be had\n"
        "where the bundle was made: invoke prerequisites --bundle FILE installs those. The rest is named, with the\n"
        "reason; the cluster must have it already.",
    ),
    "WL701": (
        "Every workload has its pods ready",
        "With the reason of a pod that is not: an image that cannot be pulled, a container that ends, no room.",
    ),
    "WL702": ("The gateway is accepted and programmed", "helm's own wait does not look at this."),
    "WL703": ("The route is accepted", "Its gateway took it, and its pool was found."),
    "WL704": ("The pool is accepted", "A gateway uses it."),
    "WL705": ("Every rendered object is there", "By kind and name, of everything that was rendered."),
    "WL706": (
        "Nothing is left after an uninstall",
        "The namespace, definitions (CRDs), and secrets and volume claims of yours stay.",
    ),
    "WL707": (
        "What a controller carries out is ready",
        "A DynamoGraphDeployment is ready when Dynamo's operator says so, of its newest version, with its reason in\n"
        "words when it is not. In a sandbox there is no such operator: its API server checks the object by a schema\n"
        "of wellit's own and keeps it, and no pod comes of it. That an engine starts and answers is not proven there.\n"
        "Of an LLMInferenceService each condition that is not met is told in words; once it is ready, where it\n"
        "answers and which presets it was combined with.",
    ),
    "WL710": (
        "The stack is reached",
        "By the gateway's address when this machine reaches it, else by a port-forward to its service. Without a\n"
        "gateway a model server's pod is asked, and the router is not in the way.",
    ),
    "WL711": ("The model is listed", "GET /v1/models names the model that clients will ask for."),
    "WL712": ("A completion is answered", "POST /v1/completions, with the time that it took."),
    "WL713": ("A chat is answered", "POST /v1/chat/completions; a model without a chat template cannot."),
    "WL714": (
        "A streamed answer comes in pieces",
        "The first piece before the last, and [DONE] at the end. What gathers a stream on the way makes a client wait\n"
        "for the whole answer.",
    ),
    "WL715": (
        "The tokens are counted",
        "usage is in the answer and in a stream that asks for it. The picker's own token metrics come from there.",
    ),
    "WL716": (
        "An unknown model is answered as its engine answers it",
        "vLLM says 404; SGLang and TensorRT-LLM answer any name with 200, so that a misspelt one is not noticed. The\n"
        "picker knows no list of models.",
    ),
    "WL717": (
        "Every model server answers by itself",
        "Each pod is asked at its own port. A server that is dead while its pod stays Ready gets requests for ever; a\n"
        "dead prefill server is hidden by the routing proxy: clients get a clean 200, from the decode server alone.",
    ),
    "WL718": ("Every request of a burst is answered", "Many at once, no two prompts alike; none is lost, none hangs."),
    "WL719": (
        "The picker sees the engine's metrics",
        "While a burst goes on, the queue that an engine counts itself is also the picker's figure for that pod. When\n"
        "no request had to wait, that is neither shown nor denied.",
    ),
    "WL720": (
        "Load spreads over the pods",
        "Of a burst each pod answers some: by the header in which a pod names itself, else by the engines' counters.",
    ),
    "WL721": (
        "The same prefix goes to the same pod",
        "Where the guide promises it and the picker's configuration has a scorer for prefixes. Asked with prefixes\n"
        "that are long enough to be hashed; of a precise scorer later than it guesses.",
    ),
    "WL722": (
        "Prefill and decode both take part",
        "The picker's counter says that it meant to split requests, the prefill servers' own counters that they were\n"
        "split: when one fails, the routing proxy lets the decode server do all of it and answers 200.",
    ),
    "WL723": (
        "Each engine's way leads to its own pods",
        "Where several engines stand behind one gateway, told apart by path, header or model name.",
    ),
    "WL724": (
        "Requests go by the picker",
        "It leaves a mark in the answers that it has seen. Where a pool says FailOpen and its picker cannot be asked,\n"
        "the gateway sends requests to any pod: they are answered, and nothing is scheduled.",
    ),
    "WL725": (
        "Its pods are made and find a node",
        "A quota, a webhook, or nodes without room. The nodes' own words say which resource, label or taint it is.",
    ),
    "WL726": (
        "Its images are pulled",
        "With the registry's words, and the line of the values that names the image.",
    ),
    "WL727": (
        "What its pods name is there",
        "Secrets, config maps and volumes; the line of the values is told where it names them.",
    ),
    "WL728": (
        "Its containers stay up",
        "With exit code, last lines, and what they mean where that is known; the line of the values is told where a\n"
        "word of it stands in those lines.",
    ),
    "WL729": (
        "It is ready in its time",
        "Nothing ends, and yet it is not ready: an engine that still loads, a probe that asks at another port, a\n"
        "gateway that nobody has programmed. --timeout says how long an install waits.",
    ),
    **hopchecks.CHECKS,
    **dynamochecks.CHECKS,
    **besidechecks.CHECKS,
    **servicechecks.CHECKS,
    **driftchecks.CHECKS,
    "WL770": (
        "Every request was answered",
        "With a 200, to its end. What was not is counted by kind, with what the first of each kind said.\n"
        "invoke doctor follows a request's way and names what stops it.",
    ),
    "WL771": (
        "Every request came to an end within its limit",
        "Answered or failed clearly. A request that hangs holds its client for ever, who sees neither.",
    ),
    "WL772": (
        "The model that is asked for is listed",
        "By /v1/models, through the gateway. SGLang answers to any name, vLLM with 404 to one that it does not serve.",
    ),
    "WL773": (
        "The client was not what held the load back",
        "Beyond 85 % of a core, or when its own pulse comes 50 ms late, figures are those of this program.",
    ),
    "WL774": (
        "The rate was kept",
        "Requests that are not sent in their time make the stack look quicker than it is for those who wait.",
    ),
    **stackchecks.CHECKS,
    **launchchecks.CHECKS,
}


def good(key: str) -> str:
    """The good state of a check, as the title of one."""
    title = CHECKS[key][0]
    return title[0].lower() + title[1:]
