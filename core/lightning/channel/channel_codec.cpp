#include "core/lightning/channel/channel_codec.h"

#include "core/base/variant.h"

#include <algorithm>
#include <type_traits>

namespace duplex::lightning::channel {

// Integers are big-endian, lists and byte strings carry a BigSize count, optionals a byte 0 or 1, variants
// the number of the alternative. The order of fields is that of version 1 and never changes.

namespace {

struct Out {
    ByteWriter writer;

    void number(std::uint64_t value) { writer.u64be(value); }
    void amount(MilliSatoshi value) { number(static_cast<std::uint64_t>(value.value)); }
    void amount(bitcoin::Satoshi value) { number(static_cast<std::uint64_t>(value.value)); }
    void flag(bool value) { writer.u8(value ? 1 : 0); }
    void raw(ByteView bytes) { writer.bytes(bytes); }
    void bytes(ByteView value) { writer.bigSize(value.size()).bytes(value); }
    void transaction(const bitcoin::Transaction& value) { bytes(bitcoin::serialized(value)); }
    template <typename E>
    void symbol(E value) {
        writer.u8(static_cast<std::uint8_t>(value));
    }
    template <typename T, typename F>
    void optional(const std::optional<T>& value, F&& write) {
        flag(value.has_value());
        if (value) write(*value);
    }
    template <typename T, typename F>
    void list(const std::vector<T>& values, F&& write) {
        writer.bigSize(values.size());
        for (const T& value : values) write(value);
    }
};

constexpr std::uint8_t revoked_blob_version = 1;

/// A channel has at most this many of anything that is listed: a blob that says more is broken.
constexpr std::uint64_t most_elements = 10'000'000;

struct In {
    ByteReader reader;

