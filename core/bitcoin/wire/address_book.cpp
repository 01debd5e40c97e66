#include "core/bitcoin/wire/address_book.h"

namespace duplex::bitcoin::wire {

namespace {

constexpr std::int64_t price = 10'000; // milliseconds of waiting that buy one address: 0.1 a second
constexpr auto try_again_after = std::chrono::minutes(10);
constexpr auto horizon = std::chrono::days(30);
constexpr std::uint64_t groups_per_source = 32;
constexpr std::uint64_t groups_per_address = 4;

std::optional<std::uint32_t> number(std::string_view text, int base, std::uint32_t largest) {
    if (text.empty() || text.size() > 5) return std::nullopt;
    std::uint32_t value = 0;
    for (const char c : text) {
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : 99;
        if (digit >= base) return std::nullopt;
        value = value * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit);
    }
    return value <= largest ? std::optional(value) : std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (std::size_t at = 0;;) {
        const std::size_t end = text.find(separator, at);
        parts.push_back(text.substr(at, end - at));
        if (end == std::string_view::npos) return parts;
        at = end + 1;
    }
}

std::optional<Bytes> ipv4From(std::string_view text) {
    const auto parts = split(text, '.');
    if (parts.size() != 4) return std::nullopt;
    Bytes bytes;
    for (const std::string_view part : parts) {
        const auto value = number(part, 10, 255);
        if (!value) return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>(*value));
    }
    return bytes;
}

std::optional<Bytes> wordsFrom(std::string_view text) {
    Bytes bytes;
    if (text.empty()) return bytes;
    for (const std::string_view part : split(text, ':')) {
        const auto value = part.size() <= 4 ? number(part, 16, 0xffff) : std::nullopt;
        if (!value) return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>(*value >> 8));
        bytes.push_back(static_cast<std::uint8_t>(*value));
    }
    return bytes;
}

std::optional<Bytes> ipv6From(std::string_view text) {
    const std::size_t gap = text.find("::");
    if (gap == std::string_view::npos) {
        auto bytes = wordsFrom(text);
        return bytes && bytes->size() == 16 ? bytes : std::nullopt;
    }
    const auto head = wordsFrom(text.substr(0, gap));
    const auto tail = wordsFrom(text.substr(gap + 2));
    if (!head || !tail || head->size() + tail->size() > 14) return std::nullopt;
    return concat({*head, Bytes(16 - head->size() - tail->size()), *tail});
}

std::uint64_t big(ByteView bytes) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes) value = value << 8 | byte;
    return value;
}

bool isLoopback(const NodeAddress& address) {
    if (address.kind == AddressKind::ipv4) return address.address.size() == 4 && address.address[0] == 127;
    Bytes one(16);
    one[15] = 1;
    return address.kind == AddressKind::ipv6 && address.address == one;
}

} // namespace

Netgroup netgroupOf(const NodeAddress& address) {
    const std::uint64_t kind = static_cast<std::uint64_t>(address.kind) << 32;
    if (isLoopback(address)) return {0};
    const ByteView bytes = address.address;
    switch (address.kind) {
    case AddressKind::ipv4:
        return {kind | big(bytes.first(std::min<std::size_t>(2, bytes.size())))};
    case AddressKind::ipv6:
    case AddressKind::cjdns:
        return {kind | big(bytes.first(std::min<std::size_t>(4, bytes.size())))};
    case AddressKind::tor_v3:
    case AddressKind::i2p:
        return {kind | (bytes.empty() ? 0U : bytes[0] >> 4U)};
    }
    return {kind};
}

std::string hostOf(const NodeAddress& address) {
    const ByteView bytes = address.address;
    std::string text;
    switch (address.kind) {
    case AddressKind::ipv4:
        for (const std::uint8_t byte : bytes) text += (text.empty() ? "" : ".") + std::to_string(byte);
        return text;
    case AddressKind::ipv6:
        for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
            text += (i == 0 ? "" : ":") + toHex(bytes.subspan(i, 2));
        return text;
    case AddressKind::cjdns: // it looks like IPv6, and leads nowhere outside its own network
    case AddressKind::tor_v3:
    case AddressKind::i2p:
        return text;
    }
    return text;
}

std::optional<NodeAddress> nodeAddress(std::string_view host, std::uint16_t port) {
    if (const auto bytes = ipv4From(host))
        return NodeAddress{.kind = AddressKind::ipv4, .address = *bytes, .port = port};
    if (const auto bytes = ipv6From(host))
        return NodeAddress{.kind = AddressKind::ipv6, .address = *bytes, .port = port};
    return std::nullopt;
}

std::size_t AddressAllowance::take(std::size_t wanted, Ticks now) {
    if (now > since) millis += (now - since).count();
    since = now;
    millis = std::min(millis, price * static_cast<std::int64_t>(most_addresses));
    const auto granted = std::min<std::size_t>(wanted, static_cast<std::size_t>(millis / price));
    millis -= static_cast<std::int64_t>(granted) * price;
    return granted;
}

AddressBook::AddressBook(const crypto::SipHashKey& key)
    : m_key(key), m_new(new_buckets * places), m_tried(tried_buckets * places) {}

std::uint64_t AddressBook::hash(std::uint64_t a, std::uint64_t b, const NodeAddress* address) const {
    ByteWriter writer;
    writer.u64le(a).u64le(b);
    if (address)
        writer.u8(static_cast<std::uint8_t>(address->kind)).bytes(address->address).u16be(address->port);
    return crypto::sipHash(m_key, writer.view());
}

std::size_t AddressBook::newSlot(const NodeAddress& address, Netgroup source) const {
    const std::uint64_t part = hash(source.value, netgroupOf(address).value, nullptr) % groups_per_source;
    const std::uint64_t bucket = hash(source.value, part, nullptr) % new_buckets;
    return bucket * places + hash(bucket, 1, &address) % places;
}

