"""How long a container that ended waits until it is started again."""

from __future__ import annotations

from wellit.sandbox.box.kubelet.settings import Settings


class BackOff:
    """Nothing the first time, then twice as long each time; from the beginning after a long run."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._next = 0.0

    def after(self, ran: float) -> float:
        """The seconds to wait, for a container that ran for `ran` seconds."""
        if ran >= self._settings.forget:
            self._next = 0.0
        now = self._next
        self._next = min(max(now * 2, self._settings.first), self._settings.most)
        return now
