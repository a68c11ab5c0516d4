module wellit/tools/crds-llm-d-0.4

go 1.26.0

// Nothing here is built: the custom resource definitions of the llm-d-0.4 train that are not those of the sandbox.
require sigs.k8s.io/gateway-api-inference-extension v1.2.0
