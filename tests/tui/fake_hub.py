"""A hub in memory with the client's face: the real app on rows that a test owns, with the hub's filter and order."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

import msgspec

from feeds.client import Content, Link, LinkChanged, LinkState, Notice, Refused, Reply, ViewChanged
from feeds.model import (
    ROW_TYPES,
    AlarmRow,
    CaseKind,
    CaseRow,
    CaseState,
    Channel,
    Command,
    CountRow,
    CurveRow,
    DeliveryRow,
    DeliveryState,
    DeskRow,
    DraftText,
    FeedRow,
    FloodRow,
    ImpactRow,
    Message,
    Nearby,
    OtherCase,
    OutageRow,
    OutageState,
    PresentRow,
    Preview,
    ReadRow,
    Row,
    Service,
    Severity,
    SimsOwner,
    SimsPiece,
    SimsRead,
    SurgeRow,
    TimelineRow,
    TotalsRow,
    TriageRow,
    UpdateId,
    UpdateKind,
    UpdateRow,
    UpdateState,
)
from feeds.model.commands import Approve, AskDraft, AskPreview, AskSims, Draft, Suspect
from feeds.simspace import read_sims, short_text
from feeds.views.query import BadQuery, Query
from tests.tui.fake_explanations import candidates
from tests.tui.fake_space import ribbon

NOW = datetime(2026, 3, 14, 2, 55, 7, tzinfo=UTC)


class _Rows:
    """Rows of one view as a source of a query."""

    def __init__(self, name: str, rows: dict[str, Row]) -> None:
        self.name = name
        self.row_type = ROW_TYPES[name]
        self.default_sort = "key"
        self._rows = rows

    def every_key(self) -> Iterable[str]:
        return list(self._rows)

    def row(self, key: str) -> Row | None:
        return self._rows.get(key)


class FakeView:
    """One open view."""

    def __init__(
        self, hub: "FakeHub", number: int, view: str, sort: str, filter: str, window: tuple[int, int], of: str
    ):
        self._hub = hub
        self.id = number
        self.view = view
        self.sort = sort
        self.filter = filter
        self.window = window
        self.of = of
        self.closed = False
        self.reads = 0
        self._content = Content((), 0, 0, 0, NOW, loaded=False)

    @property
    def content(self) -> Content:
        self.reads += 1
        return self._content

    def change(
        self, *, sort: str | None = None, filter: str | None = None, window: tuple[int, int] | None = None
    ) -> None:
        self.sort = self.sort if sort is None else sort
        self.filter = self.filter if filter is None else filter
        self.window = self.window if window is None else window
        self._hub.answer(self)

    def close(self) -> None:
        self.closed = True
        self._hub.views.remove(self)

    def compute(self, rows: dict[str, Row], seq: int) -> None:
        try:
            query = Query(_Rows(self.view, rows), self.sort, self.filter, self._hub.now)
        except BadQuery as error:
            self._content = Content((), 0, 0, seq, NOW, error=str(error), refused=True)
            return
        first, count = self.window
        self._content = Content(tuple(query.rows(first, count)), query.total, first, seq, NOW)

    def put_ribbon(self, refused: str, seq: int) -> None:
        rows = () if refused or self._hub.no_fleet else tuple(ribbon(self.of))
        self._content = Content(rows, len(rows), 0, seq, NOW, error=refused, refused=bool(refused))


class FakeHub:
    """``put`` and ``drop`` change rows and tell the app; ``done`` holds the commands that came."""

    url = "http://hub.test:8060"
    who = "jl"

    def __init__(self) -> None:
        self.notify: Callable[[Notice], None] = lambda _notice: None
        self.link = Link(LinkState.LIVE, since=NOW, heard=NOW, hub="vaken 0.1")
        self.time = NOW
        self.views: list[FakeView] = []
        self.done: list[Command] = []
        self.refuse = ""
        """Why every command is refused; empty: none is."""
        self.judge: Callable[[Command], str] = lambda _command: self.refuse
        """Why one command is refused."""
        self.started = self.stopped = False
        self.notices = 0
        self.preview: Callable[[str], Preview] = preview_of
        self.sims: Callable[[str], SimsRead] = sims_of
        self.held: list[tuple[Future[Reply], Reply]] | None = None
        """Answers that a test lets go one by one; None: they come at once."""
        self.refused_of: dict[str, str] = {}
        """Ribbons that are refused, and why."""
        self.holds_views = False
        """Whether views that are opened get no content until ``answer`` is called."""
        self.no_fleet = False
        """Whether no SIM range is loaded."""
        self._rows: dict[tuple[str, str], dict[str, Row]] = {}
        self._numbers = 0
        self.texts: list[DraftText] = []
        """What drafts the hub knows, as they were written."""
        self._drafts = 0
        self.seq = 100

    def start(self) -> None:
        self.started = True

    def stop(self) -> None:
        self.stopped = True

    def now(self) -> datetime:
        return self.time

    def open(
        self, view: str, *, sort: str = "", filter: str = "", window: tuple[int, int] = (0, 60), of: str = ""
    ) -> FakeView:
        self._numbers += 1
        opened = FakeView(self, self._numbers, view, sort, filter, window, of)
        self.views.append(opened)
        if not (self.holds_views and view == "ribbon"):
            self.answer(opened)
        return opened

    def answer(self, view: FakeView) -> None:
        if view.view == "ribbon":
            view.put_ribbon(self.refused_of.get(view.of, ""), self.seq)
        else:
            view.compute(self._rows.get((view.view, self._part(view.view, view.of)), {}), self.seq)
        self._tell(view)

    def put(self, view: str, *rows: Row, of: str = "") -> None:
        self._rows.setdefault((view, of), {}).update({row.key: row for row in rows})
        self._changed(view, of)

    def drop(self, view: str, *keys: str, of: str = "") -> None:
        for key in keys:
            self._rows[view, of].pop(key)
        self._changed(view, of)

    def set_link(self, link: Link) -> None:
        self.link = link
        self.notify(LinkChanged(link))

    def do(self, command: Command, timeout: float = 15) -> "Future[Reply]":
        self.done.append(command)
        future: Future[Reply] = Future()
        if refused := self.judge(command):
            future.set_exception(Refused(refused))
            return future
        result: object = None
        if isinstance(command, Draft):
            if not command.update:
                self._drafts += 1
            result = {"update": command.update or f"U-{self._drafts}"}
        elif isinstance(command, AskDraft):
            asked = (command.update, command.outage)
            result = next((one for one in self.texts if one.update in asked or one.outage in asked), None)
        elif isinstance(command, AskPreview):
            result = self.preview(command.update)
        elif isinstance(command, AskSims):
            result = self.sims(command.text)
        elif isinstance(command, Suspect):
            result = {"outage": "O-16"}
        elif isinstance(command, Approve):
            result = {"update": command.update}
        self.seq += 1
        reply = Reply(self.seq, msgspec.Raw(msgspec.json.encode(result)))
        if self.held is not None and isinstance(command, AskSims):
            self.held.append((future, reply))
        else:
            future.set_result(reply)
        return future

    def let_go(self) -> None:
        """Give the oldest held answer."""
        assert self.held
        future, reply = self.held.pop(0)
        future.set_result(reply)

    def _part(self, view: str, of: str) -> str:
        return of if view in ("impact", "timeline", "explanations", "deliveries", "readings", "triage", "curve") else ""

    def _changed(self, view: str, of: str) -> None:
        self.seq += 1
        for opened in list(self.views):
            if opened.view == view and self._part(view, opened.of) == of:
                self.answer(opened)

    def _tell(self, view: FakeView) -> None:
        self.notices += 1
        self.notify(ViewChanged(view))  # type: ignore[arg-type]


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def outage(key: str = "O-12", **fields: object) -> OutageRow:
    values: dict[str, object] = {
        "state": OutageState.DECLARED, "urgency": 97, "suspected": ago(134), "declared": ago(133),
        "urgency_parts": (("SIMs 41,200", 34), ("VIP Vattenkraft", 25), ("metering", 18), ("growing", 20)),
        "sims_text": "8946 2000 2000–2039 +2", "sims": 41_200, "ranges": 3, "customers": 15,
        "customer": "Vattenkraft", "vip": True, "cases": 61, "cases_10m": 38, "critical": 12, "major": 40,
        "shared": "apn iot.meter", "coverage": 0.98, "fleet_share": 0.04, "commander": "jl", "told": ago(24),
        "next_word": ago(4.2), "updates": 1, "seq": 77,
        "reason": "61 open cases and 52 alarms in 3 ranges that share apn iot.meter",
    }  # fmt: skip
    return OutageRow(key=key, **{**values, **fields})  # type: ignore[arg-type]


def quiet_outage(key: str, **fields: object) -> OutageRow:
    values: dict[str, object] = {
        "state": OutageState.SUSPECTED, "urgency": 64, "urgency_parts": (("SIMs 3,000", 22), ("growing", 10)),
        "vip": False, "declared": None, "told": None, "next_word": None, "commander": "", "updates": 0,
        "critical": 0, "major": 0, "customer": "Acme Lifts", "customers": 1, "sims": 3_000, "ranges": 1, "cases": 5,
        "cases_10m": 2, "sims_text": "8946 2000 1140–1142", "shared": "visited 262-01", "coverage": 0.8,
        "fleet_share": 0.09, "reason": "5 cases in one range",
    }  # fmt: skip
    return outage(key, **{**values, **fields})


def alarm(number: int, severity: Severity = Severity.MAJOR, **fields: object) -> AlarmRow:
    values: dict[str, object] = {
        "source": "nms-se", "managed_object": f"pgw-sto-{number}", "raised": ago(number), "changed": ago(number / 2),
        "occurrences": 1 + number % 7, "specific_problem": "GTP path failure", "event_type": "communicationsAlarm",
        "probable_cause": "lossOfSignal", "text": f"peer 10.20.{number % 256}.7 does not answer echo requests",
        "attributes": {"apn": "iot.meter", "site": "Stockholm"}, "sims": 12_000, "seq": 50 + number,
    }  # fmt: skip
    return AlarmRow(key=f"nms-se/{number}", severity=severity, **{**values, **fields})  # type: ignore[arg-type]


def case(number: int, **fields: object) -> CaseRow:
    values: dict[str, object] = {
        "state": CaseState.OPEN, "kind": CaseKind.INCIDENT, "service": list(Service)[number % 3],
        "channel": list(Channel)[number % 4], "opened": ago(number * 1.7), "changed": ago(number),
        "customer": ("Vattenkraft", "Acme Lifts", "Nordbuss", "Kraftringen Energi")[number % 4],
        "vip": number % 4 == 0, "title": "Meters offline since half past two",
        "text": "Hello,\n\nour meters 8946 2000 2000–2039 are offline.\nPlease call back.\n\nBest regards\nEva",
        "sims": 40 * number, "sims_text": "8946 2000 2000–2039", "outages": ("O-12",), "seq": number,
    }  # fmt: skip
    return CaseRow(key=f"zammad/{number}", number=str(10_400 + number), **{**values, **fields})  # type: ignore[arg-type]


def curve(minutes: int, stretches: int, surge: int = 24) -> list[CurveRow]:
    """Cases in stretches of ``minutes`` up to now: as usual, then a surge of ``surge`` minutes."""
    last = int(NOW.timestamp()) // 60 // minutes
    rows = []
    for place in range(stretches):
        start = datetime.fromtimestamp((last - stretches + 1 + place) * minutes * 60, UTC)
        old = (NOW - start).total_seconds() / 60
        usual = minutes * (0.21 + 0.1 * (8 <= start.hour < 17))
        surging = surge > 0 and old < surge + minutes
        seen = round(minutes * max(surge + 5 - old, 2) / 4) if surging else (place * 7) % 5 * (usual + 0.5) / 3
        rows.append(
            CurveRow(key=str(place), start=start, minutes=minutes, seen=int(seen), usual=usual,
                     low=max(0.0, usual - 2 * usual**0.5), high=usual + 2 * usual**0.5 + 1,
                     surges=("S-3",) if surging else ())
        )  # fmt: skip
    return rows


def surge_row(key: str = "S-3", **fields: object) -> SurgeRow:
    values: dict[str, object] = {
        "began": ago(24), "minutes": 10, "until": ago(3), "seen": 61, "usual": 2.1, "low": 1.4, "high": 3.3,
        "chance": 1e-30, "channel": "e-mail", "kind": "incident",
    }  # fmt: skip
    return SurgeRow(key=key, **{**values, **fields})  # type: ignore[arg-type]


def flood(**fields: object) -> FloodRow:
    values: dict[str, object] = {
        "raised": 66, "on_duty": 2, "active": 66, "unacknowledged": 58, "chattering": 3, "stale": 2, "shelved": 4,
        "trend": (2, 0, 1, 3, 2, 1, 0, 0, 2, 4, 1, 0, 2, 1, 3, 0, 1, 2, 0, 1, 4, 9, 41, 66),
    }  # fmt: skip
    return FloodRow(key="all", **{**values, **fields})  # type: ignore[arg-type]


def triage(of: CaseRow, **fields: object) -> TriageRow:
    values: dict[str, object] = {
        "customer": of.customer, "agreement": "gold", "age": 3.2, "usual": 9.3, "other_count": 7,
        "others": tuple(
            OtherCase(str(10_500 + n), f"Meters offline, part {n}", ago(20 * n), ("O-12",) if n % 2 else ())
            for n in range(1, 6)
        ),
        "nearby": (
            Nearby("O-12", "40 of its 40 SIMs lie there", inside=True),
            Nearby("O-14", "it names visited 262-01"),
        ),
    }  # fmt: skip
    return TriageRow(key=of.key, **{**values, **fields})  # type: ignore[arg-type]


def desk_rows() -> list[DeskRow]:
    return [
        DeskRow(key="contacts", unit="contacts", count=74, value=74.0, usual=63.1),
        DeskRow(key="calls", unit="seconds", count=9, value=341.2, usual=320.0, over=4),
        DeskRow(key="incident", unit="working days", count=61, value=3.2, usual=9.3, oldest=14.1, over=2),
        DeskRow(key="information request", unit="working days", count=12, value=8.4, usual=7.1, oldest=21.6, over=7),
        DeskRow(key="service request", unit="working days", count=4, value=5.0, usual=9.3, oldest=6.4),
        DeskRow(key="order", unit="working days", usual=12.0),
    ]


def readings(*texts: str, of: CaseRow) -> list[ReadRow]:
    """What was read of a case: each of ``texts`` as it stands in the case's text, or beside it."""
    return [
        ReadRow(
            key=str(place), text=text, start=max(0, of.text.find(text)), end=max(0, of.text.find(text)) + len(text),
            part="text" if text in of.text else "", kind="iccid", sims=40 * place, sims_text=f"8946 2000 200{place}",
            customer=of.customer, warning="read as a range of 40 SIMs; is that meant?" if place == 2 else "",
        )
        for place, text in enumerate(texts, start=1)
    ]  # fmt: skip


