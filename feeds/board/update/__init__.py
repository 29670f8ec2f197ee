"""Updates to customers: their procedure, their ledger, suppressed addresses, and what was promised."""
