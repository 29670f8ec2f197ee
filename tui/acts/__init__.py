"""What a person can do: the registry of actions, what is made from it, and the questions before dangerous ones."""
