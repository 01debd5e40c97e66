#pragma once

#include "core/ledger/activity.h"
#include "core/ledger/balance.h"
#include "core/ledger/explorer.h"
#include "core/ledger/fee_quote.h"
#include "core/ledger/move.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace duplex::api {

// Values that the engine publishes when they change, at most one a topic and turn of its loop. The first
// one of each topic comes right after start.

enum class SyncStage { connecting, headers, filter_headers, filters, blocks, synced };
enum class WalletState { none, locked, unlocked };

struct Warning {
    enum class Severity { note, warning, danger } severity = Severity::note;
    std::string text; // what is wrong and what to do
    friend bool operator==(const Warning&, const Warning&) = default;
};

/// State of the whole: network, sync, wallet, node.
struct StatusSnapshot {
    std::uint64_t revision = 0;
    std::string version;
    std::string network;      // as --network takes it
    bool test_network = true; // coins without worth
    SyncStage stage = SyncStage::connecting;
    std::int64_t header_height = 0;
    std::int64_t complete_to = -1;  // verified height
    std::int64_t stage_done = 0;    // how far the stage has counted
    std::int64_t target_height = 0; // what the stage counts towards; of headers only what peers claim
    std::optional<std::int64_t> stage_left_s; // at the pace so far; absent: not known
    std::int64_t tip_time = 0;
    std::string tip_hash;
    int peers = 0;
    int filter_peers = 0;
    int netgroups = 0;
    std::optional<std::int64_t> relay_fee_sat_per_kvb; // the least that a peer asks for; absent: none said
    std::string proxy;                                 // through which every connection goes; empty: none
    WalletState wallet = WalletState::none;
    std::string wallet_name;
    bool protected_by_password = false;
    bool restored = false; // from words or a backup: it may have channels to ask back
    std::int64_t unlock_by =
        0; // UNIX seconds until which the wallet must be unlocked for its channels' sake; 0: no need
    bool lightning_enabled = false;
    std::string node_id;
    int lightning_peers = 0;
    int channels_active = 0;
    int channels_total = 0; // open ones, without those that open or close
    bool frozen = false;    // a write failed: nothing leaves until restart
    std::vector<Warning> warnings;
    std::string data_directory;
    friend bool operator==(const StatusSnapshot&, const StatusSnapshot&) = default;
};

/// One layer with everything that the table of the two floors shows.
struct LayerView {
    ledger::Layer layer;
    ledger::LayerBalance balance;
    // In satoshi, for people and for the pair's own fields of `layers`.
    std::int64_t balance_sat = 0;
    std::int64_t spendable_sat = 0;
    std::int64_t pending_sat = 0;
    std::int64_t locked_sat = 0;
    std::int64_t receivable_sat = 0;
    std::optional<std::int64_t> fee_sat; // a typical payment now; absent: not known
    ledger::FeeQuote fee;
    std::vector<ledger::Stage> stages;
    std::optional<std::int64_t> confirmation_s;
    std::optional<std::int64_t> confirmation_p90_s;
    ledger::Verified verified;
    std::int64_t as_of = 0;
    std::string secured_by;        // who secures it
    std::string payments_a_second; // in words with its figure, or "not known"
    std::string fullness;
    std::string gets_dear_when;
    std::string main_risks;
    std::string way_between_risks;
    friend bool operator==(const LayerView&, const LayerView&) = default;
};

struct PortfolioSnapshot {
    std::uint64_t revision = 0;
    std::vector<LayerView> layers; // level 1 first
    friend bool operator==(const PortfolioSnapshot&, const PortfolioSnapshot&) = default;
};

struct ActivitySnapshot {
    std::uint64_t revision = 0;
    std::vector<ledger::Activity> items; // newest first, the latest 200
    friend bool operator==(const ActivitySnapshot&, const ActivitySnapshot&) = default;
};

