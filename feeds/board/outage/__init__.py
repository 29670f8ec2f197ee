"""Outages: what people and watchers decided, which cases and alarms belong to them, and whom they hit."""
