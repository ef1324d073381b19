"""The lines that are always there: the contact bar, the status line and the hint bar. Pure."""

from __future__ import annotations

from agent_tui.desk.views import NEVER_S, ContactView, Status
from agent_tui.domain.centre import Figure
from agent_tui.domain.contact import Contact, ContactState
from agent_tui.i18n.catalog import say
from agent_tui.tui import marks
from agent_tui.tui.facts import Facts, next_step, why_not
from agent_tui.tui.keymap import shown
from agent_tui.tui.line import Line, Piece, joined, length, piece, spread
from agent_tui.tui.words import Words

GAP: Piece = ("  ", "bar")
WATCHING = ("supervisor", "reviewer", "trainer")
"""Roles whose work is not on a queue."""
OFFER_GAP: Piece = ("  ", "offer")


def contact_bar(facts: Facts, words: Words, width: int) -> Line:
    """Who I am speaking with, since when, and what is being asked of the switch."""
    own = facts.own
    if own is None:
        return _nobody(facts, words, width)
    if own.contact.state == ContactState.ALERTING:
        return _offered(own, facts, words, width)
    contact = own.contact
    mark, role = marks.CONTACT.get(contact.state, (" ", "text"))
    parts: list[Line] = [
        (
            (f" {mark} ", marks.bar(role)),
            piece(words.of("contact_state", contact.state), marks.bar(role)),
            (" ", "bar"),
            piece(words.span(_in_state(contact, facts.status)), "bar"),
        ),
        _asking(contact, own, words),
        _cosigning(own, facts, words),
        (piece(_who(own, words), "bar_key"),),
        (piece(words.of("channel", contact.channel), "bar"),),
        (piece(words.of("tier", contact.tier), "bar"),),
        _verified(contact, words),
        _consult(contact, words),
        (piece(own.group.names.say(words.language) if own.group else contact.group, "bar_muted"),),
        (piece(words.of("language", contact.language), "bar_muted"),),
    ]
    return spread(joined(parts, GAP, width - 1), _others(facts, words), width, "bar")


def _nobody(facts: Facts, words: Words, width: int) -> Line:
    if _ignorant(facts.status):
        return spread(((" ", "bar"), piece(words("nobody_unknown"), "bar_warn")), (), width, "bar")
    text = words("nobody_ready" if facts.status.state == "ready" else "nobody")
    return spread(((" ", "bar"), piece(text, "bar_muted")), (), width, "bar")


def _ignorant(status: Status) -> bool:
    """Nothing ever came from the server: what is not here may well be there."""
    return status.me is None and status.age_s >= NEVER_S


def _offered(own: ContactView, facts: Facts, words: Words, width: int) -> Line:
    contact = own.contact
    waited = words.span((facts.status.now - (contact.alerting_at or contact.queued_at)).total_seconds())
    left = joined(
        [
            (piece(f" !! {words('offered')} {waited}", "offer"),),
            (piece(_who(own, words), "offer"),),
            (piece(words.of("channel", contact.channel), "offer"),),
            (piece(words.of("tier", contact.tier), "offer"),),
            (piece(own.group.names.say(words.language) if own.group else contact.group, "offer"),),
            (piece(words.of("language", contact.language), "offer"),),
            (piece(contact.subject, "offer"),) if contact.subject else (),
        ],
        OFFER_GAP,
        width - 14,
    )
    asked = words("asking_short") if contact.request else f" F9 {words('next.accept')} "
    return spread(left, ((asked, "offer_key"), (" ", "offer")), width, "offer")


def _who(own: ContactView, words: Words) -> str:
    if own.customer is not None:
        return own.customer.name
    return own.contact.name or own.contact.caller or words("unknown_caller")


def _in_state(contact: Contact, status: Status) -> float:
    start = {
        ContactState.HOLD: contact.hold_since,
        ContactState.WRAP_UP: contact.cleared_at,
        ContactState.CONNECTED: contact.established_at,
    }.get(contact.state)
    return (status.now - (start or contact.queued_at)).total_seconds()


def _asking(contact: Contact, own: ContactView, words: Words) -> Line:
    if contact.request:
        return (piece(f"{marks.WAITING_FOR_SERVER} {words.of('asking', contact.request)}", "bar_warn"),)
    if set(own.pending) - _WAIT_FOR_OTHERS:
        return (piece(f"{marks.WAITING_FOR_SERVER} {words('unconfirmed')}", "bar_warn"),)
    return ()


