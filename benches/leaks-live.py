#!/usr/bin/env python3
"""What `heaptui leaks` says of live programs whose answer is known: `benches/leaks-live.py PROGRAM [options] [scenario ...]`.

PROGRAM prints its scenarios when it is called without one: name, kind (heap, goroutine, stacks, outside, none) and the
functions one of which is to be named first, between tabs. Called with a scenario's name it runs it, and prints the address
at which it serves /debug/pprof. Each is watched by itself, in turns, for a minute or as long as the verdict takes.

Prints a row for each, and how many leaks were named first, how many healthy programs were called leaking or growing.
Exit status 1 if a healthy program was called leaking.
"""

import argparse
import json
import subprocess
import sys
import time


def scenarios(program):
    lines = subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()
    return [(line.split("\t") + ["", ""])[:3] for line in lines]


def judged(heaptui, program, name, options):
    """The verdict on a scenario as an object, and how long it took."""
    with subprocess.Popen([program, name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            address = process.stdout.readline().strip()
            command = [heaptui, "leaks", "--json", *options, address]
            start = time.monotonic()
            done = subprocess.run(command, capture_output=True, text=True, timeout=400)
            took = time.monotonic() - start
        finally:
            process.kill()
    try:
        return json.loads(done.stdout), took
    except ValueError:
        return {"verdict": "error", "sentence": done.stderr.strip().splitlines()[-1:] or "", "findings": []}, took


def outcome(verdict, kind, culprits):
    """In a word: what came of it, for the table and the counts."""
    level = verdict["verdict"]
    if kind == "none":
        return {"none": "quiet", "growing": "growing", "leak": "FALSE ALARM"}.get(level, level)
    if level == "none" or not verdict["findings"]:
        return "missed"
    first = verdict["findings"][0]
    if first["kind"] != kind:
        return f"first is {first['kind']}"
    if culprits and first["name"] not in culprits.split():
        return "unnamed" if not first["name"] else "other name"
    return "named" if level == "leak" else "named, growing"


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("program")
    options.add_argument("scenarios", nargs="*", help="only these")
    options.add_argument("--heaptui", default="target/release/heaptui")
    options.add_argument("--for", dest="seconds", type=int, help="watch each for so many seconds")
    options.add_argument("--no-gc", action="store_true", help="force no garbage collection: a verdict is 'growing' at most")
    asked = options.parse_intermixed_args()
    rows = [row for row in scenarios(asked.program) if not asked.scenarios or row[0] in asked.scenarios]
    if not rows:
        sys.exit("no such scenario")
    print(f"{'scenario':20} {'is':10} {'verdict':8} {'outcome':16} {'s':>4}  first")
    passed_on = [*(["--for", str(asked.seconds)] if asked.seconds else []), *(["--no-gc"] if asked.no_gc else [])]
    counts = {}
    for name, kind, culprits in rows:
        verdict, took = judged(asked.heaptui, asked.program, name, passed_on)
        word = outcome(verdict, kind, culprits)
        counts.setdefault(kind == "none", []).append(word)
        print(f"{name:20} {kind:10} {verdict['verdict']:8} {word:16} {took:4.0f}  {verdict['sentence']}", flush=True)
    leaks, healthy = counts.get(False, []), counts.get(True, [])
    named = sum(word.startswith("named") for word in leaks)
    print(f"\n{named} of {len(leaks)} leaks named first; of {len(healthy)} healthy programs "
          f"{healthy.count('FALSE ALARM')} called leaking, {healthy.count('growing')} growing")
    sys.exit(int("FALSE ALARM" in healthy))


main()
