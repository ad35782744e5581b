#!/usr/bin/env python3
"""How long verdicts and goroutines take: `benches/diagnoses.py [heaptui] [profile.pb.gz]`.

1. `leaks` on a session of 21 snapshots of one profile against `top` on the 21 files one after the other: 1.5 times as long
   at most. Without a profile one of about 1 MB is made.
2. A stack dump of 100,000 goroutines, 15 MB of text: `goroutines`, and the first frame of the dashboard on it: half a
   second at most.

Prints the best of some runs. Exit status 1 where one takes longer.
"""

import gzip
import os
import subprocess
import sys
import tempfile
import time

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "target/release/heaptui"
SNAPSHOTS = 21
RUNS = int(os.environ.get("RUNS", "5"))


def best(run):
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def heaptui(*arguments):
    done = subprocess.run([PROGRAM, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 3, 4):
        sys.exit(f"{arguments}: {done.stderr}")


def heap(snapshot):
    """The text form of a heap of 6,000 stacks, of which one grows."""
    rows = ["heap profile: 0: 0 [0: 0] @ heap/1048576\n"]
    for row in range(6000):
        objects = 40 + row % 50 + (snapshot * 20 if row == 7 else 0)
        size = objects * 4096
        address = 0x400000 + row * 64
        calls = [(address + call, f"main.part{(row * 7 + call) % 900}") for call in range(12)]
        rows.append(f"{objects}: {size} [{objects}: {size}] @ {' '.join(hex(at) for at, _ in calls)}\n")
        rows.extend(f"#\t{at:#x}\t{name}+0x1\t/src/app/parts.go:{row % 400 + 1}\n" for at, name in calls)
        rows.append("\n")
    alloc = 1_000_000_000 + snapshot * 2_000_000
    rows.append(f"# runtime.MemStats\n# Alloc = {alloc}\n# TotalAlloc = {alloc * 3}\n# Sys = {alloc * 2}\n"
                f"# HeapAlloc = {alloc}\n# HeapSys = {alloc * 2}\n# HeapInuse = {alloc}\n# NextGC = {alloc * 2}\n"
                f"# NumGC = {snapshot + 3}\n# NumForcedGC = {snapshot}\n")
    return "".join(rows).encode()


def dump(count):
    parts = []
    for at in range(count):
        state = ["chan receive, 12 minutes", "select", "IO wait", "sync.WaitGroup.Wait, 3 minutes"][at % 4]
        parts.append(f"goroutine {at + 1} [{state}]:\nmain.wait{at % 40}(0xc000{at:06x})\n\t/src/app/wait.go:{at % 40 + 10} +0x1d\n"
                     f"created by main.start in goroutine 1\n\t/src/app/main.go:31 +0x5e\n\n")
    return "".join(parts).encode()


def main():
    is_slow = False
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for snapshot in range(SNAPSHOTS):
            files.append(os.path.join(folder, f"{snapshot:03}.pb.gz"))
            if len(sys.argv) > 2:
                with open(sys.argv[2], "rb") as given, open(files[-1], "wb") as out:
                    out.write(given.read())
                continue
            text = os.path.join(folder, "heap.txt.gz")
            with gzip.open(text, "wb", compresslevel=1) as out:
                out.write(heap(snapshot))
            heaptui("proto", "-output", files[-1], text)
        size = os.path.getsize(files[-1])
        tops = best(lambda: [heaptui("top", file) for file in files])
        verdict = best(lambda: heaptui("leaks", *files))
        ratio = verdict / tops
        is_slow |= ratio > 1.5
        print(f"{SNAPSHOTS} snapshots of {size / 1e6:.2f} MB: top on each {tops:.3f} s, leaks {verdict:.3f} s, {ratio:.2f} times")

        file = os.path.join(folder, "goroutines.txt")
        with open(file, "wb") as out:
            out.write(dump(100_000))
        size = os.path.getsize(file)
        for name, arguments in [("goroutines", ["goroutines", file]), ("dashboard", ["--print", "120x36", file])]:
            took = best(lambda: heaptui(*arguments))
            is_slow |= took > 0.5
            print(f"100,000 goroutines, {size / 1e6:.1f} MB of text: {name} {took:.3f} s")
    sys.exit(int(is_slow))


main()
