"""What a plan tells of the changes that an install would make."""

from __future__ import annotations

CHECKS: dict[str, tuple[str, str]] = {
    "WL640": (
        "What is there is what is rendered",
        "Every object of the render is put to the API server as helm would put it, in a dry run that keeps nothing,\n"
        "and what it answers is held against what is there: defaults and webhooks are in it. What helm has noted for\n"
        "the releases and is not rendered any more would go.",
    ),
    "WL641": (
        "Of every object it is known what would become of it",
        "It is not where you may not read it, or may not patch it, which a dry run needs as well: the permission is\n"
        "named. A webhook that does not take part in dry runs cannot be asked.",
    ),
    "WL642": (
        "All of it would be taken",
        "What the API server, a quota, or an admission webhook refuses in the dry run is what the install would meet;\n"
        "so is an object that is there already and is of no release, or of another one: helm does not take it over.",
    ),
    "WL643": (
        "All of it can be changed in place",
        "Some fields are what they are for good, such as the selector of a Deployment: the object must be made anew,\n"
        "and its pods do not answer until new ones are ready.",
    ),
}
