#!/usr/bin/env python3
"""What a series costs: heaptui on recorded sessions against heaptui on one profile, in one run.

  benches/series.py [--heaptui PATH] [--generate PATH] [--runs N] [--count N]

Small: so many snapshots (1000) of a real heap of 19 KB. Large: 21 of a made heap of about 1 MB. Printed are medians: a
snapshot taken into a series against `top` on it (processor time of 20 more); all sums of the small session with the peak of
the resident set; the first frame and the first whole table of it, on a pseudo terminal of 120x40; from the key `,` to the next
frame and to the moment's own table; the verdict on the large session against `top` on its files one after the other.
`--generate` is what `cargo build --release --example generate` made. Not for CI: a quiet machine is what makes the ratios
mean something.
"""
import argparse, datetime, fcntl, json, os, pathlib, pty, select, shutil, statistics, struct, subprocess, sys, tempfile, termios, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Blanks are not drawn over blanks.
TABLE = b"Showing"


def run(cmd, allowed=(0,)):
    """Wall and processor seconds and peak MiB of one run."""
    start = time.perf_counter()
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(cmd, stdin=quiet, stdout=quiet, stderr=quiet)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in allowed:
        sys.exit(f"exit status {child.returncode}: {' '.join(map(str, cmd))}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


class Terminal:
    """A program on a pseudo terminal of 120x40."""

    def __init__(self, cmd):
        size = struct.pack("HHHH", 40, 120, 0, 0)
        self.start = time.perf_counter()
        self.pid, self.side = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            os.environ["TERM"] = "xterm-256color"
            os.execv(cmd[0], list(map(str, cmd)))
        fcntl.ioctl(self.side, termios.TIOCSWINSZ, size)

    def until(self, word):
        """Seconds to the first bytes of a frame, and to this word, since the start or the last key."""
        seen, first = b"", None
        while word not in seen:
            if not select.select([self.side], [], [], 60)[0]:
                sys.exit(f"{word!r} never came: {seen[-300:]!r}")
            seen += os.read(self.side, 1 << 16)
            if first is None and len(seen) > 50:
                first = time.perf_counter() - self.start
        return first, time.perf_counter() - self.start

    def quiet(self, seconds):
        while select.select([self.side], [], [], seconds)[0]:
            os.read(self.side, 1 << 16)

    def last(self, seconds):
        """Seconds from the last key to the last bytes before so long a silence."""
        last = time.perf_counter()
        while select.select([self.side], [], [], seconds)[0]:
            os.read(self.side, 1 << 16)
            last = time.perf_counter()
        return last - self.start

    def press(self, key):
        self.start = time.perf_counter()
        os.write(self.side, key)

    def close(self):
        os.write(self.side, b"q")
        while True:
            try:
                if not os.read(self.side, 1 << 16):
                    break
            except OSError:
                break
        os.waitpid(self.pid, 0)
        os.close(self.side)


def session(folder, profile, count):
    """A recorded session of so many copies of a profile, three seconds apart."""
    folder.mkdir()
    start = datetime.datetime(2026, 11, 26, 12)
    with open(folder / "session.jsonl", "w") as rows:
        for at in range(count):
            name = f"{at:04}.heap.pb.gz"
            shutil.copy(profile, folder / name)
            stamp = (start + datetime.timedelta(seconds=3 * at)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            rows.write(json.dumps({"time": stamp, "heap": name, "rss": 100_000_000 + at * 1000}) + "\n")
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--heaptui", type=pathlib.Path, default=ROOT / "target/release/heaptui")
    parser.add_argument("--generate", type=pathlib.Path, default=ROOT / "target/release/examples/generate")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--count", type=int, default=1000)
    a = parser.parse_args()
    heaptui = a.heaptui.resolve()
    median = lambda values: statistics.median(values)
    with tempfile.TemporaryDirectory() as home:
        home = pathlib.Path(home)
        large = home / "large.pb.gz"
        subprocess.run([a.generate.resolve(), "25000", large], check=True)
        small = ROOT / "tests/fixtures/orders.heap.pb.gz"
        many = session(home / "many", small, a.count)
        one, few = session(home / "one", large, 1), session(home / "few", large, 21)
        print(f"small {small.stat().st_size / 1024:.0f} KiB x {a.count}, large {large.stat().st_size / 1024:.0f} KiB x 21")
        frame = ["--print", "120x40"]
        rows = [
            [run([heaptui, "top", large])[1], run([heaptui, one, *frame])[1], run([heaptui, few, *frame])[1]]
            for _ in range(a.runs)
        ]
        top, first, last = (median(column) for column in zip(*rows))
        print(f"a snapshot into a series  {(last - first) / 20 / top:.2f}x top  (bar 1.5x; top {top * 1000:.0f} ms of processor)")
        rows = [run([heaptui, many, *frame]) for _ in range(a.runs)]
        wall, _, peak = (median(column) for column in zip(*rows))
        print(f"all sums of {a.count}         {wall:.2f} s, {peak:.0f} MiB  (bars 1.5 s, 64 MiB)")
        frames, tables, steps, moments = [], [], [], []
        for folder, step in [(many, False), (few, True)] * a.runs:
            terminal = Terminal([heaptui, folder])
            begun, table = terminal.until(TABLE)
            terminal.quiet(1)
            if step:
                terminal.press(b",")
                steps.append(terminal.until("◀".encode())[1])
                # The moment's own table is the last thing that is drawn.
                moments.append(terminal.last(0.5))
            else:
                frames.append(begun)
                tables.append(table)
            terminal.close()
        print(f"first frame, whole table  {median(frames) * 1000:.0f} ms, {median(tables) * 1000:.0f} ms  (bar 50 ms for the frame)")
        print(f"a step of 1 MB to a frame {median(steps) * 1000:.1f} ms  (bar 16 ms), to its own table {median(moments) * 1000:.0f} ms  (bar 150 ms)")
        files = sorted(few.glob("*.pb.gz"))
        rows = [
            [run([heaptui, "leaks", few], (0, 3, 4))[0], sum(run([heaptui, "top", file])[0] for file in files)]
            for _ in range(a.runs)
        ]
        verdict, tops = (median(column) for column in zip(*rows))
        print(f"verdict on 21 x 1 MB      {verdict / tops:.2f}x 21 tops  (bar 1.5x; {verdict:.2f} s)")


if __name__ == "__main__":
    main()