/// A payment on its way through a channel.
struct HtlcView {
    bool incoming = false;
    std::int64_t id = 0;
    std::int64_t amount_msat = 0;
    std::int64_t expiry = 0; // height
    std::string payment_hash;
    std::string state; // Core Lightning's name: SENT_ADD_HTLC ... RCVD_REMOVE_ACK_REVOCATION
    friend bool operator==(const HtlcView&, const HtlcView&) = default;
};

struct ChannelEvent {
    std::int64_t time = 0; // Unix seconds, by our clock
    std::string what;      // for people
    friend bool operator==(const ChannelEvent&, const ChannelEvent&) = default;
};

struct ChannelView {
    std::string channel_id;
    std::string short_channel_id;
    std::string alias_local;
    std::string alias_remote;
    std::string node_id;
    std::string node_alias;  // claimed by the peer
    std::string state;       // CLN's names: OPENINGD, CHANNELD_AWAITING_LOCKIN, CHANNELD_NORMAL, ...
    std::string state_words; // for people: "Waiting for 2 of 3 blocks"
    bool connected = false;
    bool opened_by_us = false;
    bool announced = false;
    std::string type;     // "anchors", "anchors+scid_alias"
    std::string type_hex; // the feature bits of the type, as `open_channel` has them
    std::string funding_txid;
    std::uint32_t funding_index = 0;
    std::int64_t opened_height = -1;
    std::int64_t capacity_sat = 0;
    std::int64_t pushed_msat = 0; // given by the opener to the other side
    std::int64_t ours_msat = 0;
    std::int64_t theirs_msat = 0;
    std::int64_t our_reserve_sat = 0;
    std::int64_t their_reserve_sat = 0;
    std::int64_t spendable_msat = 0;
    std::int64_t receivable_msat = 0;
    std::int64_t in_flight_out_msat = 0;
    std::int64_t in_flight_in_msat = 0;
    int htlc_count = 0;
    std::vector<HtlcView> htlcs;         // in the answer to ListPeerChannels only
    int direction = -1;                  // 0: our node's id is the lesser one; -1: not known while locked
    int most_htlcs = 0;                  // that the partner may have under way at once
    std::int64_t to_self_delay_ours = 0; // we wait this long
    std::int64_t to_self_delay_theirs = 0;
    std::int64_t feerate_per_kw = 0;
    std::int64_t dust_limit_sat = 0;
    std::int64_t their_dust_limit_sat = 0;
    std::int64_t htlc_minimum_msat = 0;
    std::int64_t commitment_number = 0;
    std::string closing_txid;
    std::string close_cause; // "together", "by us", "by the partner", "penalty"
    std::int64_t close_unlock_height = 0;
    std::vector<ChannelEvent> timeline; // state changes, oldest first
    ledger::Verified verified;
    friend bool operator==(const ChannelView&, const ChannelView&) = default;
};

struct ChannelsSnapshot {
    std::uint64_t revision = 0;
    std::vector<ChannelView> channels;
    std::int64_t reserve_needed_sat = 0;
    friend bool operator==(const ChannelsSnapshot&, const ChannelsSnapshot&) = default;
};

struct MovesSnapshot {
    std::uint64_t revision = 0;
    std::vector<ledger::Move> moves; // newest first
    friend bool operator==(const MovesSnapshot&, const MovesSnapshot&) = default;
};

struct BlocksSnapshot {
    std::uint64_t revision = 0;
    std::vector<ledger::BlockFacts> blocks; // newest first, the latest 24, without bodies unless seen
    friend bool operator==(const BlocksSnapshot&, const BlocksSnapshot&) = default;
};

using Snapshot = std::variant<StatusSnapshot, PortfolioSnapshot, ActivitySnapshot, ChannelsSnapshot,
                              MovesSnapshot, BlocksSnapshot>;
using SnapshotPointer = std::shared_ptr<const Snapshot>;

} // namespace duplex::api