def sims_of(text: str) -> SimsRead:
    """What the hub says of a text: half of the SIMs are Vattenkraft's, some are nobody's."""
    reading = read_sims(text)
    pairs = [(int(span.first), int(span.last)) for span in reading.spans if span.kind == "iccid"]
    count = sum(last - first + 1 for first, last in pairs)
    pieces = tuple(
        SimsPiece(item.start, item.end, item.text, item.span.kind, item.span.first, item.span.last, item.span.count,
                  item.warning)
        for item in reading.items
    )  # fmt: skip
    owners = (
        SimsOwner("c0", "Vattenkraft", vip=True, sims=count - count // 4),
        *((SimsOwner("", sims=count // 4),) if count // 4 else ()),
    )
    return SimsRead(
        count, short_text(pairs), tuple((str(first), str(last)) for first, last in pairs), pieces,
        owners if count else (), ("O-12",) if count else (),
        ("8946 2000 2000–2039 (Vattenkraft) lies over 8946 2000* (Acme Lifts)",) if count > 100 else (),
    )  # fmt: skip


def message(number: int, **fields: object) -> Message:
    values: dict[str, object] = {
        "customer": f"c{number}", "name": ("Vattenkraft", "Acme Lifts", "Nordbuss")[number % 3],
        "sims": 1_200 * (number + 1),
        "address": f"noc@customer{number}.example", "subject": "[O-12] First word: data service for your SIMs",
        "vip": number % 3 == 0,
        "body": "Dear customer,\n\n1,200 of your SIMs cannot open data sessions since 02:31 UTC.\n\n"
                "What we have done: the fault is found in the gateway.\nWhat we will do: we move the APN.\n"
                "What you need to do: nothing.\n\nNext word by 03:16 UTC.\n\nThe operations desk",
    }  # fmt: skip
    return Message(**{**values, **fields})  # type: ignore[arg-type]


def preview_of(update: str) -> Preview:
    messages = tuple(message(n) for n in range(4))
    return Preview(UpdateId(update), "3fa9c2d4e5f60718", 3, 4, 41_200, 1, messages, ("Hilltop Farm",))


def update_row(key: str = "U-1", **fields: object) -> UpdateRow:
    values: dict[str, object] = {
        "outage": "O-12", "number": 1, "kind": UpdateKind.FIRST_WORD, "state": UpdateState.SENDING, "author": "jl",
        "approver": "mk", "drafted": ago(30), "approved": ago(24), "next_word": ago(4), "customers": 15, "total": 1_200,
        "accepted": 812, "failed": 3, "uncertain": 1, "attempting": 20, "queued": 364, "seq": 90,
    }  # fmt: skip
    return UpdateRow(key=key, **{**values, **fields})  # type: ignore[arg-type]


_STATES = (DeliveryState.FAILED, DeliveryState.UNCERTAIN, DeliveryState.ACCEPTED, DeliveryState.QUEUED)


def furnished() -> FakeHub:
    """A hub in the middle of an outage: what the screens are looked at with."""
    hub = FakeHub()
    hub.put(
        "outages",
        outage(),
        quiet_outage("O-14"),
        quiet_outage(
            "O-9", state=OutageState.MITIGATED, urgency=12, customer="Nordbuss", sims=120, cases=0, cases_10m=-6,
            minor=1, told=ago(45), next_word=NOW + timedelta(minutes=20), shared="gateway pgw-sto-2", coverage=1.0,
            fleet_share=0.004,
            sims_text="8946 2011 7*", commander="mk", declared=ago(300), suspected=ago(302), updates=3,
        ),
        quiet_outage("O-15", urgency=8, customer="Kraftringen Energi", customers=2, sims=2, cases=2, cases_10m=0,
                     shared="", coverage=None, fleet_share=None, sims_text="8946 2000 0412 …"),
        quiet_outage("O-2", state=OutageState.RESOLVED),
    )  # fmt: skip
    hub.put(
        "feeds",
        FeedRow(key="nms-se", kind="alarms", heard=ago(0), per_minute=48_720, events=10_000),
        FeedRow(key="zammad", kind="cases", heard=ago(0.05), per_minute=14, events=120),
        FeedRow(key="fleet", kind="inventory", heard=ago(125), events=3_000),
    )
    hub.put("flood", flood())
    hub.put(
        "present",
        PresentRow(key="jl", role="commander", since=ago(140), outages=("O-12",)),
        PresentRow(key="mk", role="commander", terminals=2, since=ago(90), outages=("O-12", "O-9")),
        PresentRow(key="wall", role="viewer", since=ago(9_000)),
    )
    severities = [Severity.CRITICAL] * 12 + [Severity.MAJOR] * 40 + [Severity.MINOR] * 9 + [Severity.WARNING] * 5
    hub.put(
        "alarms",
        *(
            alarm(n, severity, outages=("O-12",) if n < 40 else (), acknowledged_by="jl" if n % 9 == 4 else "")
            for n, severity in enumerate(severities)
        ),
        alarm(90, Severity.CLEARED, cleared=ago(5)),
    )
    hub.put("cases", *(case(n, lane="grouped") for n in range(1, 62)))
    hub.put(
        "cases",
        case(7, outages=(), lane="unexplained", sims=1, sims_text="8946 2000 2011 0000 12"),
        case(8, outages=(), lane="unexplained"),
        case(9, outages=(), lane="no SIMs", sims=0, sims_text="", text="Nothing works since noon."),
        case(10, outages=("O-12", "O-14"), lane="grouped", placed="person"),
    )
    for n in (1, 2):
        hub.put("readings", *readings("8946 2000 2000–2039", "Eva", "in a field", of=case(n)), of=f"zammad/{n}")
    hub.put(
        "totals",
        TotalsRow(
            key="all",
            outages=4,
            sims=44_322,
            customers=19,
            cases=61,
            grouped=57,
            unexplained=4,
            single=2,
            without_sims=3,
        ),
    )
    hub.put("cases", case(3, lane="grouped", warnings=("89462000200: read as a range of 1,000 SIMs; is that meant?",)))
    hub.put(
        "counts",
        *(
            CountRow(
                key=ago(m).isoformat(),
                minute=ago(m).replace(second=0),
                total=n + 1 + m % 2,
                by={"e-mail/data": n, "call/data": 1, **({"portal/sms": 1} if m % 2 else {})},
            )
            for m in range(118)
            for n in [max(0, 14 - m) if m < 24 else m % 4 == 0]
        ),
    )
    for minutes, stretches in (
        (1, 120),
        (5, 24),
        (10, 144),
        (15, 96),
        (20, 72),
        (30, 48),
        (60, 168),
        (120, 84),
        (180, 56),
    ):
        hub.put("curve", *curve(minutes, stretches), of=f"{minutes}/{stretches}")
    hub.put("curve", *curve(5, 24, surge=0), of="5/24/call")
    hub.put(
        "surges",
        surge_row(),
        surge_row(
            "S-1",
            began=ago(3_000),
            ended=ago(2_930),
            seen=14,
            minutes=60,
            chance=3e-5,
            channel="",
            kind="",
            usual=4.2,
            low=2.0,
            high=6.9,
        ),
    )
    hub.put("desk", *desk_rows())
    names = ("Vattenkraft", "Acme Lifts", "Nordbuss", "Kraftringen Energi", "Hilltop Farm", "Ren & Söner", "北海道電力")
    hub.put(
        "impact",
        *(
            ImpactRow(key=f"c{n}", customer=names[n % 7], vip=n % 5 == 0, sims=20_000 // (n + 1),
                      cases=max(0, 20 - 3 * n), contacts=n % 4, use=("metering", "alarm", "vehicle")[n % 3],
                      ranges_text="8946 2000 2000–2039")
            for n in range(15)
        ),
        of="O-12",
    )  # fmt: skip
    hub.put(
        "timeline",
        TimelineRow(key="1", at=ago(134), who="vaken/watcher", what="suspected: 7 cases and 12 alarms in 3 ranges"),
        TimelineRow(key="2", at=ago(133), who="jl", what="declared"),
        TimelineRow(key="3", at=ago(24), who="jl", what="update 1 approved: 15 customers, 22 contacts"),
        of="O-12",
    )
    hub.put("explanations", *candidates(), of="O-12")
    hub.put("updates", update_row())
    hub.put(
        "deliveries",
        *(
            DeliveryRow(
                key=f"U-1/{n}", update="U-1", state=state, customer=names[n % 7], address=f"noc@customer{n}.example",
                sims=120 * n, attempts=1 if state is not DeliveryState.QUEUED else 0,
                answer={"accepted": "250 2.0.0 Ok: queued", "failed": "550 5.1.1 no such user"}.get(state.value, ""),
            )
            for n in range(40)
            for state in [_STATES[min(n // 2, 2 + n % 2)]]
        ),
        of="U-1",
    )  # fmt: skip
    return hub
