"""Words for défis: their stages, states, themes, and what happens in them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from gateway.wording.label import Label

STAGES = {
    "informaction": Label(_("Inform’action"), "messages-square"),
    "creaction": Label(_("Cré’action"), "flask-conical"),
    "activaction": Label(_("Activ’action"), "sprout"),
}
"""The three stages, in their order."""

STAGE_PURPOSES = {
    "informaction": _("The time of debate: understanding the problem together, and finding who commits."),
    "creaction": _("The time of experiment: trying ideas out on a small scale, and learning from them."),
    "activaction": _("The time of development: making what works last, with those it takes."),
}
"""What each stage is for."""

ENTRIES = {
    "informaction": _("It begins: we want to talk about it (Inform’action)"),
    "creaction": _("It exists: we are trying things out (Cré’action)"),
    "activaction": _("It works: we want to make it last (Activ’action)"),
}
"""At which stage a défi enters, in its porteur's words."""

CONDITIONS = {
    "debates": _("A debate held, and its report published"),
    "committed": _("People committed: of the core group, or with a pledge that stands"),
    "charter": _("A charter adopted by the group"),
    "experiment": _("Something learned from an experiment"),
    "task": _("A task carried out"),
}
"""What the gates ask for."""

ROLES = {
    "porteur": Label(_("Porteur of the défi"), "flag"),
    "core": Label(_("Core group"), "handshake"),
    "member": Label(_("Member"), "user-round"),
}
"""What somebody is to a défi."""

ORIGINS = {
    "proposal": _("It came from a proposal of a consultation"),
    "action": _("It carries out an action of the coalition"),
    "defi": _("It takes up another défi"),
}
"""Where a défi came from."""

MOVES = {
    "pause": Label(_("Pause it"), "pause"),
    "resume": Label(_("Resume it"), "play"),
    "complete": Label(_("Say that it was carried through"), "circle-check"),
    "abandon": Label(_("Give it up"), "circle-x"),
    "archive": Label(_("Archive it"), "archive"),
}
"""What may be done to a published défi."""

DECISIONS = {
    "publish": Label(_("Publish it"), "circle-check"),
    "refuse": Label(_("Refuse it"), "circle-x"),
}
"""What may be decided of a défi that was submitted."""

DEFI_REFUSALS = {
    "incomplete": _("Too little is said for neighbours to join"),
    "off_topic": _("It is no local challenge"),
    "one_beneficiary": _("It benefits one person or one business only"),
    "partisan": _("It promotes a party or a candidate"),
    "illegal": _("It is against the law"),
    "advertising": _("It is advertising"),
    "already_exists": _("It exists already"),
    "out_of_territory": _("It is outside the territory that this operator serves"),
    "test": _("It is a test"),
    "other": _("Another reason"),
}
"""Why a défi is not published."""

TIMELINE = {
    "created": Label(_("The défi was begun"), "pencil"),
    "changed": Label(_("What the défi says was changed"), "pen-line"),
    "submitted": Label(_("The défi was sent to the operator"), "arrow-right"),
    "published": Label(_("The défi was published"), "megaphone"),
    "refused": Label(_("The défi was not published"), "circle-x"),
    "paused": Label(_("The défi was paused"), "pause"),
    "resumed": Label(_("The défi was resumed"), "play"),
    "completed": Label(_("The défi was carried through"), "award"),
    "abandoned": Label(_("The défi was given up"), "circle-x"),
    "archived": Label(_("The défi was archived"), "archive"),
    "membership_requested": Label(_("Somebody asked to join"), "user-plus"),
    "membership_declined": Label(_("A request to join was declined"), "circle-x"),
    "invited": Label(_("An invitation was made"), "mail"),
    "invitation_declined": Label(_("An invitation was declined"), "circle-x"),
    "member_joined": Label(_("People joined the défi"), "user-plus"),
    "member_left": Label(_("Somebody left the défi"), "log-out"),
    "role_changed": Label(_("A role changed in the group"), "handshake"),
    "meeting_scheduled": Label(_("A meeting was announced"), "calendar-plus"),
    "meeting_changed": Label(_("A meeting was changed"), "calendar-days"),
    "meeting_cancelled": Label(_("A meeting was cancelled"), "circle-x"),
    "meeting_held": Label(_("A meeting was held, and reported"), "clipboard-list"),
    "argument_removed": Label(_("An argument was removed from a debate"), "trash-2"),
    "pledge_offered": Label(_("Something was offered"), "gift"),
    "pledge_accepted": Label(_("An offer was accepted"), "handshake"),
    "pledge_fulfilled": Label(_("A promise was kept"), "circle-check"),
    "pledge_lapsed": Label(_("An offer lapsed"), "hourglass"),
    "pledge_withdrawn": Label(_("An offer was withdrawn"), "undo-2"),
    "gate_asked": Label(_("The next stage was asked for"), "flag"),
    "gate_confirmed": Label(_("A new stage begins"), "sprout"),
    "gate_refused": Label(_("The next stage was refused for now"), "circle-x"),
    "gate_appealed": Label(_("The group appealed to the operator"), "scale"),
    "gate_upheld": Label(_("The operator upheld the refusal"), "scale"),
}
"""What happened in a défi."""

