module wellit/tools/crds

go 1.26.0

// Nothing here is built: wellit takes the custom resource definitions that these modules publish.
require (
	istio.io/api v1.29.1
	sigs.k8s.io/gateway-api v1.4.0
	sigs.k8s.io/gateway-api-inference-extension v1.4.0
)
