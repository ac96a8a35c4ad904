"""Small sites made up for tests: pages with a menu, an article and a foot."""

from __future__ import annotations

PLACES = (
    "harbour", "quarry", "lighthouse", "orchard", "mill", "station", "chapel", "market", "bridge", "dairy", "school",
    "weir",
)  # fmt: skip
PEOPLE = ("Ana Roth", "Tom Vries", "Ilse Carden", "Pau Mestre")


FRAMES = (
    "What the council decided about the {place} in case {number} surprised even those who had asked for it last year.",
    "The {other} stays shut until day {number}, and nobody whom we asked could say who had signed the order to close.",
    "On the way to the {place} you pass {number} empty houses, which the owner of the {other} means to let again soon.",
    "There were {number} people at the {other} when the lights went out, and most of them walked home by the river.",
    "Nobody has counted the gulls of the {place} since case {number} was opened, although the warden promised it.",
    "A letter about the {other}, the {number}th in our box this month, asks for a bench and a roof over the bus stop.",
    "If the {place} is sold as planned, {number} berths will be lost, and with them the last yard for wooden boats.",
)


def article(number: int) -> list[str]:
    """Return the paragraphs of an article that no other number shares."""
    words = {"place": PLACES[number % 12], "other": PLACES[(number * 5 + 3) % 12], "number": number}
    return [FRAMES[(number + step) % 7].format(**words) for step in (0, number % 3 + 1, 4)]


def page(number: int, body: list[str] | None = None) -> str:
    """Return the text of a page of the invented Ostrel Post."""
    place = PLACES[number % 12]
    return "\n\n".join(
        [
            f"The {place} in case {number} | The Ostrel Post",
            "Front page",
            "Tide tables",
            f"The {place} in case {number}",
            f"By {PEOPLE[number % 4]}",
            f"{number % 28 + 1} May 2021, {number % 7 + 2} min read",
            *(article(number) if body is None else body),
            "Tell the night desk what you saw",
            "Printed and posted on the quay at Ostrel",
        ]
    )


FURNITURE = {
    "{title} | the ostrel post", "front page", "tide tables", "by {name}", "{date}, {n} min read",
    "tell the night desk what you saw", "printed and posted on the quay at ostrel",
}  # fmt: skip
