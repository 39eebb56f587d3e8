#!/usr/bin/env python3
"""Random deadlines, computed twice: by our crate and by an oracle that shares nothing with it.

The oracle knows the calendar file and the definitions. It counts days with numpy.busday_offset, under a
week of seven working days in which every day off is listed as a holiday, and hours by numbering every
open minute. It walks nothing day by day, which is what our crate does.

    python tests/proof/deadlines_oracle.py [--cases 10000] [--seed 891]
"""

import argparse
import calendar
import csv
import json
import random
import subprocess
import sys
from collections import Counter
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
CALENDAR = ROOT / "migrations/seed/calendars/vn-2026-11.csv"
VIETNAM = timezone(timedelta(hours=7))
DAY = timedelta(days=1)
FIRST, LAST = date(2024, 1, 1), date(2027, 12, 31)
ALL_DAYS = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]
CUT_OFF = time(15, 0)
OPENINGS = [(time(8, 0), time(12, 0)), (time(13, 30), time(17, 30))]
NOT_PUBLISHED = {"error": "calendar.not_published"}


def days_off():
    """Every day that is not worked: weekends but for swaps, and what the file says."""
    with CALENDAR.open(encoding="utf-8") as file:
        kinds = {date.fromisoformat(row["date"]): row["kind"] for row in csv.DictReader(file)}
    weekend = {day for day in ALL_DAYS if day.weekday() >= 5}
    worked = {day for day, kind in kinds.items() if kind == "SWAP_WORK"}
    return (weekend - worked) | (set(kinds) - worked)


OFF = days_off()
# Minutes since FIRST 00:00 in Vietnam, and those of them in which offices are open.
ALL_MINUTES = np.arange(len(ALL_DAYS) * 1440)
OPEN_MINUTES = np.concatenate(
    [
        np.arange(opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute) + n * 1440
        for n, day in enumerate(ALL_DAYS)
        if day not in OFF
        for opens, closes in OPENINGS
    ]
)


def dates(days):
    return np.array(sorted(days), dtype="datetime64[D]")


NOTHING_OFF, ALL_OFF = dates([]), dates(OFF)


def offset(start, n, off, out, roll):
    """The n-th day after `start` that is neither off nor taken out; with n = 0 and roll forward, the
    first from `start` on."""
    holidays = np.concatenate([off, dates(out)])
    moved = np.busday_offset(np.datetime64(start), n, roll=roll, weekmask="1111111", holidays=holidays)
    return moved.astype(object)


def plus_months(day, n):
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def midnight_after(day):
    return datetime.combine(day + DAY, time(), VIETNAM)


def taken_out(pauses):
    """The days d with P < d <= R."""
    return {
        stopped.date() + n * DAY
        for stopped, resumed in pauses
        for n in range(1, (resumed.date() - stopped.date()).days + 1)
    }


def day_limit(start, amount, unit, pauses):
    out = taken_out(pauses)
    if unit == "working_day":
        return offset(start.date(), amount, ALL_OFF, out, "backward")
    if unit == "same_day":
        if start.date() not in OFF and start.time() < CUT_OFF:
            return start.date()
        return offset(start.date(), 1, ALL_OFF, out, "backward")
    months = {"calendar_day": 0, "month": 1, "year": 12}[unit]
    days = (plus_months(start.date(), amount * months) - start.date()).days if months else amount
    end = offset(start.date(), days, NOTHING_OFF, out, "backward")
    return offset(end, 0, ALL_OFF, out, "forward")


def minute_limit(start, amount, unit, pauses):
    """The end of the minute that is the last of the limit, among those that run and in no pause."""
    epoch = datetime.combine(FIRST, time(), VIETNAM)

    def minute(at):
        return (at - epoch) // timedelta(minutes=1)

    minutes = OPEN_MINUTES if unit == "working_hour" else ALL_MINUTES
    minutes = minutes[np.searchsorted(minutes, minute(start)) :]
    stood = [(minute(stopped), minute(resumed)) for stopped, resumed in pauses]
    # No more can be needed than the limit, and every minute of every pause.
    minutes = minutes[: 60 * amount + sum(resumed - stopped for stopped, resumed in stood)]
    for stopped, resumed in stood:
        minutes = minutes[(minutes < stopped) | (resumed <= minutes)]
    if len(minutes) < 60 * amount:
        return None
    return epoch + timedelta(minutes=int(minutes[60 * amount - 1]) + 1)


def due(start, amount, unit, pauses):
    """The exclusive instant at which a limit ends; none when it ends beyond the calendar."""
    if unit in ("working_hour", "hour"):
        return minute_limit(start, amount, unit, pauses)
    day = day_limit(start, amount, unit, pauses)
    return midnight_after(day) if day <= LAST else None


