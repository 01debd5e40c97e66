#include "core/base/check.h"
#include "tests/support/two_nodes.h"

#include <fmt/core.h>

using namespace duplex;
using namespace duplex::test;

namespace {

/// Opened once: opening anew each time would take most of the time.
const TwoNodes& openChannel(std::uint8_t number) {
    static std::map<std::uint8_t, TwoNodes> opened;
    const auto found = opened.find(number);
    if (found != opened.end()) return found->second;
    constexpr std::int64_t capacities[] = {200'000, 400'000, 1'000'000, 5'000'000};
    const std::int64_t capacity = capacities[number % 4];
    TwoNodes nodes({.capacity = {capacity}, .pushed = {capacity * 1000 * (number / 4) / 6}});
    nodes.open();
    return opened.emplace(number, std::move(nodes)).first->second;
}

} // namespace

/// First byte: capacity and push; then one decision of the simulator in each four bytes: deliveries,
/// payments, cuts, restarts, failed writes, blocks. Two honest ends keep every rule, whatever the order.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t most_steps = 60;
    if (size == 0) return 0;
    std::vector<std::uint32_t> ops;
    for (std::size_t at = 1; at + 4 <= size && ops.size() < most_steps; at += 4)
        ops.push_back(data[at] | data[at + 1] << 8 | data[at + 2] << 16 |
                      static_cast<std::uint32_t>(data[at + 3]) << 24);
    if (const auto broken = runEpisode(openChannel(data[0] % 20), ops)) {
        fmt::print(stderr, "{}\n", *broken);
        check(false, "a rule of the channel is broken");
    }
    return 0;
}
