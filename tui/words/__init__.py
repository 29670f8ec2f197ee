"""How things are written on the screens. Pure."""
