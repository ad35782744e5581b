//! What is read of each legacy format, a row each.

/// What is read, and the lines of [`super::outline`] that it becomes.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) input: &'static str,
    pub(super) outline: &'static [&'static str],
}

pub(super) const CASES: &[Case] = &[
    Case {
        name: "heap of Go: samples are scaled by half the rate, alloc comes first",
        input: "heap profile: 1: 1024 [4: 4096] @ heap/2048\n1: 1024 [4: 4096] @ 0x11 0x22\n",
        outline: &[
            "alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes, 1024 space/bytes",
            "6 6479 1 1619 | bytes=1024 | 0x10@1 0x21@1",
            "mapping 1 0x0-0xffffffffffffffff+0x0",
        ],
    },
    Case {
        name: "heap: rows of nothing, and a block of less than a byte",
        input: "heap profile: 1: 1 [1: 1] @ heap_v2/1\n0: 0 [0: 0] @ 0x5\n5: 3 [5: 3] @\n-2: -20 [0: 0] @ 0x5\n",
        outline: &[
            "objects/count space/bytes, 1 space/bytes",
            "0 0 | bytes=0 | 0x4@1",
            "5 3 | bytes=0 |",
            "-2 -20 | bytes=10 | 0x4@1",
            "mapping 1 0x0-0xffffffffffffffff+0x0",
        ],
    },
    Case {
        name: "heap: equal columns and rate 0 are a profile of two columns",
        input: "heap profile: 0: 0 [0: 0] @ heap/0\n",
        outline: &["objects/count space/bytes, 0 space/bytes"],
    },
    Case {
        name: "heap: profiling is off, alloc is one byte more",
        input: "heap profile: 0: 0 [0: 1] @ heap/0\n",
        outline: &["alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes, 0 space/bytes"],
    },
    Case {
        name: "heap: CRLF, a byte order mark, blank lines before",
        input: "\u{feff}\r\nheap profile: 1: 8 [1: 8] @ heapprofile\r\n1: 8 [1: 8] @ 0x2\r\n#\t0x1\tmain.a+0x1\t\t/a.go:7\r\n",
        outline: &[
            "objects/count space/bytes, 1 space/bytes",
            "1 8 | bytes=8 | main.a /a.go:7",
            "mapping 1 0x0-0xffffffffffffffff+0x0 known",
        ],
    },
    Case {
        name: "heap of tcmalloc: as written, with mappings of which the executable ones count",
        input: "heap profile:   2:  96 [  3: 120] @ heapprofile\n  2:  96 [  3: 120] @ 0x401005 0x7f0001 0x9\n\n\
                MAPPED_LIBRARIES:\n\
                00700000-00800000 r-xp 00001000 00:00 1 /lib/libc.so.6\n\
                00400000-00401000 r--p 00000000 00:00 2 /bin/prog\n\
                00401000-00402000 r-xp 00001000 00:00 2 /bin/prog\n\
                00402000-00403000 r-xp 00002000 00:00 2 /bin/prog\n",
        outline: &[
            "alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes, 1 space/bytes",
            "3 120 2 96 | bytes=48 | 0x401004@1 0x7f0000@2 0x8@3",
            "mapping 1 0x400000-0x403000+0x0 /bin/prog",
            "mapping 2 0x700000-0x800000+0x1000 /lib/libc.so.6",
            "mapping 3 0x0-0xffffffffffffffff+0x0",
        ],
    },
    Case {
        name: "growth, with the short form of mappings, a variable, a log prefix and one that begins at its file's start",
        input: "heap profile: 1: 2 [0: 0] @ growthz\n5: 7 [3: 4] @ 0x55 0x5001 0x7000\n--- Memory map: ---\n\
                build=/foo/bar\nfoo.go:12] 5000-6000: $build (@10) abcdef\n8000-9000: $build (@1000) 12\n",
        outline: &[
            "objects/count space/bytes, 1 space/bytes",
            "5 7 | bytes=1 | 0x54@3 0x5000@1 0x6fff@3",
            "mapping 1 0x5000-0x6000+0x10 /foo/bar abcdef",
            "mapping 2 0x8000-0x9000+0x1000 /foo/bar 12",
            "mapping 3 0x0-0xffffffffffffffff+0x0",
        ],
    },
    Case {
        name: "fragmentation",
        input: "heap profile: 1: 2 [0: 0] @ fragmentationz\n5: 7 [3: 4] @ 0x55\n",
        outline: &[
            "objects/count space/bytes, 1 space/bytes",
            "5 7 | bytes=1 | 0x54@1",
            "mapping 1 0x0-0xffffffffffffffff+0x0",
        ],
    },
    Case {
        name: "# lines: hidden runtime frames and goexit go, C code between stays, an unnamed frame is its address",
        input: "heap profile: 1: 8 [2: 8] @ heapprofile\n1: 8 [2: 8] @ 0x11 0x21 0xc1 0x31 0x41 0xff\n\
                #\t0x20\tmain.(*T).leaf+0x10\t\t/src/a b.go:40\n#\t0x30\n#\t0x40\tmain.main+0x1\t/src/main.go:41\n",
        outline: &[
            "alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes, 1 space/bytes",
            "2 8 1 8 | bytes=8 | main.(*T).leaf /src/a b.go:40; 0xc0@1; 0x30@1; main.main /src/main.go:41",
            "mapping 1 0x0-0xffffffffffffffff+0x0",
        ],
    },
    Case {
        name: "# lines: frames of one piece of code are one location, innermost first, recursion begins another",
        input: "heap profile: 1: 8 [2: 8] @ heapprofile\n1: 8 [2: 8] @ 0x111 0x11a 0x121 0x12a 0x201 0x2ff\n\
                #\t0x110\tmain.in+0x10\t/a.go:1\n#\t0x119\tmain.out+0x19\t/a.go:2\n\
                #\t0x120\tmain.in+0x20\t/a.go:1\n#\t0x129\tmain.out+0x29\t/a.go:3\n#\t0x200\tmain.main+0x5\t/a.go:9\n",
        outline: &[
            "alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes, 1 space/bytes",
            "2 8 1 8 | bytes=8 | main.in /a.go:1 < main.out /a.go:2; main.in /a.go:1 < main.out /a.go:3; main.main /a.go:9",
            "mapping 1 0x0-0xffffffffffffffff+0x0 known",
        ],
    },
    Case {
        name: "# lines: several for an address that the row has once, as frame pointer unwinding gives them",
        input: "--- mutex:\ncycles/second=1000000000\nsampling period=5\n700 2 @ 0x111 0x201\n\
                #\t0x110\tsync.in+0x10\t/a.go:1\n#\t0x10a\tsync.out+0xa\t/a.go:2\n#\t0x200\tmain.main+0x5\t/a.go:9\n",
        outline: &[
            "contentions/count delay/nanoseconds, 5 contentions/count",
            "10 3500 | | sync.in /a.go:1 < sync.out /a.go:2; main.main /a.go:9",
            "mapping 1 0x0-0xffffffffffffffff+0x0 known",
        ],
    },
    Case {
        name: "# lines: tabs became spaces",
        input: "heap profile: 1: 8 [1: 8] @ heapprofile\n1: 8 [1: 8] @ 0x21\n#   0x20   main.f[...]+0x10    /src/a b.go:40\n",
        outline: &[
            "objects/count space/bytes, 1 space/bytes",
            "1 8 | bytes=8 | main.f[...] /src/a b.go:40",
            "mapping 1 0x0-0xffffffffffffffff+0x0 known",
        ],
    },
    Case {
        name: "goroutines, with labels; the last address of each stack is goexit",
        input: "goroutine profile: total 3\n2 @ 0x43 0x21 0xff\n# labels: {\"a\":\"x \\\"y\\\"\", \"b\":\"\\u00e9\"}\n\
                #\t0x20\tmain.loop+0x10\t/a.go:4\n\n1 @ 0x31\n",
        outline: &[
            "goroutine/count, 1 goroutine/count",
            "2 | a=x \"y\" b=é | main.loop /a.go:4",
            "1 | | 0x30@1",
            "mapping 1 0x0-0xffffffffffffffff+0x0",
        ],
    },
    Case {
        name: "threads without Go code have an empty stack (pprof refuses the row)",
        input: "threadcreate profile: total 10\n9 @\n#\t0x0\n\n1 @ 0x21\n#\t0x20\truntime.main+0x10\t/a.go:4\n",
        outline: &[
            "threadcreate/count, 1 threadcreate/count",
            "9 | |",
            "1 | | runtime.main /a.go:4",
            "mapping 1 0x0-0xffffffffffffffff+0x0 known",
        ],
    },
    Case {
        name: "a count profile of the program's own, with a memory map",
        input: "\n# a comment\nfoo.bar profile: total 5\n3 @ 0x1 0x2 0x2\n--- Memory map: ---\n 0x0 0x5 /x/y\n",
        outline: &[
            "foo.bar/count, 1 foo.bar/count",
            "3 | | 0x0 0x1@1 0x1@1",
            "mapping 1 0x0-0x5+0x0 /x/y",
        ],
    },
    Case {
        name: "contention of Go without a clock",
        input: "--- contention:\ncycles/second=0\n7 1 @ 0x1\n",
        outline: &[
            "contentions/count delay/nanoseconds, 1 contentions/count",
            "1 7 | | 0x0",
        ],
    },
    Case {
        name: "contention of C++",
        input: "--- contentionz 1 ---\ncycles/second = 3201000000\nsampling period = 100\nms since reset = 16\n\
                discarded samples = 0\n  19490304 27 @ 0xbccc97 0xc61202\n 768 1 @ 0x42e1a0\n\n\
                ---  Memory map: ---\nMAPPED_LIBRARIES:\n  00400000-00fcb000: cont_main\n",
        outline: &[
            "contentions/count delay/nanoseconds, 100 contentions/count",
            "2700 608881724 | | 0xbccc96@1 0xc61201@1",
            "100 23992 | | 0x42e19f@1",
            "mapping 1 0x400000-0xfcb000+0x0 cont_main",
        ],
    },
    Case {
        name: "threads of C++, one the same as before, one with its innermost address twice",
        input: "--- threadz 1 ---\n\n--- Thread 7ff7 (name: main/14748) stack: ---\n  PC: 0xbc8f1c main\n  0x40be31\n\
                --- Thread 7f (name: a/1) stack: ---\n  [same as previous thread]\n\
                --- Thread 7e (name: a/2) stack: ---\n 0x5 0x5 0x9\n--- Memory map: ---\n00400000-00fcb000: main\n",
        outline: &[
            "thread/count, 1 thread/count",
            "2 | | 0xbc8f1c@1 0x40be30@1",
            "1 | | 0x5@2 0x8@2",
            "mapping 1 0x400000-0xfcb000+0x0 main",
            "mapping 2 0x0-0xffffffffffffffff+0x0",
        ],
    },
    Case {
        name: "heap of Java",
        input: "--- heapz 1 ---\nformat = java\nresolution = bytes\n\n 7048 1 @ 0x3 0x4 0x5\n 4752 2 @ 0x3 0x9\n\
                0x3 com.A.run (A.java:42)\n 0x4 com.A.run (B.java:-2)\n0x5 libc (/lib/libc.so)\n0x7 unused\n",
        outline: &[
            "inuse_objects/count inuse_space/bytes, 0 /",
            "74 527819 | bytes=7048 | com.A.run A.java:42; com.A.run A.java:0; libc libc.so:0",
            "442 1050953 | bytes=2376 | com.A.run A.java:42; 0x0@1",
            "mapping 1 0x0-0xffffffffffffffff+0x0",
        ],
    },
    Case {
        name: "contention of Java",
        input: "--- contentionz 1 ---\nformat = java\nresolution = microseconds\nsampling period = 100\n\
                ms since reset = 60\n 1 10 @ 0x3 0x4\n 0x3 GC\n 0x4 x generated stub/JIT y\n",
        outline: &[
            "contentions/count delay/microseconds, 100 contentions/count",
            "1000 100 | | GC :0; STUB :0",
        ],
    },
    Case {
        name: "stack dump: every part of a header, inlined calls, goexit",
        input: "goroutine 72 gp=0xc000 m=3 mp=0xc001 [chan receive (nil chan), 5 minutes, locked to thread] {a/b: c, \"k]\": \"v}\\n\"}:\n\
                main.(*T).in(...)\n\t/a b.go:28\nmain.loop({0x1, 0x2}, 0x3)\n\t/a.go:40 +0x8c fp=0x1 sp=0x2 pc=0x3\n\
                runtime.goexit({})\n\t/asm.s:1 +0x1\ncreated by main.main in goroutine 1\n\t/a.go:91 +0xb6\n",
        outline: &[
            "goroutine/count, 1 goroutine/count",
            "1 | goroutine=72 state=chan receive (nil chan) wait=5minutes locked_to_thread=true a/b=c k]=v}␊ created_by=main.main \
             | main.(*T).in /a b.go:28 < main.loop /a.go:40",
        ],
    },
    Case {
        name: "stack dump: marks behind the state, labels inside the brackets, elided frames, a dump that is cut",
        input: "goroutine 1 [select (leaked) (scan)]:\nmain.a()\n\t/a.go:1 +0x1\n...23 frames elided...\nmain.b()\n\t/a.go:2 +0x1\n\n\
                goroutine 2 [sleep (scan) (durable), synctest bubble 7, labels:{\"k\":\"v\"}]:\n\tgoroutine running on other thread\n\n\
                goroutine 3 [running]:\nmain.cut(0x1)\n\ngoroutine 4 [chan re",
        outline: &[
            "goroutine/count, 1 goroutine/count",
            "1 | goroutine=1 state=select leaked=true | main.a /a.go:1; [frames elided] :0; main.b /a.go:2",
            "1 | goroutine=2 state=sleep (durable) synctest_bubble=7 k=v |",
            "1 | goroutine=3 state=running | main.cut :0",
        ],
    },
    Case {
        name: "stack dump of a program that died, with what it died of and its registers",
        input: "panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1\nexit status 2\n\nrax    0x0\n",
        outline: &[
            "goroutine/count, 1 goroutine/count",
            "1 | goroutine=1 state=running | main.main /a.go:1",
        ],
    },
];
