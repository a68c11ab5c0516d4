"""Stands in for ai-dynamo: a frontend and workers of a few lines, which find each other by files as Dynamo's do.

$STANDIN is JSON by role (frontend, worker, decode, prefill): {"die": 3, "after": 0.5} ends with an exit code after
seconds, {"kill": 9} by a signal; "deaf" takes no TERM, "late" registers after seconds, "says" is written to stderr,
"children" starts processes of its own, "chat" is the status that a chat is answered with.
"""
