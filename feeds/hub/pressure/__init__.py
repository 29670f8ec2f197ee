"""What the hub does when more comes in than it can take: bounds, fair turns, the order of shedding, the delay."""
