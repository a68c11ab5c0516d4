"""What stands in for an engine where there is no accelerator: speaks as the engine does, and says that it is none."""
