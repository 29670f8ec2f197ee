"""The ways of delivering, one file each. What they have in common is ``feeds.courier.channel``."""
