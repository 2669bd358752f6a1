"""Real servers for tests: see `plugin.py` for the fixtures."""
