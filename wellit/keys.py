"""What requests are sent with, from the environment: a key for gateways and engines, a token for pickers' metrics.

They are sent and never shown.
"""

from __future__ import annotations

import os

KEY, TOKEN = "WELLIT_API_KEY", "WELLIT_METRICS_TOKEN"


def bearer(name: str) -> dict[str, str]:
    """The header that says what the variable holds; nothing where it is not set."""
    value = os.environ.get(name, "")
    return {"Authorization": f"Bearer {value}"} if value else {}


def hidden(text: str) -> str:
    """The text with stars in the place of a key."""
    for value in filter(None, map(os.environ.get, (KEY, TOKEN))):
        text = text.replace(value, "***")
    return text
