"""A deployment as processes of this machine: planned from what Kubernetes would get, started, watched and stopped."""
