"""Parts of screens that show one thing: the header, one outage, one case, a preview, the ribbon."""
