#include "core/base/check.h"
#include "core/bitcoin/light/block_filter.h"

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::light;

/// The input is a filter. All readers agree on whether it is one, and the sorted query finds what the bitmap
/// finds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<Script> few = [] {
        std::vector<Script> scripts;
        for (std::uint32_t i = 0; i < 100; ++i) scripts.push_back({ByteWriter().u32le(i).u32le(7).take()});
        return scripts;
    }();
    static const FilterQuery small(few);
    static const FilterQuery large = [] {
        std::vector<Script> scripts = few;
        for (std::uint32_t i = 0; i < 50; ++i) scripts.push_back({ByteWriter().u32le(i).u64le(9).take()});
        return FilterQuery(scripts);
    }();
    const ByteView filter(data, size);
    const BlockHash hash{toArray<32>(filter)};
    const auto values = decodeFilter(filter);
    const auto in_small = matchesAny(filter, hash, small);
    const auto in_large = matchesAny(filter, hash, large);
    check(values.has_value() == in_small.has_value() && values.has_value() == in_large.has_value(),
          "all readers accept the same filters");
    if (!values) return 0;
    check(std::is_sorted(values->begin(), values->end()), "values ascend");
    check(!*in_small || *in_large, "a larger query finds at least as much");
    bool any = false;
    for (const Script& script : large.scripts()) any |= *holdsAll(filter, hash, {script});
    check(any == *in_large, "the bitmap finds what single look-ups find");
    return 0;
}
