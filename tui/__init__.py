"""The terminal application: screens over the hub's views. It knows the hub only through ``feeds.client``."""
