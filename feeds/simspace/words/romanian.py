"""Romanian: what other tables would mistake. Pure data; the fields are explained in language.py.

*De la A la B* is a range, but *la* alone is an article elsewhere: here it stands under ``also``, and *de la* under
``between``.
"""

from typing import Final

from feeds.simspace.words.language import Words

ROMANIAN: Final = Words(
    to="până la|pana la|pâna la",
    also="și|si|la",
    between="între|intre|de la",
    start="de la|începând de la|începând cu",
    but="cu excepția",
    aside="în afară de|fără",
)
