#pragma once

#include "core/bitcoin/primitives/block.h"

#include <deque>
#include <functional>
#include <optional>

namespace duplex::family::bitcoin {

/// The birthday of a wallet whose birth is a time that the headers have not reached; of no wallet at all.
inline constexpr duplex::bitcoin::BlockHeight birthday_not_known{50'000'000};

/// Blocks at the tip that may come again in another form: a new wallet is born below them.
inline constexpr std::uint32_t newest_may_change = 12;

/// A block that a wallet has seen: to find out at the next opening whether the chain left it meanwhile.
struct SeenBlock {
    duplex::bitcoin::BlockHeight height;
    duplex::bitcoin::BlockHash hash;
    friend bool operator==(const SeenBlock&, const SeenBlock&) = default;
};

/// How far the chain was searched for a wallet. A search that begins anew further down, because the user asks
/// for it or because something older is watched now, makes nothing less known: what the wallet's rows say of
/// blocks to `verified_to` stands over a restart too, until the chain leaves such a block.
class ScanProgress {
public:
    struct Rescan {
        duplex::bitcoin::BlockHeight birthday;    // before it
        duplex::bitcoin::BlockHeight complete_to; // where an end before its time goes on
        friend bool operator==(const Rescan&, const Rescan&) = default;
    };

    ScanProgress() = default;
    explicit ScanProgress(duplex::bitcoin::BlockHeight birthday) { bornAt(birthday); }
    /// As read from the disk: `seen` ascending.
    ScanProgress(duplex::bitcoin::BlockHeight birthday, duplex::bitcoin::BlockHeight complete_to,
                 duplex::bitcoin::BlockHeight verified_to, std::optional<Rescan> rescan,
                 std::deque<SeenBlock> seen);

    duplex::bitcoin::BlockHeight birthday() const { return m_birthday; }
    bool knowsBirthday() const { return m_birthday != birthday_not_known; }
    /// Every block to here is checked for all that is watched now; the birthday's predecessor at first.
    duplex::bitcoin::BlockHeight completeTo() const { return m_complete_to; }
    /// The highest block to which this was once so, on the branch that stands.
    duplex::bitcoin::BlockHeight verifiedTo() const { return m_verified_to; }
    const std::optional<Rescan>& rescan() const { return m_rescan; }
    /// The last 144 blocks seen, ascending.
    const std::deque<SeenBlock>& seen() const { return m_seen; }

    void bornAt(duplex::bitcoin::BlockHeight birthday);
    void connected(const SeenBlock& block);
    void completeTo(duplex::bitcoin::BlockHeight height);
    /// The chain left the block of this height and all above.
    void disconnectedFrom(duplex::bitcoin::BlockHeight height);
    /// At the opening: undoes what the chain left meanwhile, `stands` says of a seen block whether it did
    /// not. Returns whether it had left any.
    bool leaveBranch(const std::function<bool(const SeenBlock&)>& stands);

    void beginRescan(duplex::bitcoin::BlockHeight from);
    /// Back to where the search was before; false when no rescan runs.
    bool abortRescan();
    /// Something that may be in blocks from here on is watched now: where these were searched already, the
    /// search begins there again.
    void searchFrom(duplex::bitcoin::BlockHeight height);

    friend bool operator==(const ScanProgress&, const ScanProgress&) = default;

private:
    void dropFinishedRescan();

    duplex::bitcoin::BlockHeight m_birthday;
    duplex::bitcoin::BlockHeight m_complete_to;
    duplex::bitcoin::BlockHeight m_verified_to;
    std::optional<Rescan> m_rescan;
    std::deque<SeenBlock> m_seen;
};

} // namespace duplex::family::bitcoin
