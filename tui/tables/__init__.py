"""Tables over views: their columns, their filter line, and the small tables that are counted here."""
