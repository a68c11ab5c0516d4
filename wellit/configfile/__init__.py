"""An engine's config file, laid under the command lines of a stack's workers: --config FILE --config-key a.b.

    wanted = configfile.asked(["serving.yaml"], "prod")      what the flags say; None when nothing
    laid = configfile.laid_over(subject, wanted)             the subject with the words of the file in it

The words stand before those of the environment, as the engine's own merger puts them, so that rules, the plan of a
launch and its stand-ins all see one command line: the one that the engine's parser sees. The file itself is not handed
to the process: what a version's merger makes of it is known and asked again by a test, a section deeper than the top is
nothing that Dynamo could be told, and its mocker reads no such file.
"""

from __future__ import annotations

from wellit.configfile.kinds import KINDS
from wellit.configfile.laid import Laid, laid_over
from wellit.configfile.section import Asked, asked

__all__ = ["KINDS", "Asked", "Laid", "asked", "laid_over"]