std::size_t AddressBook::triedSlot(const NodeAddress& address) const {
    const std::uint64_t part = hash(0, 2, &address) % groups_per_address;
    const std::uint64_t bucket = hash(netgroupOf(address).value, part, nullptr) % tried_buckets;
    return bucket * places + hash(bucket, 3, &address) % places;
}

KnownAddress* AddressBook::find(const NodeAddress& address) {
    const auto found = m_places.find(address);
    if (found == m_places.end()) return nullptr;
    Slot& slot = found->second < m_new.size() ? m_new[found->second] : m_tried[found->second - m_new.size()];
    return &*slot;
}

bool AddressBook::replaceable(const KnownAddress& entry, UnixTime now) const {
    return entry.failures >= 3 || now - unixTime(entry.address.time) > horizon;
}

std::size_t AddressBook::add(const std::vector<NodeAddress>& addresses, Netgroup source, UnixTime now) {
    std::size_t added = 0;
    for (NodeAddress address : addresses) {
        if (address.port == 0 || hostOf(address).empty()) continue; // cannot be dialled
        // A time in the future would keep an address for ever.
        address.time = static_cast<std::uint32_t>(std::min<std::int64_t>(address.time, secondsOf(now)));
        if (KnownAddress* known = find(address)) {
            known->address.time = std::max(known->address.time, address.time);
            // Only what nobody said before: others must not talk an address out of what it offers.
            if (known->address.services.bits == 0) known->address.services = address.services;
            continue;
        }
        const std::size_t place = newSlot(address, source);
        Slot& slot = m_new[place];
        if (slot && !replaceable(*slot, now)) continue;
        if (slot) m_places.erase(slot->address);
        m_count += slot ? 0 : 1;
        m_places[address] = place;
        slot = KnownAddress{.address = std::move(address)};
        ++added;
    }
    return added;
}

void AddressBook::noteTry(const NodeAddress& address, UnixTime now) {
    if (KnownAddress* known = find(address)) known->last_try = now;
}

void AddressBook::noteFailure(const NodeAddress& address, UnixTime now) {
    if (KnownAddress* known = find(address)) {
        known->last_try = now;
        ++known->failures;
    }
}

void AddressBook::noteSuccess(const NodeAddress& address, UnixTime now) {
    KnownAddress entry{.address = address};
    if (const KnownAddress* known = find(address)) {
        entry = *known;
        const std::size_t place = m_places[address];
        (place < m_new.size() ? m_new[place] : m_tried[place - m_new.size()]).reset();
        m_places.erase(address);
        --m_count;
    }
    entry.address.time = static_cast<std::uint32_t>(secondsOf(now));
    entry.address.services = address.services;
    entry.last_success = entry.last_try = now;
    entry.failures = 0;
    putTried(std::move(entry));
}

void AddressBook::putTried(KnownAddress entry) {
    const std::size_t place = triedSlot(entry.address);
    Slot& slot = m_tried[place];
    if (slot) {
        // The place is taken: whoever served us last stays. The other one is forgotten; its group tells it
        // again.
        if (slot->last_success > entry.last_success) return;
        m_places.erase(slot->address);
        --m_count;
    }
    m_places[entry.address] = m_new.size() + place;
    slot = std::move(entry);
    ++m_count;
}

std::optional<NodeAddress> AddressBook::pick(std::uint64_t random, const std::vector<Netgroup>& excluded,
                                             UnixTime now, Services preferred) const {
    const auto suits = [&](const Slot& slot) {
        if (!slot || now - slot->last_try < try_again_after) return false;
        return std::find(excluded.begin(), excluded.end(), netgroupOf(slot->address)) == excluded.end();
    };
    const auto rank = [&](const Slot& slot) -> std::size_t {
        const std::uint64_t said = slot->address.services.bits;
        return (said & preferred.bits) == preferred.bits ? 0 : said == 0 ? 1 : 2;
    };
    const bool tried_first = (random & 1) != 0;
    std::array<std::vector<const Slot*>, 6> found; // by rank, then by table
    for (std::size_t i = 0; i < 2; ++i) {
        for (const Slot& slot : (i == 0) == tried_first ? m_tried : m_new)
            if (suits(slot)) found[rank(slot) * 2 + i].push_back(&slot);
    }
    for (const auto& slots : found)
        if (!slots.empty()) return (*slots[(random >> 1) % slots.size()])->address;
    return std::nullopt;
}

std::vector<NodeAddress> AddressBook::latest(std::size_t count) const {
    std::vector<const KnownAddress*> entries;
    for (const Slot& slot : m_tried)
        if (slot) entries.push_back(&*slot);
    std::sort(entries.begin(), entries.end(),
              [](const auto* a, const auto* b) { return a->last_success > b->last_success; });
    std::vector<NodeAddress> result;
    for (std::size_t i = 0; i < entries.size() && i < count; ++i) result.push_back(entries[i]->address);
    return result;
}

std::vector<KnownAddress> AddressBook::all() const {
    std::vector<KnownAddress> entries;
    for (const auto* table : {&m_new, &m_tried})
        for (const Slot& slot : *table)
            if (slot) entries.push_back(*slot);
    return entries;
}

void AddressBook::restore(const std::vector<KnownAddress>& entries) {
    for (const KnownAddress& entry : entries) {
        if (find(entry.address)) continue;
        if (entry.last_success != UnixTime{}) {
            putTried(entry);
            continue;
        }
        const std::size_t place = newSlot(entry.address, netgroupOf(entry.address));
        if (m_new[place]) continue;
        m_new[place] = entry;
        m_places[entry.address] = place;
        ++m_count;
    }
}

} // namespace duplex::bitcoin::wire
