"""What differs between a stack as it was applied and as it is: edited by hand, scaled, another image, gone. Pure.

look reads what is held against each other; checks says it.
"""

from wellit.drift.checks import judge
from wellit.drift.fields import Difference, differences
from wellit.drift.look import look, releases
from wellit.drift.objects import summary
from wellit.drift.seen import Seen

__all__ = ["Difference", "Seen", "differences", "judge", "look", "releases", "summary"]
