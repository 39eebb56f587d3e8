#!/usr/bin/env python3
"""Compares our calendar with the one of the PyPI package `holidays`, day by day, 2024 to 2027.

Both are second-hand: they read the same notices independently of each other. Every day on which they
differ must be named below, with the reason; a difference without a name fails, and so does a name
without a difference.

    python tests/proof/calendar_diff.py
"""

import csv
import sys
from datetime import date, timedelta
from pathlib import Path

import holidays

ROOT = Path(__file__).resolve().parents[2]
CALENDAR = ROOT / "migrations/seed/calendars/vn-2026-11.csv"
FIRST, LAST = date(2024, 1, 1), date(2027, 12, 31)

SWAP_OF_2026 = (
    "VB 12729/VPCP-KGVX of 2025-12-25 swaps Friday 2 January for Saturday 10 January 2026; "
    "`holidays` 0.109 holds one swap for 2026, that of 31 August for 22 August"
)
# day: (ours, theirs, reason)
EXCEPTIONS = {
    date(2026, 1, 2): ("off", "worked", SWAP_OF_2026),
    date(2026, 1, 10): ("worked", "off", SWAP_OF_2026),
}


def our_days():
    """What our file makes of every day."""
    with CALENDAR.open(encoding="utf-8") as file:
        kinds = {date.fromisoformat(row["date"]): row["kind"] for row in csv.DictReader(file)}

    def state(day):
        worked = kinds.get(day) == "SWAP_WORK" or (day not in kinds and day.weekday() < 5)
        return "worked" if worked else "off"

    return state


def their_days():
    """What the package makes of every day. It knows worked Saturdays, and lists holidays that fall on a
    weekend as well; those make no difference here."""
    vietnam = holidays.country_holidays("VN", years=range(FIRST.year, LAST.year + 1))
    return lambda day: "worked" if vietnam.is_working_day(day) else "off"


def main():
    ours, theirs = our_days(), their_days()
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    different = {day: (ours(day), theirs(day)) for day in days if ours(day) != theirs(day)}
    explained = {day: (mine, other) for day, (mine, other, _) in EXCEPTIONS.items()}
    for day, (mine, other, reason) in EXCEPTIONS.items():
        if different.get(day) == (mine, other):
            print(f"{day}: ours {mine}, theirs {other}. {reason}.")
    unexplained = {day: pair for day, pair in different.items() if explained.get(day) != pair}
    for day, (mine, other) in unexplained.items():
        print(f"{day}: ours {mine}, theirs {other}, and nobody has said why")
    outdated = [day for day, pair in explained.items() if different.get(day) != pair]
    for day in outdated:
        print(f"{day}: named as an exception, but not different any more")
    print(
        f"{len(days)} days against holidays {holidays.__version__}: {len(different)} differ, "
        f"{len(unexplained)} unexplained, {len(outdated)} outdated"
    )
    sys.exit(bool(unexplained or outdated))


if __name__ == "__main__":
    main()