DEFI_STATES = {
    "draft": Label(_("Draft"), "pencil"),
    "submitted": Label(_("Waiting for an answer"), "hourglass"),
    "refused": Label(_("Not published"), "circle-x"),
    "published": Label(_("Under way"), "play"),
    "paused": Label(_("Paused"), "pause"),
    "completed": Label(_("Completed"), "circle-check"),
    "abandoned": Label(_("Given up"), "circle-x"),
    "archived": Label(_("Archived"), "archive"),
}

THEMES = {
    "lien-social": Label(_("Living together"), "users"),
    "alimentation": Label(_("Food"), "apple"),
    "sante": Label(_("Health"), "heart-pulse"),
    "environnement": Label(_("Environment"), "leaf"),
    "energie": Label(_("Energy"), "zap"),
    "habitat": Label(_("Housing"), "house"),
    "mobilite": Label(_("Getting around"), "bike"),
    "culture": Label(_("Culture"), "palette"),
    "sport": Label(_("Sport"), "dumbbell"),
    "education": Label(_("Education"), "graduation-cap"),
    "numerique": Label(_("Digital life"), "monitor"),
    "economie-locale": Label(_("Local economy"), "store"),
    "solidarite": Label(_("Solidarity"), "hand-heart"),
    "citoyennete": Label(_("Citizenship"), "megaphone"),
    "nature": Label(_("Nature"), "trees"),
    "dechets": Label(_("Waste"), "recycle"),
}
"""The published themes. A défi may have others, in people's own words."""

PLEDGE_KINDS = {
    "time": Label(_("Time"), "clock"),
    "skill": Label(_("A skill"), "wrench"),
    "material": Label(_("Equipment"), "gift"),
    "place": Label(_("A place"), "map-pin"),
    "money": Label(_("Money"), "coins"),
}

PLEDGE_STATES = {
    "offered": Label(_("Offered"), "clock"),
    "accepted": Label(_("Welcome"), "handshake"),
    "fulfilled": Label(_("Kept"), "circle-check"),
    "lapsed": Label(_("Lapsed"), "hourglass"),
    "withdrawn": Label(_("Withdrawn"), "undo-2"),
}

PLEDGE_DECISIONS = {
    "accept": Label(_("Accept"), "check"),
    "fulfil": Label(_("It was kept"), "circle-check"),
    "lapse": Label(_("Let it lapse"), "hourglass"),
    "withdraw": Label(_("Withdraw my offer"), "undo-2"),
}
"""What may be decided about a pledge."""

MEETING_KINDS = {
    "debate": Label(_("Debate"), "messages-square"),
    "gathering": Label(_("Get-together"), "users"),
    "working_session": Label(_("Working session"), "hammer"),
    "presentation": Label(_("Presentation"), "megaphone"),
}

_OTHER_THEME = _("Another theme")


def theme(code: str) -> Label:
    """The label of a theme: the published one's, else the people's own words, with a capital."""
    if code == "other":
        return Label(_OTHER_THEME, "leaf")
    return THEMES.get(code) or Label(code[:1].upper() + code[1:], "leaf")
