#pragma once

#include "core/base/time.h"
#include "core/io/endpoint.h"
#include "core/ledger/move.h"
#include "core/lightning/primitives/channel_id.h"

namespace duplex::family::bitcoin {

namespace ln = duplex::lightning;

/// The ways between the floors that this release has.
enum class MoveRoute : std::uint8_t {
    open = 1,        // first layer -> Lightning: a new channel
    close = 2,       // Lightning -> first layer: together with the partner
    close_alone = 3, // Lightning -> first layer: our commitment, then its delay
};
std::string_view nameOf(MoveRoute route);
/// `alone`: what StartMove says beside the route's name. Nothing for a route that this release lacks.
enum class WithPartner : bool { no, yes };
std::optional<MoveRoute> moveRouteOf(std::string_view name, WithPartner with);

/// How a move ended, for when its channel's row is archived; until then the chain and the channel say it.
enum class MoveEnd : std::uint8_t { running = 0, done = 1, failed = 2 };

/// A move as stored (Table::moves) before anything of it leaves. Everything else of it follows from the
/// channel and the chain, so that restarts and reorganisations need nothing of their own here.
struct MoveRecord {
    ByteArray<16> id{};
    MoveRoute route = MoveRoute::open;
    duplex::bitcoin::Satoshi amount;
    std::vector<ledger::FeePart> fee; // as quoted
    duplex::bitcoin::FeeratePerKw feerate;
    UnixTime started{};
    std::uint32_t started_height = 0; // header tip
    ln::NodeId peer;
    std::optional<io::Endpoint> endpoint;             // route open: where to reach it
    std::optional<ln::ChannelId> channel;             // route open: once agreed
    std::optional<duplex::bitcoin::Txid> transaction; // that opened, or that spends the funding output
    std::uint32_t transaction_height = 0;             // 0: in no block
    bool was_usable = false;                          // route open: both sides were ready once
    MoveEnd end = MoveEnd::running;
    std::string failure; // begins with what happened to the money

    friend bool operator==(const MoveRecord&, const MoveRecord&) = default;
};

/// "move id" in text: hexadecimal.
std::string moveIdOf(const MoveRecord& record);
Bytes encodedMove(const MoveRecord& record);
/// Nothing for a damaged row or one of a newer version.
std::optional<MoveRecord> decodedMove(ByteView row);

} // namespace duplex::family::bitcoin
