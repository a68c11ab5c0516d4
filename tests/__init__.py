"""The tests; their folders mirror wellit/."""
