//! The frames that pprof removes from profiles in legacy formats: allocators, locks and profilers themselves.
//! A protobuf profile brings its own expressions; these formats cannot.

use crate::model::Profile;

/// Sample types of heap profiles, by which they are recognized.
const HEAP: [&[&str]; 5] = [
    &["allocations", "size"],
    &["objects", "space"],
    &["inuse_objects", "inuse_space"],
    &["alloc_objects", "alloc_space"],
    &["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"],
];

/// Allocators.
#[rustfmt::skip]
const ALLOC: &[&str] = &[
    // POSIX.
    "calloc", "cfree", "malloc", "free", "memalign", "do_memalign", "(__)?posix_memalign", "pvalloc", "valloc", "realloc",
    // tcmalloc.
    r"tcmalloc::.*", "tc_calloc", "tc_cfree", "tc_malloc", "tc_free", "tc_memalign", "tc_posix_memalign", "tc_pvalloc",
    "tc_valloc", "tc_realloc", "tc_new", "tc_delete", "tc_newarray", "tc_deletearray", "tc_new_nothrow", "tc_newarray_nothrow",
    // macOS.
    "malloc_zone_malloc", "malloc_zone_calloc", "malloc_zone_valloc", "malloc_zone_realloc", "malloc_zone_memalign",
    "malloc_zone_free",
    // Go.
    r"runtime\..*",
    // Others.
    r"BaseArena::.*", "(::)?do_malloc_no_errno", "(::)?do_malloc_pages", "(::)?do_malloc", "DoSampledAllocation",
    "MallocedMemBlock::MallocedMemBlock", "_M_allocate", "__builtin_(vec_)?delete", "__builtin_(vec_)?new",
    "__gnu_cxx::new_allocator::allocate", "__libc_malloc", "__malloc_alloc_template::allocate", "allocate", "cpp_alloc",
    r"operator new(\[\])?", "simple_alloc::allocate",
];

/// Functions of Go's runtime that stay, because a program's own frames may be below them.
const ALLOC_KEEP: &[&str] = &[r"runtime\.panic", r"runtime\.reflectcall", r"runtime\.call[0-9]*"];

/// CPU profilers.
const PROFILER: &[&str] = &[
    "ProfileData::Add",
    "ProfileData::prof_handler",
    "CpuProfiler::prof_handler",
    "__pthread_sighandler",
    "__restore",
];

/// Locks.
const LOCK: &[&str] = &[
    "RecordLockProfileData",
    "(base::)?RecordLockProfileData.*",
    "(base::)?SubmitMutexProfileData.*",
    "(base::)?SubmitSpinLockProfileData.*",
    "(base::Mutex::)?AwaitCommon.*",
    "(base::Mutex::)?Unlock.*",
    "(base::Mutex::)?UnlockSlow.*",
    "(base::Mutex::)?ReaderUnlock.*",
    "(base::MutexLock::)?~MutexLock.*",
    "(Mutex::)?AwaitCommon.*",
    "(Mutex::)?Unlock.*",
    "(Mutex::)?UnlockSlow.*",
    "(Mutex::)?ReaderUnlock.*",
    "(MutexLock::)?~MutexLock.*",
    "(SpinLock::)?Unlock.*",
    "(SpinLock::)?SlowUnlock.*",
    "(SpinLockHolder::)?~SpinLockHolder.*",
];

/// Sets `drop_frames` and `keep_frames` by the profile's sample types.
pub(super) fn set(profile: &mut Profile) {
    let types: Vec<&str> = profile.sample_types.iter().map(|of| profile.text(of.kind)).collect();
    let (drop, keep) = if HEAP.contains(&&types[..]) {
        (ALLOC, ALLOC_KEEP)
    } else if types == ["contentions", "delay"] {
        (LOCK, &[][..])
    } else {
        (PROFILER, &[][..])
    };
    profile.drop_frames = profile.strings.intern(drop.join("|").as_bytes());
    profile.keep_frames = profile.strings.intern(keep.join("|").as_bytes());
}
