"""What a person writes, and how it is kept and read: drafts, forms, times, whom it goes to."""
