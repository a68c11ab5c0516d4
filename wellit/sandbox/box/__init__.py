"""The data plane of a sandbox: what is installed in it runs, each pod in a network of its own.

    outside.py    on the host: starts the box, carries requests into it and its own requests to the API server
    inside.py     the first process in the box; with it everything in the box ends
    network.py    a network for each pod
    container.py  a container: exactly the rendered command in a root of its own

Only Linux has what it takes: namespaces of users, networks, processes and mounts. No container runtime, no image and no
root is needed.
"""
