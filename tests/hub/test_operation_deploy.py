"""The hub as it is run in service: no privileges, a root that may not be written, no resolver, no way out."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import healthcheck
from tests.hub.running import RunningHub

DEPLOY = Path(healthcheck.__file__).parent

INSIDE = """\
set -e
ip link set lo up
: > "$1/empty"; mount --bind "$1/empty" /etc/resolv.conf
mount -t tmpfs -o size=64m tmpfs "$1/data"
who=65534 # the nobody of most systems; root without any capability, where nobody else may read this Python
setpriv --reuid $who --regid $who --clear-groups --bounding-set -all --inh-caps -all \\
    env PYTHONPATH="$3" "$2" -c "import tui" 2>/dev/null || who=0
chown $who:$who "$1/data"
mount -o remount,bind,ro / 2>/dev/null || mount --bind -o ro / /
exec setpriv --reuid $who --regid $who --clear-groups --no-new-privs --bounding-set -all --inh-caps -all \\
    env -i PATH="$PATH" HOME=/nonexistent XDG_STATE_HOME="$1/data/state" PYTHONPATH="$3" PYTHONDONTWRITEBYTECODE=1 \\
    "$2" "$1/inside.py" "$2" "$1/data"
"""

CLIENT = """\
import json, os, socket, subprocess, sys, urllib.request as net
python, data = sys.argv[1:]
os.chdir(data)
try:
    socket.getaddrinfo("name.of.nobody.example", 80)
    sys.exit("there is a resolver")
except OSError:
    pass
try:
    open("/outside", "w")
    sys.exit("the root can be written")
except OSError:
    pass
hub = subprocess.Popen(
    [python, "-m", "tui.cli", "hub", "--data", data + "/hub", "--listen", "127.0.0.1:0"], stdout=-1, text=True
)
url = hub.stdout.readline().split()[-1]
body = json.dumps({"source": "nms", "managed_object": "o", "severity": "major"}).encode()
print(net.urlopen(net.Request(url + "/v1/alarms", body), timeout=20).read().decode())
print(net.urlopen(url + "/readyz", timeout=20).read().decode())
raw = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=20)
raw.sendall(b"GET /healthz HTTP/1.0\\r\\n\\r\\n")  # without a name: nobody looks one up
print(raw.recv(1000).split(b"\\r\\n")[0].decode())
os.environ["VAKEN_LISTEN"] = url.removeprefix("http://")
print(subprocess.call([python, os.environ["PYTHONPATH"] + "/deploy/healthcheck.py", "/readyz"]))
hub.terminate()
print(hub.wait(30))
"""


def _may_unshare() -> str:
    """Return why a network of its own cannot be had here; empty: it can."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "setpriv", "ip", "mount"))):
        return "needs root, unshare, setpriv and ip"
    tried = subprocess.run(
        ["unshare", "-n", "-m", "sh", "-c", "ip link set lo up && mount -t tmpfs tmpfs /mnt"],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if tried.returncode == 0 else f"no namespaces here: {tried.stderr.strip()[:100]}"


def test_it_runs_without_privileges_resolver_or_a_root_to_write(tmp_path: Path) -> None:
    if why := _may_unshare():
        pytest.skip(why)
    for folder in (tmp_path, *tmp_path.parents):
        if not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o711)
    (tmp_path / "data").mkdir()
    (tmp_path / "inside.py").write_text(CLIENT)
    ended = subprocess.run(
        ["unshare", "-n", "-m", "sh", "-c", INSIDE, "sh", str(tmp_path), sys.executable, str(DEPLOY.parent)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    accepted, ready, head, health, code = ended.stdout.splitlines()[-5:]
    assert '"accepted":1' in accepted
    assert '"ready"' in ready
    assert head.endswith("200 OK")
    assert (health, code) == ("0", "0")


def test_the_health_check_tells_a_hub_from_none(shared_hub: RunningHub) -> None:
    port = shared_hub.url.rpartition(":")[2]
    assert healthcheck.answers("/healthz", port)
    assert healthcheck.answers("/readyz", port)
    assert not healthcheck.answers("/nothing", port)
    assert not healthcheck.answers("/healthz", "1")


def test_the_unit_is_one_that_systemd_takes_and_finds_tight(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    unit = tmp_path / "vaken.service"
    unit.write_text((DEPLOY / "vaken.service").read_text().replace("/opt/vaken/bin/vaken", "/bin/true"))
    verified = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stderr
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(unit)]
    tight = subprocess.run(command, capture_output=True, text=True, check=False)
    assert tight.returncode == 0, tight.stdout[-200:]


def test_the_container_has_no_privileges_one_volume_and_names_no_index() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    last = text[text.rindex("\nFROM ") :]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert re.findall(r"^VOLUME (.*)$", last, re.MULTILINE) == ["/data"]
    assert re.search(r"^HEALTHCHECK ", last, re.MULTILINE)
    assert last.rindex("USER ") < last.rindex("ENTRYPOINT")
    assert "--require-hashes" in text
    assert not re.search(r"https?://|--(extra-)?index-url|pypi|sudo|chmod 777|:latest", text)
    for copied in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE):
        for name in copied.split():
            assert (DEPLOY.parent / name).exists(), name
