#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace duplex::ledger {

/// How strongly a figure is known, strongest first (one scale for all chains).
enum class Label {
    own,
    proved_final,
    proved_recent,
    proved_delayed,
    signed_,
    attested,
    agreed,
    reported,
    stale,
    disputed
};
/// What the label rests on; it decides the badge's shape.
enum class Evidence { work, block, keys, quorum, peer };

std::string_view nameOf(Label label);       // "proved-final"
std::string_view nameOf(Evidence evidence); // "work"

/// Goes with every figure that the program shows. Computed where the fact is learnt.
struct Verified {
    Label label = Label::reported;
    Evidence evidence = Evidence::peer;
    std::int64_t height = -1; // of the chain at which the figure held; -1 where none applies
    std::int64_t time = 0;    // UNIX seconds at which it was learnt
    int k = 0;                // agreed: k of n peers
    int n = 0;
    friend bool operator==(const Verified&, const Verified&) = default;
};

/// A sum is known only as well as its weakest part: the weaker label, the older time, the lower height.
Verified weaker(const Verified& a, const Verified& b);

/// One named step towards being settled, with how long it takes.
struct Stage {
    std::string_view name;
    std::int64_t median_s = 0;
    std::int64_t p90_s = 0;
    friend bool operator==(const Stage&, const Stage&) = default;
};

} // namespace duplex::ledger
