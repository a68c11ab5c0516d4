"""wellit: from a clone to an installed, proven LLM-serving stack."""

__version__ = "0.1.0"
