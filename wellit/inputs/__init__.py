"""What else than a stack of this checkout can be judged, each read into a Subject.

    values     values files of anybody's, with the chart that they are for
    helmfile   a helmfile of the upstream layout, as the real helmfile reads it
    manifests  rendered objects, from files or stdin

What is installed on a cluster is read by wellit.installed.
"""