_WAIT_FOR_OTHERS = frozenset({"RequestApproval", "BreakGlass"})


def _cosigning(own: ContactView, facts: Facts, words: Words) -> Line:
    """What others were asked to sign for this customer, and how long they still may."""
    mine = [view for view in facts.asked if view.approval.customer_id == own.contact.customer_id]
    if not mine:
        return ()
    left = words.span(mine[0].left_s)
    text = say("cosign.bar.asked", words.language, level=mine[0].approval.level, left=left)
    return (piece(f"{marks.WAITING_FOR_SERVER} {text}", "bar_warn"),)


def _verified(contact: Contact, words: Words) -> Line:
    role = {"none": "bar_warn", "basic": "bar", "full": "bar_ok"}[contact.verified]
    mark = {"none": "?", "basic": "+", "full": "++"}[contact.verified]
    return (piece(f"{mark} {words.of('verified', contact.verified)}", role),)


def _consult(contact: Contact, words: Words) -> Line:
    if contact.consult is None:
        return ()
    return (piece(words("consulting", who=contact.consult.to_id), "bar_warn"),)


def _others(facts: Facts, words: Words) -> Line:
    more = len(facts.mine) - 1
    return (piece(words("more_contacts", count=more), "bar_warn"), (" ", "bar")) if more > 0 else ()


# ---- status ----------------------------------------------------------------------------------------------------------


def status_line(status: Status, words: Words, width: int) -> Line:
    """Me, my state, the connection and the age of what is shown, unsent work, the centre's life lines."""
    left = joined(
        [
            _me(status),
            _to_sign(status, words),
            *_news(status, words),
            _state(status, words),
            _connection(status, words),
            _alert(status, words),
            _asked(status, words),
            *_work(status, words),
        ],
        GAP,
        width,
    )
    room = width - length(left) - 3
    right: Line = ()
    for style in ("full", "plain", "short"):
        figures = [
            (piece(_waiting(status, words), "bar_warn" if status.waiting else "bar"),),
            _figure("abandonment", status.abandonment, words, style),
            _figure("service_level", status.service_level, words, style),
        ]
        right = joined(figures[style == "short" :], GAP, max(room, 0))
        if length(right) == length(joined(figures[style == "short" :], GAP, 1_000)):
            break
    return spread(left, (*right, (" ", "bar")), width, "bar")


def _waiting(status: Status, words: Words) -> str:
    return words("waiting_count", count="-" if _ignorant(status) else status.waiting)


def _me(status: Status) -> Line:
    if status.me is None:
        return ((" -", "bar_muted"),)
    return ((" ", "bar"), piece(status.me.name, "bar_key"), piece(f" L{status.me.level}", "bar"))


def _to_sign(status: Status, words: Words) -> Line:
    """What waits for my signature: unmissable, and quiet."""
    if not status.to_sign:
        return ()
    return (piece(f" ! {say('cosign.status.sign', words.language, count=status.to_sign)} ", "offer"),)


def _news(status: Status, words: Words) -> list[Line]:
    """Bulletins still to be read, and answers that came back, each with its key."""
    found: list[Line] = []
    if status.to_read:
        found.append(
            (piece(f" ! {say('knowledge.status.to_read', words.language, count=status.to_read)} ", "offer"),)
        )
    if status.answers:
        found.append(
            (piece(f"? {say('knowledge.status.answers', words.language, count=status.answers)}", "bar_warn"),)
        )
    return found


def _asked(status: Status, words: Words) -> Line:
    if not status.asked:
        return ()
    left = words.span(status.asked_left_s)
    text = say("cosign.status.asked", words.language, count=status.asked, left=left)
    return (piece(f"{marks.WAITING_FOR_SERVER} {text}", "bar_warn"),)


def _state(status: Status, words: Words) -> Line:
    if status.me is not None and status.me.role in WATCHING and status.state == "logged_off":
        # On no queue, and at work all the same.
        return (piece(f"+ {say('cosign.at_screen', words.language)}", "bar_ok"),) if status.me.signed_in else ()
    if _ignorant(status):
        return ()
    mark, role = marks.AGENT.get(status.state or "logged_off", (" ", "text"))
    word = words.of("state", status.state or "logged_off")
    reason = status.me.reason if status.me and status.state == "not_ready" else None
    if reason:
        word = words("state_because", state=word, reason=words.of("reason", reason))
    line: Line = (piece(f"{mark} {word}", marks.bar(role)),)
    if status.since:
        line = (*line, (" ", "bar"), piece(words.span((status.now - status.since).total_seconds()), "bar"))
    if status.pending_state:
        asked = words("asked_for", state=words.of("state", status.pending_state))
        line = (*line, (" ", "bar"), piece(f"{marks.WAITING_FOR_SERVER} {asked}", "bar_warn"))
    return line


