#pragma once

#include "core/bitcoin/light/peer_event.h"

#include <set>

namespace duplex::bitcoin::light {

/// From wallet or channel, after the transaction is stored: announce it until it is withdrawn. `parents` are
/// unconfirmed transactions of ours that it spends; they are served to whoever asks, and announced after the
/// child so that Core takes parent and child together (one parent, one child, threats: packages). The driver
/// gives all own unconfirmed transactions again after a restart.
struct Announce {
    Transaction transaction;
    std::vector<Transaction> parents;
};
/// Confirmed, replaced or given up: stop announcing.
struct Withdraw {
    Txid txid;
};
/// From the driver, for each block that is connected: whoever refused or forgot a transaction of ours may
/// take it now (lightning.md, "Broadcast": repeat at each block). Changes when the next round is due, no
/// more.
struct NextBlock {};
using BroadcastEvent =
    std::variant<PeerConnected, PeerMessage, PeerDisconnected, Announce, Withdraw, NextBlock, std::monostate>;

/// How far a transaction got.
struct BroadcastState {
    Txid txid;
    int announced_to = 0; // peers that got our inv
    int sent_to = 0;      // peers that asked for it and got it
    int echoed_by = 0;    // peers that announced it to us without our having announced it to them
    /// Ten minutes went by, with at least one peer that could have echoed it, and none did.
    bool not_seen = false;
    friend bool operator==(const BroadcastState&, const BroadcastState&) = default;
};
/// Something above changed. Does not survive a crash; begins anew with Announce.
struct BroadcastProgress {
    BroadcastState state;
    friend bool operator==(const BroadcastProgress&, const BroadcastProgress&) = default;
};
using BroadcastAction = std::variant<SendTo, BroadcastProgress>;
using BroadcastActions = std::vector<BroadcastAction>;

/// Gives our own transactions to peers (bitcoin.md 1). std::monostate is the timer's tick. Announces to peers
/// that want transactions, never to those which said relay = 0, by wtxid where both sides said wtxidrelay,
/// and keeps back one or two peers that announce to us, to hear the echo. Announces again every ten minutes
/// at random times, soon after each block and at once to new peers, until withdrawn: neither that a peer took
/// it (its memory pool may have put it out since) nor that one announces it (an inv costs a liar nothing)
/// ends the rounds.
class Broadcast {
public:
    explicit Broadcast(const crypto::SipHashKey& randomness) : m_randomness(randomness) {}

    BroadcastActions step(const BroadcastEvent& event, const Moment& now);
    std::optional<BroadcastState> stateOf(const Txid& txid) const;
    std::size_t size() const { return m_items.size(); }
    /// Peers that an announcement made now goes to.
    int takers() const {
        return static_cast<int>(std::ranges::count_if(
            m_peers, [](const auto& each) { return each.second.wants && !each.second.echo; }));
    }

private:
    struct PeerFacts {
        bool wants = false; // relay = 1 in its version
        bool by_wtxid = false;
        bool announces = false; // we said relay = 1
        bool echo = false;      // kept back: we announce nothing to it
    };
    struct Item {
        Transaction transaction;
        Wtxid wtxid;
        std::vector<Txid> parents;
        std::set<PeerId> announced;
        std::set<PeerId> sent;
        std::set<PeerId> echoed;
        Ticks first_announced{};
        Ticks next_round{};
        bool started = false;
        bool not_seen = false;
        bool parent_only = false; // came in as somebody's parent
    };

    void add(const Announce& announce, const Moment& now, BroadcastActions& actions);
    void announceTo(PeerId peer, Item& item, const Moment& now, BroadcastActions& actions);
    void announceEverywhere(Item& item, const Moment& now, BroadcastActions& actions);
    void onMessage(PeerId peer, const wire::Message& message, const Moment& now, BroadcastActions& actions);
    void onGetData(PeerId peer, const wire::GetData& ask, BroadcastActions& actions);
    void onInv(PeerId peer, const wire::Inv& inv, BroadcastActions& actions);
    void onTick(const Moment& now, BroadcastActions& actions);
    void chooseEchoes();
    Item* find(const wire::Inventory& entry);
    BroadcastState stateOf(const Txid& txid, const Item& item) const;
    std::uint64_t random();

    crypto::SipHashKey m_randomness;
    std::uint64_t m_draws = 0;
    std::map<PeerId, PeerFacts> m_peers;
    std::map<Txid, Item> m_items;
    std::map<Wtxid, Txid> m_by_wtxid;
};

} // namespace duplex::bitcoin::light
