#pragma once

#include "core/bitcoin/light/sync.h"
#include "core/family/bitcoin/turn.h"
#include "core/store/flat_file.h"

#include <memory>
#include <set>

namespace duplex::family::bitcoin {

namespace light = duplex::bitcoin::light;
namespace wire = duplex::bitcoin::wire;

/// The network's chain on disk: block headers and filter headers in flat files, their counts in a database.
/// What the files hold above the committed counts does not exist (bitcoin.md 2).
class ChainStore {
public:
    /// Opens or makes the files below `folder`, and steps back to the last good checkpoint where they do not
    /// fit what was committed. Otherwise what is wrong and what to do.
    static std::expected<std::unique_ptr<ChainStore>, std::string> open(const std::string& folder);

    store::Database& database() { return *m_database; }
    light::HeaderView headers() const { return {m_headers->all(m_header_count)}; }
    light::FilterHeaderView filterHeaders() const { return {m_filter_headers->all(m_filter_count)}; }
    std::optional<light::Work> tipWork() const { return m_tip_work; }
    const std::set<duplex::bitcoin::BlockHeight>& disputed() const { return m_disputed; }

    using Stored = std::function<void()>;
    using Failed = std::function<void(std::string)>;
    /// The turn of that moment.
    using TurnOfNow = std::function<Turn&()>;
    /// Writes the headers and adds their count to the turn; `stored` runs once that is committed. A failed
    /// write tells its words, and nothing is committed then.
    void persist(const light::PersistHeaders& action, const TurnOfNow& turn, Stored stored, Failed failed);
    /// Three steps: the shorter count, the overwrite, the new count. What comes meanwhile waits for them.
    void persist(const light::PersistReorganisation& action, const TurnOfNow& turn, Stored stored,
                 Failed failed);
    /// A list that begins below the stored count takes back what is disputed from there on, too.
    void persist(const light::PersistFilterHeaders& action, const TurnOfNow& turn, Stored stored,
                 Failed failed);
    void persist(const light::Disputed& action, const TurnOfNow& turn);

private:
    ChainStore() = default;
    /// While an overwrite is due: has the same called again after it, and returns true.
    template <typename Action, typename... Rest>
    bool waits(const Action& action, const TurnOfNow& turn, const Rest&... rest);
    std::expected<void, std::string> write(store::FlatFile& file, std::size_t from, ByteView bytes);
    void commitHeaderCount(Turn& turn, std::uint32_t count, const std::optional<light::Work>& work,
                           ByteView tip);
    void commitFilterCount(Turn& turn, std::uint32_t count);
    /// The blocks, or the filters, from this height on are others now.
    void forgetDisputed(std::uint32_t from, Turn& turn);
    void load();
    std::uint32_t goodHeaders(std::uint32_t count, const std::optional<Bytes>& tip_hash) const;

    std::unique_ptr<store::Database> m_database;
    std::unique_ptr<store::FlatFile> m_headers;
    std::unique_ptr<store::FlatFile> m_filter_headers;
    std::uint32_t m_header_count = 0;
    std::uint32_t m_filter_count = 0;
    std::uint32_t m_filters_written = 0; // with those of turns that are not committed yet
    bool m_overwriting = false; // a shorter count is being committed; the file still holds the old rows
    std::optional<light::Work> m_tip_work;
    std::set<duplex::bitcoin::BlockHeight> m_disputed;
};

} // namespace duplex::family::bitcoin
