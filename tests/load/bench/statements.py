"""The limit: pgbench sends what the server sends.

The server is listened to while it does each task once. Its statements become a pgbench script word for word. The values
are those that it sent, except where rows must differ: there pgbench makes them, with the functions of `sql/setup.sql`.
"""

import re
from dataclasses import dataclass, field

LISTEN = {"log_statement": "all", "log_parameter_max_length": "-1", "log_error_verbosity": "default"}
EXECUTED = re.compile(r"\[(\d+)\] LOG:  execute \S+: (.*)")
DETAIL = re.compile(r"\[(\d+)\] DETAIL:  parameters: (.*)")
VALUE = re.compile(r"\$(\d+) = (?:(NULL)|'((?:[^']|'')*)')")
PARAMETER = re.compile(r"\$(\d+)")
# By what the statements of the background worker are known.
WORKERS = ("journal_tail", "journal_head", '"timers"."fire_at" <=')
UUID = re.compile(r"\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?")

MADE = {
    "n": ":n + 1",
    "commune": "random(1, 3)",
    "seeded": "random(1, :coded)",
    "random": "random(1, 9000000000000000000)",
}
# Unique, and rising as the server's are.
DOSSIER = "load.id(:ms, 0, :n * 64 + :client_id)"
# The server names the type of each value; pgbench cannot, and these cannot be told from the statement.
TYPES = [
    (re.compile(r"unnest\(\$(\d+), \$(\d+)\) AS t \(kind, fire_at\)"), ("text[]", "timestamptz[]")),
    (re.compile(r"SELECT \$(\d+), \$(\d+), kind, fire_at"), ("uuid", "text")),
    (re.compile(r"ARRAY\[\$(\d+), \$(\d+)\]"), ("uuid", "uuid")),
]
KEY = re.compile(r"\(SELECT late FROM changed\), \$(\d+)")
LOCK = re.compile(r"pg_try_advisory_xact_lock\(\$(\d+)\)")


@dataclass
class Statement:
    """Text and values by number; NULL is None."""

    text: str
    values: dict = field(default_factory=dict)


@dataclass
class Script:
    """A pgbench script and the variables that it is given."""

    text: str
    variables: dict


def listen(cluster, database, on):
    """Whether PostgreSQL logs the statements of new connections to this database."""
    for name, value in LISTEN.items():
        change = f"SET {name} = '{value}'" if on else f"RESET {name}"
        cluster.sql("postgres", f"ALTER DATABASE {database} {change}")


def heard(cluster, act):
    """The statements that the server sends while `act` runs, without those of its background worker."""
    before, after = 1, 0
    while after < before:  # the log is put aside when it has grown long
        before = cluster.log.stat().st_size
        act()
        after = cluster.log.stat().st_size
    with open(cluster.log, encoding="utf-8") as log:
        log.seek(before)
        lines = log.read().splitlines()
    said, workers = [], set()
    for line in lines:
        if found := EXECUTED.search(line):
            said.append((found[1], Statement(found[2])))
            if any(sign in found[2] for sign in WORKERS):
                workers.add(found[1])
        elif (found := DETAIL.search(line)) and said:
            for number, null, value in VALUE.findall(found[2]):
                said[-1][1].values[int(number)] = None if null else value.replace("''", "'")
    # A connection that is opened meanwhile is set up first.
    statements = [statement for process, statement in said if process not in workers and not statement.text.startswith("SET ")]
    if not statements:
        raise RuntimeError("the server was listened to and sent no statement")
    return statements


def answering(cluster, server, path, username):
    """The statements by which the server answers somebody who reads this."""
    server.token(username)  # signing in has statements of its own
    return heard(cluster, lambda: server.get(path, username))


def once(statements):
    """The statements of the first of several tasks."""
    again = [n for n, statement in enumerate(statements) if n and statement.text == statements[0].text]
    return statements[: again[0]] if again else statements


def people(cluster, database):
    """Who and where, by id: the expression that makes one like it."""
    kinds = ("agency", "reception", "leader")
    names = ", ".join(f"load.{kind}(n)" for kind in kinds)
    rows = cluster.sql(database, f"SELECT {names} FROM generate_series(1, 3) AS n").splitlines()
    known = {id: f"load.{kind}(:commune)" for row in rows for kind, id in zip(kinds, row.split("|"))}
    procedures = cluster.sql(database, "SELECT id FROM procedures").split()
    return known | {id: None for id in procedures}


def script(statements, known):
    """The script that does the task of these statements with rows of its own."""
    variables, lines = {}, []
    for n, statement in enumerate(statements):
        expressions = {place: _expression(value, known) for place, value in statement.values.items()}
        for place in KEY.findall(statement.text):
            expressions[int(place)] = f"load.hash(:random::bigint + {n})"
        for place in LOCK.findall(statement.text):
            expressions[int(place)] = f":random::bigint + {n}"
        for place, expression in expressions.items():
            if expression is None or "{}" in expression:
                variables[f"s{n}v{place}"] = statement.values[place]
            expressions[place] = (expression or "{}").format(f":s{n}v{place}")
        for place, type_name in _types(statement).items():
            expressions[place] += f"::{type_name}"
        lines.append(PARAMETER.sub(lambda found, made=expressions: made[int(found[1])], statement.text) + ";")
    made = [f"\\set {name} {how}" for name, how in MADE.items() if any(re.search(rf":{name}\b", line) for line in lines)]
    return Script("\n".join(made + lines) + "\n", variables)


def _types(statement):
    """The types by place of what is in `TYPES`."""
    found = [(pattern.search(statement.text), types) for pattern, types in TYPES]
    return {int(place): type_name for match, types in found if match for place, type_name in zip(match.groups(), types)}


def _expression(value, known):
    """What makes another value like this one; None when the same will do."""
    if value is None:
        return "NULL"
    if found := UUID.fullmatch(value):
        made = known.get(found[1], DOSSIER)
        return f"ARRAY[{made}]" if made and value.startswith("{") else made
    if re.fullmatch(r"000\.00\.13\.H26-240101-\d{7}", value):
        return "load.code(:seeded)"
    if re.fullmatch(r"000\.0\d\.13\.H26-\d{6}-", value):
        return "overlay({} PLACING :commune::text FROM 5 FOR 1)"
    return None


def explained(cluster, database, statement):
    """How PostgreSQL carries the statement out: EXPLAIN (ANALYZE, BUFFERS) of it as prepared."""
    values = (statement.values[number] for number in sorted(statement.values))
    given = ", ".join("NULL" if value is None else "'" + value.replace("'", "''") + "'" for value in values)
    types = _types(statement)
    types = ", ".join(types.get(number, "unknown") for number in sorted(statement.values))
    run = f"EXPLAIN (ANALYZE, BUFFERS) EXECUTE listed({given});"
    return cluster.sql(database, f"PREPARE listed ({types}) AS {statement.text};\n{run}")
