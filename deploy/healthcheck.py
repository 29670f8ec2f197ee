"""Asks the hub of this machine or container whether it answers: exit code 0 or 1. Needs the standard library alone.

``healthcheck.py [/healthz|/readyz]``; the port is that of ``VAKEN_LISTEN``. The certificate is not looked at: the
question goes to loopback, and a certificate that expired is no reason to kill a hub.
"""

import os
import ssl
import sys
import urllib.error
import urllib.request

SECONDS = 4.0


def answers(path: str, port: str) -> bool:
    """Return whether the hub answers 200, over TLS or without."""
    blind = ssl.create_default_context()
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    for scheme, context in (("https", blind), ("http", None)):
        try:
            with urllib.request.urlopen(f"{scheme}://127.0.0.1:{port}{path}", timeout=SECONDS, context=context) as said:
                return bool(said.status == 200)
        except urllib.error.HTTPError:
            return False
        except (OSError, ValueError):
            continue
    return False


if __name__ == "__main__":
    asked = sys.argv[1] if len(sys.argv) > 1 else "/healthz"
    where = os.environ.get("VAKEN_LISTEN", "127.0.0.1:8425").rpartition(":")[2]
    sys.exit(0 if answers(asked, where) else 1)
