#include "core/family/bitcoin/chain_store.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"

namespace duplex::family::bitcoin {

namespace {

constexpr std::uint8_t row_version = 1;
constexpr std::string_view headers_key = "headers";
constexpr std::string_view filters_key = "filter_headers";
constexpr std::string_view disputed_key = "disputed"; // and the height
constexpr std::uint32_t checkpoint_interval = 2016;

Bytes heightKey(std::uint32_t height) {
    return ByteWriter().u32be(height).take();
}

duplex::bitcoin::BlockHeader headerAt(const store::FlatFile& file, std::uint32_t height) {
    ByteReader reader(file.at(height));
    return duplex::bitcoin::readHeader(reader);
}

Bytes disputedKey(duplex::bitcoin::BlockHeight height) {
    return ByteWriter().bytes(viewOf(disputed_key)).u32be(height.value).take();
}

Bytes serializedAll(const std::vector<duplex::bitcoin::BlockHeader>& headers) {
    Bytes bytes;
    bytes.reserve(headers.size() * duplex::bitcoin::header_size);
    for (const auto& header : headers) {
        const auto one = duplex::bitcoin::serialized(header);
        bytes.insert(bytes.end(), one.begin(), one.end());
    }
    return bytes;
}

std::string problem(const store::FileError& error) {
    return "The chain's files cannot be written (" + error.detail + "). Check the disk's space and rights.";
}

} // namespace

std::expected<std::unique_ptr<ChainStore>, std::string> ChainStore::open(const std::string& folder) {
    std::unique_ptr<ChainStore> store(new ChainStore);
    auto database = store::Database::open(folder + "/chain.sqlite");
    if (!database) return std::unexpected(store::textOf(database.error()));
    auto headers = store::FlatFile::open(folder + "/headers", duplex::bitcoin::header_size);
    if (!headers) return std::unexpected(problem(headers.error()));
    auto filter_headers = store::FlatFile::open(folder + "/filter_headers", 32);
    if (!filter_headers) return std::unexpected(problem(filter_headers.error()));
    store->m_database = std::move(*database);
    store->m_headers = std::move(*headers);
    store->m_filter_headers = std::move(*filter_headers);
    store->load();
    return store;
}

void ChainStore::load() {
    std::uint32_t count = 0;
    std::optional<Bytes> tip_hash;
    if (const auto row = m_database->read(store::Table::meta, viewOf(headers_key))) {
        ByteReader reader(*row);
        const bool known = reader.u8() == row_version;
        count = reader.u32be();
        const bool has_work = reader.u8() != 0;
        const auto work = reader.array<32>();
        tip_hash = reader.bytes(32);
        if (!known || !reader.finished())
            count = 0;
        else if (has_work)
            m_tip_work = light::Work::fromBigEndian(work);
    }
    m_header_count = goodHeaders(count, tip_hash);
    if (m_header_count != count) m_tip_work.reset();
    if (const auto row = m_database->read(store::Table::meta, viewOf(filters_key))) {
        ByteReader reader(*row);
        const bool known = reader.u8() == row_version;
        const std::uint32_t filters = reader.u32be();
        const auto last = reader.bytes(32);
        const bool fits = known && reader.finished() && filters > 0 &&
                          filters <= m_filter_headers->capacity() &&
                          std::ranges::equal(m_filter_headers->at(filters - 1), last);
        m_filter_count = m_filters_written = fits ? std::min(filters, m_header_count) : 0;
    }
    for (const store::Row& row : m_database->scan(store::Table::meta, viewOf(disputed_key))) {
        if (row.key.size() != disputed_key.size() + 4) continue;
        ByteReader reader(ByteView(row.key).subspan(disputed_key.size()));
        m_disputed.insert({reader.u32be()});
    }
}

/// The committed count if its tip and the last 2,016 links hold; else the last checkpoint that does.
std::uint32_t ChainStore::goodHeaders(std::uint32_t count, const std::optional<Bytes>& tip_hash) const {
    if (count == 0 || !tip_hash) return 0;
    if (count <= m_headers->capacity() &&
        std::ranges::equal(headerAt(*m_headers, count - 1).hash().bytes, *tip_hash)) {
        const std::uint32_t from = count > checkpoint_interval ? count - checkpoint_interval : 1;
        bool linked = true;
        for (std::uint32_t height = from; height < count && linked; ++height) {
            linked = headerAt(*m_headers, height).previous == headerAt(*m_headers, height - 1).hash();
        }
        if (linked) return count;
    }
    const auto capacity = static_cast<std::uint32_t>(m_headers->capacity());
    for (const store::Row& row : m_database->scan(store::Table::checkpoints, {}, store::Order::descending)) {
        ByteReader reader(row.key);
        const std::uint32_t height = reader.u32be();
        if (row.key.size() != 4 || height >= std::min(count, capacity)) continue;
        if (std::ranges::equal(headerAt(*m_headers, height).hash().bytes, row.value)) return height + 1;
    }
    return 0;
}

void ChainStore::forgetDisputed(std::uint32_t from, Turn& turn) {
    const auto first = m_disputed.lower_bound({from});
    for (auto height = first; height != m_disputed.end(); ++height)
        turn.chain().erase(store::Table::meta, disputedKey(*height));
    m_disputed.erase(first, m_disputed.end());
}

std::expected<void, std::string> ChainStore::write(store::FlatFile& file, std::size_t from, ByteView bytes) {
    if (const auto written = file.write(from, bytes); !written)
        return std::unexpected(problem(written.error()));
    return {};
}

void ChainStore::commitHeaderCount(Turn& turn, std::uint32_t count, const std::optional<light::Work>& work,
                                   ByteView tip) {
    ByteWriter row;
    row.u8(row_version)
        .u32be(count)
        .u8(work ? 1 : 0)
        .bytes(work ? work->bigEndian() : ByteArray<32>{})
        .bytes(tip);
    turn.chain().put(store::Table::meta, viewOf(headers_key), row.view());
}

void ChainStore::commitFilterCount(Turn& turn, std::uint32_t count) {
    ByteWriter row;
    row.u8(row_version)
        .u32be(count)
        .bytes(count == 0 ? ByteView(ByteArray<32>{}) : m_filter_headers->at(count - 1));
    turn.chain().put(store::Table::meta, viewOf(filters_key), row.view());
}

template <typename Action, typename... Rest>
bool ChainStore::waits(const Action& action, const TurnOfNow& turn, const Rest&... rest) {
    if (!m_overwriting) return false;
    turn().after([this, action, turn, rest...] { persist(action, turn, rest...); });
    return true;
}

void ChainStore::persist(const light::PersistHeaders& action, const TurnOfNow& turn, Stored stored,
                         Failed failed) {
    if (waits(action, turn, stored, failed)) return;
    if (const auto written = write(*m_headers, action.from.value, serializedAll(action.headers)); !written)
        return failed(written.error());
    const auto count = action.from.value + static_cast<std::uint32_t>(action.headers.size());
    const auto tip = action.headers.back().hash();
    for (std::size_t i = 0; i < action.headers.size(); ++i) {
        const auto height = action.from.value + static_cast<std::uint32_t>(i);
        if (height % checkpoint_interval == 0)
            turn().chain().put(store::Table::checkpoints, heightKey(height), action.headers[i].hash());
    }
    commitHeaderCount(turn(), count, action.tip_work, tip);
    turn().after([this, count, work = action.tip_work, stored = std::move(stored)] {
        m_header_count = count;
        m_tip_work = work;
        stored();
    });
}

void ChainStore::persist(const light::PersistReorganisation& action, const TurnOfNow& turn, Stored stored,
                         Failed failed) {
    if (waits(action, turn, stored, failed)) return;
    m_overwriting = true;
    const std::uint32_t kept = action.fork.value + 1;
    turn().chain().put(store::Table::meta, viewOf("left"), serializedAll(action.left));
    commitHeaderCount(turn(), kept, std::nullopt, headerAt(*m_headers, action.fork.value).hash());
    if (m_filters_written > kept) {
        m_filter_count = m_filters_written = kept;
        commitFilterCount(turn(), kept);
    }
    forgetDisputed(kept, turn());
    turn().after([this, kept, action, turn, stored = std::move(stored), failed = std::move(failed)] {
        m_overwriting = false;
        m_header_count = kept;
        m_tip_work.reset();
        const light::PersistHeaders rest{
            .from = {kept}, .headers = action.headers, .tip_work = action.tip_work};
        persist(rest, turn, stored, failed);
    });
}

void ChainStore::persist(const light::PersistFilterHeaders& action, const TurnOfNow& turn, Stored stored,
                         Failed failed) {
    if (waits(action, turn, stored, failed)) return;
    if (action.from.value > m_filters_written)
        return; // what lies between was given up, and is asked for again
    const auto append = [this, action, turn, stored = std::move(stored), failed = std::move(failed)] {
        Bytes bytes;
        for (const auto& header : action.headers)
            bytes.insert(bytes.end(), header.bytes.begin(), header.bytes.end());
        if (const auto written = write(*m_filter_headers, action.from.value, bytes); !written)
            return failed(written.error());
        const auto count = action.from.value + static_cast<std::uint32_t>(action.headers.size());
        m_filters_written = count;
        commitFilterCount(turn(), count);
        turn().after([this, count, stored] {
            m_filter_count = count;
            stored();
        });
    };
    if (action.from.value == m_filters_written) return append();
    // The old ones are given up before they are overwritten.
    forgetDisputed(action.from.value, turn());
    m_overwriting = true;
    m_filter_count = m_filters_written = action.from.value;
    commitFilterCount(turn(), m_filter_count);
    turn().after([this, append] {
        m_overwriting = false;
        append();
    });
}

void ChainStore::persist(const light::Disputed& action, const TurnOfNow& turn) {
    if (waits(action, turn)) return;
    m_disputed.insert(action.height);
    turn().chain().put(store::Table::meta, disputedKey(action.height), Bytes{row_version});
}

} // namespace duplex::family::bitcoin
