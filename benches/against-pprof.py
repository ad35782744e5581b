#!/usr/bin/env python3
"""heaptui against `go tool pprof`: the same reports on the same profiles, in one run.

  benches/against-pprof.py [--heaptui PATH] [--pprof PATH] [--runs N] [--sizes 1000,10000-walk,...] [--reports top,tree,...] [FILE...]

Profiles are the files that are named, or else come from `cargo run --release --example generate` and stay in --profiles
(target/profiles) for the next time.
The two programs take turns, each run with standard output to /dev/null; figures are medians of --runs runs, memory is the
peak of the resident set; the system counts it from what this script itself holds, so `<` stands where it was less.
`inflate` is what it takes to gunzip the file and do nothing else, with heaptui's library. The dashboard is opened on a pseudo terminal of 120x40 and timed until the first whole table is on it.
pprof is the one that the goldens were made with: --pprof, else the one that the parity check built ($PARITY_CACHE, heaptui-parity* in
the temporary directory).
Not for CI: a quiet machine is what makes the ratios mean something.
"""
import argparse, fcntl, os, pathlib, pty, resource, select, signal, statistics, struct, subprocess, sys, tempfile, termios, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Each with its argument; functions of that name are in every made profile, and methods in most others.
REPORTS = {"top": [], "tree": [], "peek": [r"json\.structEncoder|template\.\(\*state\)\.walk$|\(\*Store\)\.Get$|^main\.\(\*"], "traces": [], "dot": [], "json": []}
# What pprof has no report of is measured against the one that shows most of it.
NEAREST = {"json": "tree"}
# Words that only a whole table has.
TABLE = (b"flat%", b"Showing nodes")


def find_pprof():
    temporary = pathlib.Path(tempfile.gettempdir())
    caches = [os.environ.get("PARITY_CACHE"), *sorted(temporary.glob("heaptui-parity*"))]
    found = (path for cache in caches if cache for path in sorted(pathlib.Path(cache).glob("pprof-*")))
    return next(found, None)


def environment():
    # No HOME of the user's: pprof would read its settings. No cores are taken away from either.
    home = tempfile.mkdtemp(prefix="heaptui-bench-")
    return {"PATH": os.environ["PATH"], "HOME": home, "PPROF_TMPDIR": home, "TZ": "UTC", "TERM": "xterm-256color"}


def measure(cmd, env):
    """Seconds and peak MiB of one run."""
    start = time.perf_counter()
    child = subprocess.Popen(cmd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"exit status {child.returncode}: {' '.join(map(str, cmd))}")
    return seconds, usage.ru_maxrss / 1024


def first_table(cmd, env):
    """Seconds from the start to the first whole table on a pseudo terminal, and the same for the first bytes of a frame."""
    start = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.execve(cmd[0], list(map(str, cmd)), env)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    seen, first, seconds = b"", None, None
    while seconds is None:
        ready, _, _ = select.select([terminal], [], [], 60)
        try:
            chunk = os.read(terminal, 1 << 16) if ready else b""
        except OSError:
            chunk = b""
        if not chunk:
            break
        seen += chunk
        now = time.perf_counter() - start
        if first is None and b"heaptui" in seen:
            first = now
        if all(word in seen for word in TABLE):
            seconds = now
    os.write(terminal, b"q")
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and os.waitpid(pid, os.WNOHANG)[0] == 0:
        try:
            select.select([terminal], [], [], 0.01)[0] and os.read(terminal, 1 << 16)
        except OSError:
            pass
    else:
        if time.monotonic() >= deadline:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    os.close(terminal)
    if seconds is None:
        sys.exit("the dashboard never showed a table: " + repr(seen[-500:]))
    return seconds, first


def memory(mib):
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{mib:.0f}" if mib > own + 1 else f"<{own:.0f}"


def shown(seconds):
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def median(rows, column):
    return statistics.median(row[column] for row in rows)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--heaptui", type=pathlib.Path, default=ROOT / "target/release/heaptui")
    ap.add_argument("--pprof", type=pathlib.Path, default=find_pprof())
    ap.add_argument("--examples", type=pathlib.Path, default=ROOT / "target/release/examples")
    ap.add_argument("--profiles", type=pathlib.Path, default=ROOT / "target/profiles")
    ap.add_argument("--sizes", default="1000,10000,100000,1000000,1000000-walk")
    ap.add_argument("--reports", default=",".join(REPORTS))
    ap.add_argument("--runs", type=int, default=5)
    ap.add_argument("files", nargs="*", type=pathlib.Path, metavar="FILE")
    a = ap.parse_args()
    if not a.pprof or not a.pprof.exists():
        sys.exit("which pprof? Name its binary with --pprof (go build cmd/pprof), or run the parity check once")
    programs = [a.heaptui, a.examples / "generate", a.examples / "inflate"]
    if missing := [str(p) for p in programs if not p.exists()]:
        sys.exit(f"missing: {', '.join(missing)}; build with: cargo build --release --bins --examples")
    a.profiles.mkdir(parents=True, exist_ok=True)
    env = environment()
    files = {file.name: file for file in a.files}
    for size in [] if files else a.sizes.split(","):
        files[size] = a.profiles / f"{size}.pb.gz"
        if not files[size].exists():
            stacks, _, style = size.partition("-")
            subprocess.run([a.examples / "generate", stacks, files[size], style or "service"], check=True)

    print(f"medians of {a.runs} runs in turns, {os.cpu_count()} cores\n")
    print("| stacks | what | heaptui | pprof | faster | heaptui MiB | pprof MiB | less memory | of inflating |")
    print("|---|---|---|---|---|---|---|---|---|")
    for size, file in files.items():
        inflate = [measure([a.examples / "inflate", file], env)]
        for report in a.reports.split(","):
            argument = REPORTS[report]
            ours, theirs = [], []
            for _ in range(a.runs):
                ours.append(measure([a.heaptui, report, *argument, file], env))
                inflate.append(measure([a.examples / "inflate", file], env))
                nearest = NEAREST.get(report, report)
                flag = f"-{nearest}={argument[0]}" if argument else f"-{nearest}"
                theirs.append(measure([a.pprof, "-symbolize=none", flag, file], env))
            own, other, bare = median(ours, 0), median(theirs, 0), median(inflate, 0)
            own_mib, other_mib = median(ours, 1), median(theirs, 1)
            print(
                f"| {size} | {report} | {shown(own)} | {shown(other)} | {other / own:.1f}x | {memory(own_mib)} | {memory(other_mib)} "
                f"| {other_mib / own_mib:.1f}x | {own / bare:.2f}x |",
                flush=True,
            )
        print(f"| {size} | inflating alone | {shown(median(inflate, 0))} | | | | | | |", flush=True)
        frames, tops = [], []
        for _ in range(a.runs):
            frames.append(first_table([a.heaptui, file], env))
            tops.append(measure([a.heaptui, "top", file], env))
        table, first, base = median(frames, 0), median(frames, 1), median(tops, 0)
        print(
            f"| {size} | dashboard: first frame {shown(first)}, first table | {shown(table)} | | {table / base:.2f}x of top | | | | |",
            flush=True,
        )


if __name__ == "__main__":
    main()
