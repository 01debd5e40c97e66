#include "core/io/process_hardening.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace duplex::io {

void hardenProcess() {
    const struct rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    ::umask(077);
}

void lockMemory(void* data, unsigned long size) {
    ::mlock(data, size);
    // Whole pages only; the neighbours on them stay out of dumps as well, which hurts nobody.
    constexpr unsigned long page = 4096;
    const auto first = reinterpret_cast<unsigned long>(data) / page * page;
    const auto end = (reinterpret_cast<unsigned long>(data) + size + page - 1) / page * page;
    ::madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTDUMP);
}

} // namespace duplex::io
