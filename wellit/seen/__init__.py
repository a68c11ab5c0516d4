"""Values as the charts see them: defaults filled in, images, command lines and ports worked out."""
