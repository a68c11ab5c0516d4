"""What stands in for an engine where there is no accelerator: speaks as the engine does, and says that it is none."""

POD_HEADER = "x-inference-pod"  # in answers: the pod that gives them, as llm-d's simulator says it too
