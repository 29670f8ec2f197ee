"""Who may do what at this hub: tokens, locks on guessing, the machine's own token, single sign-on, TLS.

What a role may do stands in ``feeds.model.access``; who did what is kept by the log. The heart is ``gate``: it says who
is behind a token. ``guard`` asks it for each request, the stream for each command.
"""