    std::uint64_t number() { return reader.u64be(); }
    /// Within plus or minus all bitcoin: sums of a few stay in 64 bits.
    std::int64_t bounded(std::int64_t most) {
        const auto value = static_cast<std::int64_t>(number());
        if (value < -most || value > most) reader.fail();
        return reader.ok() ? value : 0;
    }
    MilliSatoshi msat() { return {bounded(bitcoin::max_money.value * 1000)}; }
    bitcoin::Satoshi sat() { return {bounded(bitcoin::max_money.value)}; }
    bitcoin::FeeratePerKw feerate() { return {bounded(std::int64_t{1} << 32)}; }
    std::uint32_t number32() {
        const std::uint64_t value = number();
        if (value > 0xffffffff) reader.fail();
        return static_cast<std::uint32_t>(value);
    }
    bool flag() { return symbol<std::uint8_t>(2) == 1; }
    template <typename E>
    E symbol(std::uint8_t count) {
        const std::uint8_t value = reader.u8();
        if (value >= count) reader.fail();
        return static_cast<E>(reader.ok() ? value : 0);
    }
    Bytes bytes() {
        const std::uint64_t size = reader.bigSize();
        if (size > reader.remaining()) {
            reader.fail();
            return {};
        }
        return reader.bytes(size);
    }
    template <typename T>
    T tagged() {
        return T{reader.array<T::size>()};
    }
    crypto::PublicKey key() {
        const ByteArray<33> raw = reader.array<33>();
        if (raw == ByteArray<33>{}) return {};
        const auto key = crypto::PublicKey::fromBytes(raw);
        if (!key) reader.fail();
        return key.value_or(crypto::PublicKey{});
    }
    bitcoin::Script script() { return {bytes()}; }
    bitcoin::Transaction transaction() {
        auto found = bitcoin::decodeTransaction(bytes());
        if (!found) reader.fail();
        return found ? std::move(*found) : bitcoin::Transaction{};
    }
    template <typename F>
    auto optional(F&& read) -> std::optional<decltype(read())> {
        if (!flag()) return std::nullopt;
        return read();
    }
    template <typename F>
    auto list(F&& read) {
        std::vector<decltype(read())> values;
        const std::uint64_t count = reader.bigSize();
        if (count > most_elements || count > reader.remaining()) reader.fail();
        for (std::uint64_t i = 0; i < count && reader.ok(); ++i) values.push_back(read());
        return values;
    }
};

void write(Out& out, const RemovalKind& kind) {
    out.writer.u8(static_cast<std::uint8_t>(kind.index()));
    std::visit(overloaded{
                   [&](const Fulfilled& k) { out.raw(k.preimage); },
                   [&](const Failed& k) { out.bytes(k.reason); },
                   [&](const FailedMalformed& k) {
                       out.raw(k.sha256_of_onion);
                       out.writer.u16be(k.failure_code);
                   },
               },
               kind);
}
RemovalKind readRemovalKind(In& in) {
    switch (in.symbol<std::uint8_t>(3)) {
    case 0:
        return Fulfilled{.preimage = in.tagged<Preimage>()};
    case 1:
        return Failed{.reason = in.bytes()};
    default: {
        FailedMalformed kind{.sha256_of_onion = in.reader.array<32>()};
        kind.failure_code = in.reader.u16be();
        return kind;
    }
    }
}

void write(Out& out, const Htlc& htlc) {
    out.symbol(htlc.offered_by);
    out.number(htlc.id);
    out.amount(htlc.amount);
    out.raw(htlc.payment_hash);
    out.number(htlc.cltv_expiry.value);
    out.raw(htlc.onion);
    out.optional(htlc.path_key, [&](const crypto::PublicKey& key) { out.raw(key); });
    out.raw(htlc.origin.payment);
    out.number(htlc.origin.part);
    out.symbol(htlc.stage);
    out.number(htlc.order);
    out.optional(htlc.removal, [&](const Removal& removal) {
        write(out, removal.kind);
        out.symbol(removal.stage);
        out.number(removal.order);
    });
}
Htlc readHtlc(In& in) {
    Htlc htlc{.offered_by = in.symbol<Side>(2)};
    htlc.id = in.number();
    htlc.amount = in.msat();
    htlc.payment_hash = in.tagged<PaymentHash>();
    htlc.cltv_expiry = {in.number32()};
    htlc.onion = in.reader.array<wire::onion_packet_size>();
    htlc.path_key = in.optional([&] { return in.key(); });
    htlc.origin.payment = in.tagged<PaymentId>();
    htlc.origin.part = in.number32();
    htlc.stage = in.symbol<Stage>(4);
    htlc.order = in.number();
    htlc.removal = in.optional([&] {
        Removal removal{.kind = readRemovalKind(in)};
        removal.stage = in.symbol<Stage>(4);
        removal.order = in.number();
        return removal;
    });
    return htlc;
}

void write(Out& out, const RevokedHtlc& revoked) {
    out.number(revoked.first);
    out.number(revoked.last);
    commitment::write(out.writer, revoked.htlc);
}
RevokedHtlc readRevokedHtlc(In& in) {
    RevokedHtlc revoked{.first = in.number()};
    revoked.last = in.number();
    revoked.htlc = commitment::readCommitmentHtlc(in.reader);
    return revoked;
}

void write(Out& out, const Commitments& c) {
    out.symbol(c.funder);
    out.amount(c.local_balance);
    out.amount(c.remote_balance);
    out.number(static_cast<std::uint64_t>(c.feerate.value));
    out.list(c.fee_updates, [&](const FeeUpdate& update) {
        out.number(static_cast<std::uint64_t>(update.feerate.value));
        out.symbol(update.stage);
        out.number(update.order);
    });
    out.list(c.htlcs, [&](const Htlc& htlc) { write(out, htlc); });
    out.number(c.next_local_htlc_id);
    out.number(c.next_remote_htlc_id);
    out.number(c.next_order);
    out.number(c.local_number);
    out.number(c.remote_number);
    out.flag(c.awaiting_revocation);
    out.raw(c.remote_point);
    out.raw(c.remote_next_point);
    out.raw(c.signature);
    out.list(c.htlc_signatures, [&](const crypto::Signature& signature) { out.raw(signature); });
    keys::write(out.writer, c.counters);
    c.remote_secrets.write(out.writer);
    out.list(c.revoked_htlcs, [&](const RevokedHtlc& revoked) { write(out, revoked); });
    out.symbol(c.last_sent);
}
Commitments readCommitments(In& in) {
    Commitments c{.funder = in.symbol<Side>(2)};
    c.local_balance = in.msat();
    c.remote_balance = in.msat();
    c.feerate = in.feerate();
    c.fee_updates = in.list([&] {
        FeeUpdate update{.feerate = in.feerate()};
        update.stage = in.symbol<Stage>(4);
        update.order = in.number();
        return update;
    });
    c.htlcs = in.list([&] { return readHtlc(in); });
    c.next_local_htlc_id = in.number();
    c.next_remote_htlc_id = in.number();
    c.next_order = in.number();
    c.local_number = in.number();
    c.remote_number = in.number();
    c.awaiting_revocation = in.flag();
    c.remote_point = in.key();
    c.remote_next_point = in.key();
    c.signature = in.tagged<crypto::Signature>();
    c.htlc_signatures = in.list([&] { return in.tagged<crypto::Signature>(); });
    c.counters = keys::readSignerCounters(in.reader);
    c.remote_secrets = keys::ReceivedSecrets::read(in.reader);
    c.revoked_htlcs = in.list([&] { return readRevokedHtlc(in); });
    c.last_sent = in.symbol<LastSent>(3);
    return c;
}

void write(Out& out, const SideLimits& limits) {
    out.amount(limits.reserve);
    out.amount(limits.max_in_flight);
    out.amount(limits.htlc_minimum);
    out.writer.u16be(limits.max_accepted_htlcs);
}
SideLimits readLimits(In& in) {
    SideLimits limits{.reserve = in.sat()};
    limits.max_in_flight = in.msat();
    limits.htlc_minimum = in.msat();
    limits.max_accepted_htlcs = in.reader.u16be();
    return limits;
}

struct WritePhase {
    Out& out;
    void script(const std::optional<bitcoin::Script>& value) const {
        out.optional(value, [&](const bitcoin::Script& s) { out.bytes(s); });
    }
    void cause(const std::optional<std::string>& value) const {
        out.optional(value, [&](const std::string& text) { out.bytes(viewOf(text)); });
    }
    void operator()(const Opening& phase) const {
        out.writer.u8(static_cast<std::uint8_t>(phase.step.index()));
        out.number(static_cast<std::uint64_t>(phase.deadline.count()));
    }
    void operator()(const AwaitingFunding& phase) const { out.flag(phase.remote_ready); }
    void operator()(const AwaitingReady&) const {}
    void operator()(const Normal& phase) const { script(phase.closing_script); }
    void operator()(const ShuttingDown& phase) const {
        script(phase.local_script);
        script(phase.wanted_script);
        script(phase.remote_script);
    }
    void operator()(const Negotiating& phase) const {
        out.bytes(phase.local_script);
        out.bytes(phase.remote_script);
        const auto fee = [&](bitcoin::Satoshi value) { out.amount(value); };
        out.optional(phase.local_fee, fee);
        out.optional(phase.remote_fee, fee);
        out.number(static_cast<std::uint64_t>(phase.rounds));
    }
    void operator()(const Closing& phase) const {
        out.symbol(phase.kind);
        cause(phase.cause);
        out.optional(phase.transaction, [&](const bitcoin::Transaction& t) { out.transaction(t); });
        out.optional(phase.spend, [&](const FundingSpend& spend) {
            out.transaction(spend.transaction);
            out.number(spend.height);
        });
    }
    void operator()(const Closed& phase) const { cause(phase.cause); }
};

OpeningStep readOpeningStep(In& in) {
    switch (in.symbol<std::uint8_t>(6)) {
    case 1:
        return OpenSent{};
    case 2:
        return FundingWanted{};
    case 3:
        return CreatedSent{};
    case 4:
        return OpenReceived{};
    case 5:
        return AcceptSent{};
    default:
        return Idle{};
    }
}

std::optional<std::string> readCause(In& in) {
    return in.optional([&] { return duplex::textOf(ByteView(in.bytes())); });
}

Phase readPhase(In& in) {
    const auto script = [&] { return in.script(); };
    switch (in.symbol<std::uint8_t>(std::variant_size_v<Phase>)) {
    case 0: {
        Opening phase{.step = readOpeningStep(in)};
        phase.deadline = Ticks{static_cast<std::int64_t>(in.number())};
        return phase;
    }
    case 1:
        return AwaitingFunding{.remote_ready = in.flag()};
    case 2:
        return AwaitingReady{};
    case 3:
        return Normal{.closing_script = in.optional(script)};
    case 4: {
        ShuttingDown phase{.local_script = in.optional(script)};
        phase.wanted_script = in.optional(script);
        phase.remote_script = in.optional(script);
        return phase;
    }
    case 5: {
        Negotiating phase{.local_script = in.script()};
        phase.remote_script = in.script();
        phase.local_fee = in.optional([&] { return in.sat(); });
        phase.remote_fee = in.optional([&] { return in.sat(); });
        phase.rounds = static_cast<int>(in.number32() & 0x7fffffff);
        return phase;
    }
    case 6: {
        Closing phase{.kind = in.symbol<CloseKind>(3)};
        phase.cause = readCause(in);
        phase.transaction = in.optional([&] { return in.transaction(); });
        phase.spend = in.optional([&] {
            FundingSpend spend{.transaction = in.transaction()};
            spend.height = in.number32();
            return spend;
        });
        return phase;
    }
    default:
        return Closed{.cause = readCause(in)};
    }
}

} // namespace

Bytes encodeChannel(const Channel& c) {
    Out out;
    const auto script = [&](const bitcoin::Script& value) { out.bytes(value); };
    const auto scid = [&](ShortChannelId value) { out.number(value.value); };
    out.writer.u8(channel_blob_version);
    out.raw(c.id);
    out.raw(c.temporary_id);
    out.raw(c.peer);
    out.raw(c.nonce);
    out.flag(c.type.scid_alias);
    out.symbol(c.announce);
    commitment::write(out.writer, c.terms.parameters);
    write(out, c.terms.local);
    write(out, c.terms.remote);
    out.amount(c.pushed);
    out.number(static_cast<std::uint64_t>(c.opening_feerate.value));
    out.number(c.minimum_depth);
    out.number(c.opened_height);
    out.number(c.funding_height);
    out.optional(c.local_upfront_script, script);
    out.optional(c.remote_upfront_script, script);
    out.optional(c.funding_transaction, [&](const bitcoin::Transaction& t) { out.transaction(t); });
    out.optional(c.scid, scid);
    out.list(c.local_aliases, scid);
    out.optional(c.remote_alias, scid);
    out.number(c.open_request);
    out.writer.u8(static_cast<std::uint8_t>(c.phase.index()));
    std::visit(WritePhase{out}, c.phase);
    out.symbol(c.standing);
    write(out, c.commitments);
    out.list(c.signed_closings, [&](const bitcoin::Transaction& t) { out.transaction(t); });
    return out.writer.take();
}

std::expected<Channel, ChannelCodecError> decodeChannel(ByteView blob) {
    In in{.reader = ByteReader(blob)};
    if (in.reader.u8() != channel_blob_version || !in.reader.ok())
        return std::unexpected(ChannelCodecError::unknown_version);
    const auto script = [&] { return in.script(); };
    const auto scid = [&] { return ShortChannelId{in.number()}; };
    Channel c{.id = in.tagged<ChannelId>()};
    c.temporary_id = in.tagged<ChannelId>();
    c.peer = in.key();
    c.nonce = in.tagged<keys::ChannelNonce>();
    c.type.scid_alias = in.flag();
    c.announce = in.symbol<Announce>(2);
    c.terms.parameters = commitment::readChannelParameters(in.reader);
    c.terms.local = readLimits(in);
    c.terms.remote = readLimits(in);
    c.pushed = in.msat();
    c.opening_feerate = in.feerate();
    c.minimum_depth = in.number32();
    c.opened_height = in.number32();
    c.funding_height = in.number32();
    c.local_upfront_script = in.optional(script);
    c.remote_upfront_script = in.optional(script);
    c.funding_transaction = in.optional([&] { return in.transaction(); });
    c.scid = in.optional(scid);
    c.local_aliases = in.list(scid);
    c.remote_alias = in.optional(scid);
    c.open_request = in.number();
    c.phase = readPhase(in);
    c.standing = in.symbol<Standing>(3);
    c.commitments = readCommitments(in);
    c.signed_closings = in.list([&] { return in.transaction(); });
    if (!in.reader.finished()) return std::unexpected(ChannelCodecError::malformed);
    return c;
}

std::vector<RevokedHtlc> takeSettledRevoked(Commitments& commitments) {
    const auto isLive = [&](const RevokedHtlc& revoked) {
        const auto owner =
            revoked.htlc.direction == commitment::HtlcDirection::offered ? Side::remote : Side::local;
        return std::ranges::any_of(commitments.htlcs, [&](const Htlc& htlc) {
            return htlc.offered_by == owner && htlc.id == revoked.htlc.id;
        });
    };
    const auto settled = std::ranges::stable_partition(commitments.revoked_htlcs, isLive);
    std::vector<RevokedHtlc> taken(settled.begin(), settled.end());
    commitments.revoked_htlcs.erase(settled.begin(), settled.end());
    return taken;
}

Bytes keyOf(const ChannelId& channel, const RevokedHtlc& revoked) {
    ByteWriter writer;
    writer.bytes(channel).u8(static_cast<std::uint8_t>(revoked.htlc.direction)).u64be(revoked.htlc.id);
    return writer.take();
}

Bytes encodeRevokedHtlc(const RevokedHtlc& revoked) {
    Out out;
    out.writer.u8(revoked_blob_version);
    write(out, revoked);
    return out.writer.take();
}

std::expected<RevokedHtlc, ChannelCodecError> decodeRevokedHtlc(ByteView blob) {
    In in{.reader = ByteReader(blob)};
    if (in.reader.u8() != revoked_blob_version || !in.reader.ok())
        return std::unexpected(ChannelCodecError::unknown_version);
    const RevokedHtlc revoked = readRevokedHtlc(in);
    if (!in.reader.finished()) return std::unexpected(ChannelCodecError::malformed);
    return revoked;
}

} // namespace duplex::lightning::channel
