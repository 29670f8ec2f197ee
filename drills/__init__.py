"""Scenarios for ``vaken drill`` (TOML), and small feed programs that replay recorded data into a hub."""
