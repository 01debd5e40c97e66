#pragma once

#include "core/base/time.h"
#include "core/bitcoin/light/proof_of_work.h"

#include <map>
#include <variant>

namespace duplex::bitcoin::light {

/// The stored headers, 80 bytes each by height: the committed part of the flat file. Stays valid while the
/// file is open; what lies above `count()` of the latest view does not exist.
struct HeaderView {
    ByteView bytes;
    std::uint32_t count() const { return static_cast<std::uint32_t>(bytes.size() / header_size); }
};

enum class HeaderFault {
    unlinked,      // a header does not follow its predecessor in the message
    proof_of_work, // hash above target, or target above the limit
    wrong_bits,
    time_too_old,       // not after the median of the last 11
    time_warp,          // a period's first block over 600 s before its predecessor (BIP 94)
    version_too_old,    // under 2, 3, 4 after BIP 34, 66, 65
    bits_jump,          // first pass: the bits move further than a retarget may
    second_pass_differs // not the headers that the first pass showed
};
std::string_view textOf(HeaderFault fault);

// What accept() can answer.
/// Nothing new in the message.
struct HeadersKnown {
    BlockHeight last; // of the message's last header, if it stands on the main chain
    bool on_main = false;
};
/// The chain grew. `headers` stand at from, from + 1, ...
struct HeadersAppended {
    BlockHeight from;
    std::vector<BlockHeader> headers;
};
/// Another branch has more work: `left` stood at fork + 1 ..., `headers` stand there now.
struct HeadersReorganised {
    BlockHeight fork;
    std::vector<BlockHeader> left;
    std::vector<BlockHeader> headers;
};
/// A branch with less work than ours, kept in memory.
struct HeadersOnSideBranch {
    BlockHeight fork;
};
/// Valid so far by themselves but below the work that is worth memory; nothing was kept (threats 1). The way
/// on is a FirstPass from `parent`.
struct HeadersLowWork {
    BlockHeight parent; // on the main chain
    BlockHash parent_hash;
};
/// The first header's parent is unknown.
struct HeadersUnconnected {};
struct HeadersRefused {
    HeaderFault fault;
    BlockHeight height;
};
struct HeadersOutcome {
    std::variant<HeadersKnown, HeadersAppended, HeadersReorganised, HeadersOnSideBranch, HeadersLowWork,
                 HeadersUnconnected, HeadersRefused>
        what;
    /// The message went on with headers over 2 h ahead of our clock: not yet valid, not kept, no fault.
    bool not_yet_valid = false;
};

struct ChainTip {
    BlockHeight height;
    BlockHash hash;
    BlockHeader header;
    friend bool operator==(const ChainTip&, const ChainTip&) = default;
};

/// How much claimed work a message needs to be kept: the usual bound, or none because a first pass showed
/// enough.
enum class WorkProof { needed, shown };

/// The header chain: validates, finds forks, decides which branch has most work. Memory holds the headers
/// that the store has not confirmed, side branches (20,000 headers at most) and an index from hash to height
/// that is built when first needed, and one sum of work per 2,016 headers once a sum below the tip was asked
/// for; everything else is read from the view. An empty view starts at the
/// genesis block, which then waits for storage like any other header.
class HeaderChain {
public:
    /// `tip_work` is the summed work of the stored headers as it was committed with their count; without it,
    /// it is computed from all headers.
    HeaderChain(const NetworkParameters& network, HeaderView stored,
                std::optional<Work> tip_work = std::nullopt);

    HeadersOutcome accept(const std::vector<BlockHeader>& headers, UnixTime now,
                          WorkProof work = WorkProof::needed);
    /// The store holds these now: the first min(count, height + 1) of our headers. Forgets them from memory.
    void confirmStored(HeaderView stored);

    const NetworkParameters& network() const { return *m_network; }
    std::uint32_t height() const { return m_count - 1; }
    const ChainTip& tip() const { return m_tip; }
    const Work& tipWork() const { return m_tip_work; }
    BlockHeader at(std::uint32_t height) const; // height is at most height()
    BlockHash hashAt(std::uint32_t height) const;
    std::uint32_t timeAt(std::uint32_t height) const;
    /// Summed up to and with this height. Reads each header once in all, then at most one period a call.
    Work workAt(std::uint32_t height) const;
    /// The height on the main chain.
    std::optional<BlockHeight> heightOf(const BlockHash& hash) const;
    /// Median time of the block at this height and the ten before it (BIP 113).
    std::uint32_t medianTimeAt(std::uint32_t height) const;
    /// The bits that the next block on the tip needs when it has this time.
    std::uint32_t nextBits(std::uint32_t time) const;
    /// Hashes for getheaders, from `from` down, ever sparser to the genesis block.
    std::vector<BlockHash> locatorFrom(std::uint32_t from) const;
    /// Work that a chain must exceed to be kept: the network's minimum, or the tip's less 144 blocks of its
    /// proof.
    Work workBound() const;
    /// Tips of the branches in memory, with their fork heights (getchaintips).
    struct SideTip {
        BlockHeight fork;
        BlockHeight height;
        BlockHash hash;
    };
    std::vector<SideTip> sideTips() const;

private:
    struct Branch {
        std::uint32_t fork = 0; // height of the last common header
        std::vector<BlockHeader> headers;
        std::vector<BlockHash> hashes;
        Work work; // summed from genesis
    };
    /// Headers as seen from the end of a branch: the main chain up to the fork, then the branch.
    struct Lookup;
    struct Place;

    std::uint32_t bitsAt(std::uint32_t height) const;
    std::optional<Place> placeOf(const BlockHash& parent) const;
    HeadersOutcome extend(const Place& place, std::vector<BlockHeader> headers, std::vector<BlockHash> hashes,
                          UnixTime now, WorkProof work);
    HeadersOutcome adopt(Branch branch, std::size_t old_size);
    std::optional<HeaderFault> faultOf(const Lookup& before, std::uint32_t height,
                                       const BlockHeader& header) const;
    std::uint32_t requiredBits(const Lookup& before, std::uint32_t height, std::uint32_t time) const;
    void append(const std::vector<BlockHeader>& headers, const std::vector<BlockHash>& hashes,
                const Work& work);
    std::vector<BlockHeader> cutTo(std::uint32_t fork);
    void rebaseBranches(std::uint32_t fork, const std::vector<BlockHeader>& left);
    void keepBranch(Branch branch);
    void refreshTip();
    void buildIndex() const;
    void indexHash(const BlockHash& hash, std::uint32_t height) const;

    const NetworkParameters* m_network;
    HeaderView m_stored;
    std::uint32_t m_pending_from = 0; // headers from here on stand in m_pending
    std::vector<BlockHeader> m_pending;
    std::uint32_t m_count = 0;
    ChainTip m_tip;
    Work m_tip_work;
    std::vector<Branch> m_branches;
    mutable std::vector<std::uint32_t> m_index; // open addressing, height + 1; empty until needed
    mutable std::size_t m_indexed = 0;
    /// By height, at multiples of 2,016, as far down as it was asked for (performance.md 4): a peer may ask
    /// for the work at any old fork with one small message.
    mutable std::map<std::uint32_t, Work> m_work_sums;
};

} // namespace duplex::bitcoin::light
