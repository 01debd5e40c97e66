#include "core/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace duplex {

void check(bool holds, const char* what, std::source_location where) {
    if (holds) return;
    std::fprintf(stderr, "broken invariant: %s (%s:%u)\n", what, where.file_name(),
                 static_cast<unsigned>(where.line()));
    std::abort();
}

} // namespace duplex
