"""The picture of a stack: what joins, what does not, and how it is drawn."""
