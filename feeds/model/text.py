"""Field types that bound what may stand in a text field. Cleaning of control characters is the door's work."""

from typing import Annotated, Final

from msgspec import Meta

Name = Annotated[str, Meta(min_length=1, max_length=256)]
"""An identifier or a name: 1 to 256 characters."""

Label = Annotated[str, Meta(max_length=256)]
"""An optional short text; empty means not known."""

Text = Annotated[str, Meta(max_length=65_536)]
"""Free text, such as the body of a mail; newlines allowed."""

FEED_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
FeedName = Annotated[str, Meta(min_length=1, max_length=64, pattern=FEED_NAME)]
"""The name of a source. It has no slash, so that ``source/id`` is one key and can be taken apart again."""

FeedNameSeen = Annotated[str, Meta(min_length=1, max_length=64, extra_json_schema={"pattern": FEED_NAME})]
"""As FeedName, of what comes in storms: the door looks at the pattern once for all of a body, not once an event."""

Attributes = Annotated[
    dict[Annotated[str, Meta(min_length=1, max_length=64)], Annotated[str, Meta(max_length=512)]],
    Meta(max_length=64),
]
"""At most 64 attributes of a managed object or a SIM range, such as apn, hss, gateway, visited_plmn."""
