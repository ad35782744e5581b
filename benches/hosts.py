#!/usr/bin/env python3
"""How long a table of 200 hosts takes, and how much memory: `benches/hosts.py [heaptui] [hosts]`.

Each host is a loopback server of its own with a heap of about 20 KB; one of them is silent, one refuses, one sends garbage
and one never ends. Prints the seconds until the table is complete, the largest resident memory, and how many rows are right.
"""

import asyncio
import json
import os
import socket
import sys
import tempfile
import time

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "target/release/heaptui"
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 200


def heap():
    rows = ["heap profile: 1: 4096 [1: 4096] @ heap/2\n"]
    for row in range(150):
        rows.append(f"1: 4096 [1: 4096] @ {0x100000 + row * 16:#x} 0x2000\n"
                    f"#\t{0x100000 + row * 16:#x}\tmain.part{row}+0x10\t/src/parts.go:{row}\n"
                    "#\t0x2000\tmain.main+0x20\t/src/main.go:9\n\n")
    rows.append("# runtime.MemStats\n# HeapAlloc = 614400\n# NumGC = 3\n# GCCPUFraction = 0.01\n")
    return "".join(rows).encode()


HEAP = heap()
GOROUTINES = b"goroutine profile: total 3\n3 @ 0x1000 0x2000\n#\t0x1000\tmain.wait+0x1\t/src/main.go:5\n\n"
METRICS = b"process_resident_memory_bytes 3.3e+07\nprocess_start_time_seconds 1.7e+09\n"


async def serve(kind, reader, writer):
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ")[1]
        if kind == "silent":
            await reader.read()
        elif kind == "endless":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\nheap profile: 1: 64 [1: 64] @ heap/2\n")
            while True:
                writer.write(b"1: 64 [1: 64] @ 0x1000\n#\t0x1000\tmain.f+0x1\t/x.go:1\n\n" * 100)
                await writer.drain()
        else:
            body = {"garbage": os.urandom(20000)}.get(kind)
            if body is None:
                body = HEAP if b"/heap" in path else GOROUTINES if b"/goroutine" in path else METRICS
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main():
    kinds = ["silent", "garbage", "endless"] + ["good"] * (COUNT - 4)
    addresses = []
    servers = []
    for kind in kinds:
        server = await asyncio.start_server(lambda r, w, kind=kind: serve(kind, r, w), "127.0.0.1", 0, backlog=16)
        servers.append(server)
        addresses.append("127.0.0.1:%d" % server.sockets[0].getsockname()[1])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        addresses.append("127.0.0.1:%d" % free.getsockname()[1])
    with tempfile.NamedTemporaryFile("w") as names:
        names.write("\n".join(addresses))
        names.flush()
        start = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            PROGRAM, "hosts", "--json", "@" + names.name, stdout=asyncio.subprocess.PIPE)
        peak = asyncio.create_task(watch(process.pid))
        out = await process.stdout.read()
        took = time.monotonic() - start
        await process.wait()
    rows = json.loads(out)["hosts"]
    good = sum(row["error"] is None and row["top"] is not None for row in rows)
    print(f"{len(rows)} hosts, {good} of {COUNT - 4} good ones answered, {took:.2f} s, {await peak} KiB resident at most")
    for row in rows:
        if row["error"]:
            print("   ", row["host"], row["error"])


async def watch(pid):
    """The peak, which the system keeps until the process ends."""
    peak = 0
    while True:
        try:
            with open(f"/proc/{pid}/status") as status:
                lines = [line for line in status if line.startswith("VmHWM")]
            if not lines:
                return peak
            peak = int(lines[0].split()[1])
        except OSError:
            return peak
        await asyncio.sleep(0.01)


asyncio.run(main())
