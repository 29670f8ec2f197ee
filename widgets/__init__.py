"""Textual widgets that know no screen: they are given rows and texts, and say with messages what a person did."""
