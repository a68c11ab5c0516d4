"""What may be wrong at each hop of a request's way: small functions over a Way, each yielding Checks."""
