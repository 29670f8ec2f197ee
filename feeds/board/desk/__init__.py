"""The desk's own figures: working days, contacts, ages of cases, and how urgent things are."""
