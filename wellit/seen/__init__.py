"""Values as the charts see them: defaults filled in, images, command lines and ports worked out.

modelservice      its releases and the pods of each role; from there on container (which engine runs in it, and how
                  it is started), parallel, devices, artifact (where the model comes from), volumes, probes, proxy
inferencepool     pools with their picker; pickerconfig, pickerflags, metrics and splitting are what it reads
infra, istio      gateways, and what istiod is told
words, shell      a command line as words; commandline is what the engine's parser makes of them, with unknownflags,
                  served (the model's names), devicecounts and environment; neutral is what is told of a setting
                  whatever the engine calls it
disaggregation    prefill and decode servers that share the work; events is who publishes and hears KV events
graph, dynamo     a graph of Dynamo and its components; started is what they have in common with a chart's container
                  graphflags is what they are told of Dynamo itself, graphevents what workers publish, graphform
                  whether an object has the form of its API
podspec           what a person wrote of pods, of any chart, as Kubernetes gets it; amounts, images, sidecars
workloads         rendered objects; routes are gateways, pools and routes of either
settings          what a stack is composed of; fit is whether a model finds room, guides which names others have
kubernetes        what Kubernetes asks of names and labels; shapes is whether a value decodes
"""