def age(status: Status, words: Words) -> str:
    """How old what is shown is; that there is nothing yet, where nothing ever came."""
    return words("no_data") if status.age_s >= NEVER_S else words("age", span=words.span(status.age_s))


def _connection(status: Status, words: Words) -> Line:
    mark, role = marks.CONNECTION.get(status.connection, ("?", "warn"))
    text = f"{mark} {words.of('connection', status.connection)}"
    if status.connection != "live":
        text += " " + age(status, words)
    return (piece(text, marks.bar(role)),)


def _alert(status: Status, words: Words) -> Line:
    """There is something to know about the data here; the page of help has the whole sentence."""
    if status.alert is None:
        return ()
    return (piece(f"! {words('alert', key=shown('desk.help'))}", "bar_bad"),)


def _work(status: Status, words: Words) -> list[Line]:
    found: list[Line] = []
    if status.unsent:
        found.append((piece(f"{marks.WAITING_FOR_SERVER} {words('unsent', count=status.unsent)}", "bar_warn"),))
    if status.findings:
        text = say("review.screen.status", words.language, count=status.findings, key=shown("review.mine"))
        found.append((piece(f"! {text}", "bar_warn"),))
    if status.attention:
        found.append((piece(f"x {words('attention', count=status.attention)}", "bar_bad"),))
    return found


def _figure(name: str, figure: Figure | None, words: Words, style: str) -> Line:
    """An indicator with its mark; `full` with its target, `short` with a short name."""
    if figure is None:
        return ()
    mark, role = marks.LEVEL.get(figure.level, ("", "text"))
    label = words(f"figure.{name}_short" if style == "short" else f"figure.{name}")
    target = (
        words(f"target.{name}", value=words.target(figure)) if style == "full" and figure.target is not None else ""
    )
    value = piece(f"{label} {words.figure(figure)}", "bar")
    return (value, piece(f" {mark} {target}".rstrip(), marks.bar(role)))


# ---- hints -----------------------------------------------------------------------------------------------------------

HINTS = (
    "contact.hold", "contact.end", "text.write", "text.insert", "contact.other", "view.queue", "view.customer",
    "view.blueprint", "view.actions", "knowledge.search", "cosign.open",
)  # fmt: skip
"""Shown after the next step as far as there is room, those that cannot be done now left out."""
TALKING = ("contact.hold", "contact.end")
"""Before the keys of the pane: a customer is waiting."""
ALWAYS = ("desk.leader", "desk.help", "desk.palette")
"""Shown at the right end, whatever else there is."""


def hint_bar(facts: Facts, words: Words, width: int, focused: str = "") -> Line:
    """The next step and the keys that matter now. `focused` is the pane whose own keys come first."""
    step = next_step(facts)
    first: Line = (
        (" ", "bar"),
        ("F9 ", "bar_key"),
        piece(words.msg(step.label), "bar" if step.command else "bar_muted"),
    )
    always = joined([_hint(id, words) for id in ALWAYS], GAP, width)
    wanted = [id for id in HINTS if _wanted(id, step.command, focused) and why_not(id, facts) is None]
    own = (piece(words(f"keys.{focused}"), "bar_muted"),) if focused else ()
    talking = [_hint(id, words) for id in wanted if id in TALKING]
    parts = [first, *talking, own, *(_hint(id, words) for id in wanted if id not in TALKING)]
    return spread(joined(parts, GAP, width - length(always) - 3), (*always, (" ", "bar")), width, "bar")


def _wanted(id: str, next_command: str, focused: str) -> bool:
    """Not what F9 does, nor the key of the pane one is in."""
    return id not in (next_command, f"view.{focused}") and not (id == "text.write" and focused == "compose")


def _hint(id: str, words: Words) -> Line:
    return (piece(shown(id) + " ", "bar_key"), piece(words(f"hint.{id.replace('.', '_')}"), "bar"))