def oracle(case):
    """What the definitions say of a case."""
    printed_start = start = datetime.fromisoformat(case["starts_at"])
    amount, unit = case["limit"]["amount"], case["limit"]["unit"]
    pauses, stopped, extension = [], None, 0
    for event in case["events"]:
        at = datetime.fromisoformat(event["at"]) if "at" in event else None
        match event["kind"]:
            case "pause":
                stopped = at
            case "resume":
                pauses.append((stopped, at))
            case "restart":
                start, pauses = at, []
            case "extend":
                extension += event["amount"]
    dues = [
        due(printed_start, amount, unit, []),
        due(start, amount, unit, pauses),
        due(start, amount + extension, unit, pauses),
    ]
    if None in dues:
        return NOT_PUBLISHED
    last_days = [(due_at - timedelta(microseconds=1)).date() for due_at in dues]
    names = ["original_due_at", "statutory_due_at", "due_at"]
    answer = {name: due_at.astimezone(timezone.utc) for name, due_at in zip(names, dues)}
    answer["due_date"] = last_days[-1].isoformat()
    answer["provisional"] = max(last_days).year == 2027
    return answer


AMOUNTS = {
    "working_day": (1, 90),
    "calendar_day": (1, 180),
    "month": (1, 12),
    "year": (1, 2),
    "same_day": (0, 0),
    "working_hour": (1, 120),
    "hour": (1, 240),
}
WEIGHTS = [30, 25, 10, 3, 12, 12, 8]


def random_case(rng):
    """A start in 2024 to autumn 2027, often around holidays and cut-offs, and what happened since."""
    if rng.random() < 0.3:
        day = rng.choice(sorted(OFF)) + rng.randint(-3, 1) * DAY
        day = min(max(day, FIRST), LAST - 20 * DAY)
    else:
        day = FIRST + rng.randrange(1340) * DAY
    at = rng.choice([time(0, 0), time(8, 0), time(14, 59), time(15, 0), time(17, 30), time(23, 59), None])
    now = datetime.combine(day, at or time(rng.randrange(24), rng.randrange(60)), VIETNAM)
    unit = rng.choices(list(AMOUNTS), WEIGHTS)[0]
    amount = rng.randint(*AMOUNTS[unit])
    case = {"starts_at": now.isoformat(), "limit": {"amount": amount, "unit": unit}, "events": []}
    for kind in rng.choices(["pause", "restart", "extend"], [60, 20, 20], k=rng.choice([0, 1, 1, 2, 3, 5])):
        if kind == "extend":
            if unit != "same_day":
                case["events"].append({"kind": "extend", "amount": rng.randint(1, max(1, amount // 2))})
            continue
        for kind in ["pause", "resume"] if kind == "pause" else [kind]:
            now += timedelta(minutes=rng.randrange(rng.choice([600, 6 * 1440, 25 * 1440])))
            case["events"].append({"kind": kind, "at": now.isoformat()})
    return case


def ours(cases):
    """What the crate says, asked through its example program."""
    program = ["cargo", "run", "--quiet", "--package", "deadlines", "--example", "answer"]
    command = [*program, "--", str(CALENDAR)]
    questions = "".join(json.dumps(case) + "\n" for case in cases)
    run = subprocess.run(command, cwd=ROOT, input=questions, stdout=subprocess.PIPE, text=True, check=True)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    for answer in answers:
        for name in [name for name in answer if name.endswith("_at")]:
            answer[name] = datetime.fromisoformat(answer[name])
        answer.pop("explanation", None)
        answer.pop("calendar_version", None)
    return answers


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--cases", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=891)
    options = options.parse_args()
    print(f"seed {options.seed}")
    rng = random.Random(options.seed)
    cases = [random_case(rng) for _ in range(options.cases)]
    answers = ours(cases)
    if len(answers) != len(cases):
        sys.exit(f"{len(cases)} questions, {len(answers)} answers")
    disagreements = 0
    tally = Counter()
    for case, answer in zip(cases, answers):
        expected = oracle(case)
        tally[case["limit"]["unit"]] += 1
        tally.update({event["kind"] for event in case["events"]})
        tally["beyond the calendar"] += expected == NOT_PUBLISHED
        if answer != expected:
            disagreements += 1
            if disagreements <= 10:
                print(f"case {json.dumps(case)}\n  ours   {answer}\n  oracle {expected}")
    print(", ".join(f"{name} {count}" for name, count in tally.items()))
    print(f"{len(cases)} cases, {disagreements} disagreements")
    sys.exit(disagreements > 0)


if __name__ == "__main__":
    main()
