"""What a controller goes by besides the object that it carries out: is that in the cluster, and does it fit?

look(access, ...)      one read-only look: settings, presets, gateways, kinds that it makes; the object itself is
                       put to the API server in a dry run, webhooks included
checks(...)            pure: what was found gives checks, titled as the good state
"""

from wellit.besides.checks import checks
from wellit.besides.found import Besides, Definition, Joined, Preset
from wellit.besides.look import look

__all__ = ["Besides", "Definition", "Joined", "Preset", "checks", "look"]
