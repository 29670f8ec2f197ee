"""Drills: scenarios played into a hub over its real interfaces, and the feed client that a feed author copies."""
