"""Explaining an outage: which attribute values its trouble shares, for and against, and what people said of it."""
