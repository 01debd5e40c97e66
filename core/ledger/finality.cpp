#include "core/ledger/finality.h"

#include <algorithm>

namespace duplex::ledger {

std::string_view nameOf(Label label) {
    switch (label) {
    case Label::own:
        return "own";
    case Label::proved_final:
        return "proved-final";
    case Label::proved_recent:
        return "proved-recent";
    case Label::proved_delayed:
        return "proved-delayed";
    case Label::signed_:
        return "signed";
    case Label::attested:
        return "attested";
    case Label::agreed:
        return "agreed";
    case Label::reported:
        return "reported";
    case Label::stale:
        return "stale";
    case Label::disputed:
        return "disputed";
    }
    return "reported";
}

std::string_view nameOf(Evidence evidence) {
    switch (evidence) {
    case Evidence::work:
        return "work";
    case Evidence::block:
        return "block";
    case Evidence::keys:
        return "keys";
    case Evidence::quorum:
        return "quorum";
    case Evidence::peer:
        return "peer";
    }
    return "peer";
}

Verified weaker(const Verified& a, const Verified& b) {
    Verified result = static_cast<int>(a.label) >= static_cast<int>(b.label) ? a : b;
    const Verified& other = static_cast<int>(a.label) >= static_cast<int>(b.label) ? b : a;
    if (result.height < 0)
        result.height = other.height;
    else if (other.height >= 0)
        result.height = std::min(result.height, other.height);
    if (result.time == 0)
        result.time = other.time;
    else if (other.time != 0)
        result.time = std::min(result.time, other.time);
    return result;
}

} // namespace duplex::ledger
