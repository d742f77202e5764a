#!/usr/bin/env python3
"""Internal tooling against Gatehouse's REST API: keeps assets as a CMDB's file has them, reads what was typed last night.

    GATEHOUSE_URL=https://ops.example.com GATEHOUSE_TOKEN=gatehouse_… docs/examples/cmdb.py sync hosts.csv
    GATEHOUSE_URL=https://ops.example.com GATEHOUSE_TOKEN=gatehouse_… docs/examples/cmdb.py commands

The file is CSV with the columns id, name, address and, where known, port, environment, serial, team, host_key, or JSON: a
list of objects with these fields. An asset belongs to a row by its label `cmdb`, which holds the row's id; so renamed and
moved hosts stay the same asset, and assets without the label are left alone. What is gone from the file is retired and
made inactive: nobody gets in, and its history stays. Run again, it changes nothing. Rows that Gatehouse refuses are
listed at the end, all others are done; then it exits with 1.

`commands` prints one JSON object a line, from yesterday 20:00 to today 08:00 of this machine's clock, or --from and --to.

The token is an API token (profile, API tokens) of an administrator. Needs Python 3.9 and nothing else.
"""
import argparse
import csv
import datetime
import json
import os
import pathlib
import sys
import urllib.error
import urllib.parse
import urllib.request

LABEL = "cmdb"


class Refused(Exception):
    """A change that the API refused, in its own words."""


def call(method, path, body=None, **query):
    """One request; gives the parsed answer. A field that is refused is about one row; all else ends the program."""
    url = f"{os.environ['GATEHOUSE_URL'].rstrip('/')}/api/v1{path}"
    if query:
        url += "?" + urllib.parse.urlencode(query)
    request = urllib.request.Request(url, method=method)
    request.add_header("Authorization", f"Bearer {os.environ['GATEHOUSE_TOKEN']}")
    if body is not None:
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body).encode()
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or "null")
    except urllib.error.HTTPError as error:
        about = f" ({body['name']})" if body and "name" in body else ""
        told = f"{method} {path}{about}: {error.code}\n{error.read().decode(errors='replace')}"
        if body is not None and error.code in (404, 409, 422):
            raise Refused(told) from error
        sys.exit(told)
    except urllib.error.URLError as error:
        sys.exit(f"{method} {url}: {error.reason}")


def known_assets():
    """The assets that came from the CMDB, by its id."""
    found, page = {}, 1
    while True:
        answer = call("GET", "/assets", label=LABEL, page=page, pageSize=200, sort="name")
        found.update((asset["labels"][LABEL], asset) for asset in answer["items"])
        if page * 200 >= answer["total"]:
            return found
        page += 1


def read_rows(path):
    try:
        text = pathlib.Path(path).read_text(encoding="utf-8-sig")
        rows = json.loads(text) if path.endswith(".json") else list(csv.DictReader(text.splitlines()))
    except (OSError, ValueError) as error:
        sys.exit(f"{path}: {error}")
    for number, row in enumerate(rows, 1):
        missing = [column for column in ("id", "name", "address") if row.get(column) in (None, "")]
        if missing:
            sys.exit(f"{path}: row {number} has no {' and no '.join(missing)}")
        if row.get("port") and not str(row["port"]).isdecimal():
            sys.exit(f"{path}: row {number}: {row['port']} is no port")
    by_id = {str(row["id"]): row for row in rows}
    if len(by_id) < len(rows):
        sys.exit(f"{path}: an id stands there twice")
    if not rows:  # an export that failed must not retire everything
        sys.exit(f"{path}: no rows, so nothing is done")
    return by_id


def wanted(identity, row, labels):
    """The fields that the CMDB decides; all others are left as they are in Gatehouse."""
    team = {"team": row["team"]} if row.get("team") else {}
    return {
        "name": row["name"],
        "address": row["address"],
        "port": int(row["port"]) if row.get("port") else None,
        "environment": row.get("environment") or None,
        "serialNumber": row.get("serial") or "",
        "labels": {**{key: text for key, text in labels.items() if key != "team"}, LABEL: identity, **team},
        "status": "in-use",
        "active": True,
    }


def change(asset, fields):
    """Sends what differs. Gives whether anything did."""
    differing = {name: value for name, value in fields.items() if asset[name] != value}
    if differing:
        call("PATCH", f"/assets/{asset['id']}", differing)
    return bool(differing)


def add(identity, row):
    # a host key is taken once; another one later is for a person to look at
    keys = {"hostKeys": [row["host_key"]]} if row.get("host_key") else {}
    call("POST", "/assets", {**wanted(identity, row, {}), **keys})
    return True


def sync(path):
    rows, known = read_rows(path), known_assets()
    done, refused = {"added": 0, "changed": 0, "retired": 0}, []

    def attempt(verb, work):
        """A row that is refused does not keep the others from being done."""
        try:
            done[verb] += work()
        except Refused as error:
            refused.append(str(error))

    # first what is gone, and out of the way: its name may be another's now
    for identity, asset in known.items():
        if identity not in rows and asset["status"] != "retired":
            name = f"{asset['name'][:90]} (retired {identity[:20]})"
            attempt("retired", lambda: change(asset, {"name": name, "status": "retired", "active": False}))
    for identity, row in rows.items():
        asset = known.get(identity)
        if asset:
            attempt("changed", lambda: change(asset, wanted(identity, row, asset["labels"])))
        else:
            attempt("added", lambda: add(identity, row))
    told = ", ".join(f"{count} {verb}" for verb, count in done.items())
    print(f"{told}, {len(rows)} in the CMDB")
    if refused:
        sys.exit("\n".join([f"{len(refused)} refused:", *refused]))


def commands(begin, end):
    cursor = {}
    while True:
        answer = call("GET", "/commands", kind="line", sort="at", pageSize=200,
                      **{"from": begin.isoformat(), "to": end.isoformat()}, **cursor)
        for item in answer["items"]:
            # JSON, as a command is whatever somebody typed: control characters must not reach a terminal
            names = ("at", "username", "systemUsername", "assetName", "command", "certain")
            print(json.dumps({name: item[name] for name in names}))
        if answer["nextCursor"] is None:
            return
        cursor = {"cursor": answer["nextCursor"]}


def moment(text):
    return datetime.datetime.fromisoformat(text).astimezone()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("sync").add_argument("file")
    reading = verbs.add_parser("commands")
    today = datetime.datetime.combine(datetime.date.today(), datetime.time())
    evening = (today - datetime.timedelta(hours=4)).isoformat()
    reading.add_argument("--from", dest="begin", type=moment, default=evening)
    reading.add_argument("--to", dest="end", type=moment, default=(today + datetime.timedelta(hours=8)).isoformat())
    asked = parser.parse_args()
    for name in ("GATEHOUSE_URL", "GATEHOUSE_TOKEN"):
        if not os.environ.get(name):
            sys.exit(f"Set {name}; --help says more.")
    if asked.verb == "sync":
        sync(asked.file)
    else:
        commands(asked.begin, asked.end)


main()
