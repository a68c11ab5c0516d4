"""What Kubernetes asks of names, labels and image references, in the words of a finding."""

from __future__ import annotations

import re

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_WORD = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_DOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_PORT = re.compile(r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
_ENV = re.compile(r"[ -<>-~]+")
_IMAGE = re.compile(
    r"(?:[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?(:\d+)?/)?[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*"
    r"(:[A-Za-z0-9_][-A-Za-z0-9_.]{0,127})?(@[A-Za-z0-9]+:[0-9a-fA-F]{32,})?"
)


def templated(text: str) -> bool:
    """Whether something is put in before anybody reads it, or should have been."""
    return any(mark in text for mark in ("{{", "${", "<no value>", "%!"))


def dns_label(name: str) -> str:
    """What is wrong with a name of a container or volume; "" when nothing is."""
    if len(name) > 63:
        return f"has {len(name)} characters; 63 is the most"
    return "" if _LABEL.fullmatch(name) else "may have small letters, digits and dashes only, and no dash at either end"


def port_name(name: str) -> str:
    """What is wrong with the name of a port."""
    if len(name) > 15:
        return f"has {len(name)} characters; 15 is the most"
    return (
        ""
        if _PORT.fullmatch(name)
        else "may have small letters, digits and single dashes only, and one letter at least"
    )


def env_name(name: str) -> str:
    """What is wrong with the name of an environment variable, for the Kubernetes that takes most."""
    return "" if _ENV.fullmatch(name) else "may have printable ASCII characters only, and no ="


def label_value(value: str) -> str:
    """What is wrong with the value of a label."""
    if len(value) > 63:
        return f"has {len(value)} characters; 63 is the most"
    return "" if not value or _WORD.fullmatch(value) else _WORDS


def label_key(key: str) -> str:
    """What is wrong with the key of a label or an annotation."""
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > 253 or not _DOMAIN.fullmatch(prefix)):
        return "must have a domain in small letters before its one slash"
    if len(name) > 63:
        return f"has {len(name)} characters after the slash; 63 is the most"
    return "" if _WORD.fullmatch(name) else _WORDS


def image(reference: str) -> str:
    """What is wrong with an image's reference."""
    if "://" in reference:
        return "has no scheme such as https:// before it"
    if _IMAGE.fullmatch(reference):
        return ""
    path = re.split(r"[:@](?=[^/]*$)", reference)[0]
    if path != path.lower() and _IMAGE.fullmatch(reference.replace(path, path.lower())):
        return "must have its path in small letters"
    return "is REGISTRY/PATH:TAG or REGISTRY/PATH@sha256:DIGEST, without spaces"


def closest(name: str, most: int = 63) -> str:
    """`name` in the form of a DNS label, as near as it gets."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:most].strip("-")


def closest_label(value: str) -> str:
    """`value` in the form of a label's, as near as it gets; of a path its last part."""
    return re.sub(r"[^-A-Za-z0-9_.]+", "-", value.rpartition("/")[2] or value)[:63].strip("-_.")


_WORDS = "may have letters, digits, dashes, dots and underscores only, with a letter or digit at either end"
