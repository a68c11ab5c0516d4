"""The release trains of each way of making a stack."""

from __future__ import annotations

from wellit import catalogue, ways

TRAINS = catalogue.trains(ways.way("llm-d"))
OF_DYNAMO = catalogue.trains(ways.way("dynamo"))
OF_KSERVE = catalogue.trains(ways.way("kserve"))
