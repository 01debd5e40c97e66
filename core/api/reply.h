#pragma once

#include "core/api/log_topic.h"
#include "core/api/snapshot.h"
#include "core/base/bytes.h"

#include <expected>

namespace duplex::api {

/// Codes as interface.md lists them: Core's where one exists, CLN's for Lightning.
struct Error {
    int code = -1;
    std::string message; // what was wrong and what to do; money first where some could have moved
    friend bool operator==(const Error&, const Error&) = default;
};

struct Done {};
struct Text {
    std::string text;
    std::string warning; // what to know about it; mostly nothing
};
struct NameList {
    std::vector<std::string> names;
};

struct LogTopics {
    std::vector<std::pair<LogTopic, bool>> topics; // every one, and whether it is written
};

struct PeerFacts {
    std::int64_t id = 0;
    std::string address;
    std::uint64_t services = 0;
    std::int64_t version = 0;
    std::string user_agent;
    std::int64_t connected_at = 0;
    std::int64_t last_send = 0;
    std::int64_t last_receive = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    std::int64_t starting_height = -1;
    std::int64_t synced_headers = -1;
    std::int64_t ping_us = -1;
    std::int64_t least_ping_us = -1;
    std::int64_t min_feefilter_sat_per_kvb = -1;
    bool inbound = false;
    bool relays_transactions = false;
    std::string connection_type; // "outbound-full-relay", "manual"
};
struct PeerList {
    std::vector<PeerFacts> peers;
};

struct ChainReply {
    std::string chain;       // Core's name
    std::int64_t blocks = 0; // complete_to
    std::int64_t headers = 0;
    std::string best_block_hash; // at `blocks`
    std::uint32_t bits = 0;
    std::int64_t time = 0;
    std::int64_t median_time = 0;
    std::string chainwork_hex;
    std::int64_t progress_numerator = 0; // verificationprogress = numerator / denominator
    std::int64_t progress_denominator = 1;
    bool initial_download = true;
    std::vector<std::string> warnings;
    ledger::Verified verified;
};

struct HeaderReply {
    Bytes header; // 80 bytes
    std::string hash;
    std::int64_t height = 0;
    std::int64_t confirmations = 0; // -1: not on the best chain
    std::int64_t median_time = 0;
    std::string chainwork_hex;
    std::string next_hash;
    std::optional<std::int64_t> transaction_count;
    ledger::Verified verified;
};

struct BlockReply {
    HeaderReply header;
    Bytes block; // whole, checked against the header
};

struct FilterReply {
    Bytes filter;
    std::string header;
    ledger::Verified verified;
};

struct ChainTip {
    std::int64_t height = 0;
    std::string hash;
    std::int64_t branch_length = 0;
    std::string status;
};
struct ChainTipsReply {
    std::vector<ChainTip> tips;
};

/// An output that a transaction spends, where we know it for certain: ours, or of the same block.
struct SpentOutput {
    std::int64_t amount_sat = 0;
    Bytes script;
    std::int64_t height = -1; // -1: unconfirmed
    bool generated = false;   // by a coinbase
};

struct RawTransactionReply {
    Bytes transaction;
    std::vector<SpentOutput> spent; // of every input, in their order; empty when one is not known
    std::string block_hash;         // empty: unconfirmed
    std::int64_t height = -1;
    std::int64_t confirmations = 0;
    std::int64_t block_time = 0;
    ledger::Verified verified;
};

struct FeeEstimate {
    std::optional<std::int64_t> feerate_sat_per_kvb;
    int blocks = 0;
    std::vector<std::string> errors;
    std::optional<std::int64_t> floor_sat_per_kvb;
    std::int64_t age_s = 0;
    ledger::Verified verified;
};

struct SendReply {
    std::string txid;
    Bytes transaction;           // unsigned when plan_only
    std::int64_t amount_sat = 0; // to the payees
    std::int64_t fee_sat = 0;
    std::int64_t feerate_sat_per_kvb = 0;
    std::int64_t weight = 0;
    std::int64_t change_sat = 0;
    std::int64_t left_sat = 0; // spendable afterwards
    int sent_to_peers = 0;
    std::optional<std::int64_t> expected_s; // median time to the first confirmation
    std::string fee_reason;
    ledger::Verified fee_verified;
};

struct PreflightReply {
    std::string txid;
    std::string wtxid;
    enum class Result { passed, inputs_unknown, failed } result = Result::inputs_unknown;
    std::string reject_reason;
    std::optional<std::int64_t> fee_sat;
    std::int64_t vsize = 0;
};

struct BlockStrip {
    std::vector<ledger::BlockFacts> blocks;
};

struct WalletCreated {
    std::string name;
    std::string mnemonic; // only of a new seed, shown once
    std::string warning;
};

struct WalletInfo {
    std::string name;
    std::int64_t transaction_count = 0;
    std::int64_t key_pool_size = 0;
    bool protected_by_password = false;
    std::optional<std::int64_t> unlocked_until; // 0: locked; absent: open without a date
    std::int64_t birthday_height = 0;
    std::int64_t birthday_time = 0;
    bool scanning = false;
    std::int64_t scan_height = 0;
    std::int64_t scan_from = 0; // progress: heights done of those from here to scan_to
    std::int64_t scan_to = 0;
    std::int64_t scan_s = 0; // how long it has run
    std::int64_t complete_to = 0;
    std::string complete_hash;
    std::string node_id;
    std::string fingerprint;
    std::string warning; // not protected by a password, and what to do
};

struct Mnemonic {
    std::string words;
    bool has_passphrase = false; // BIP 39: the words alone restore another, empty wallet
};

struct AddressInfo {
    std::string address;
    std::string script_hex;
    bool is_mine = false;
    bool is_change = false;
    bool is_witness = false;
    int witness_version = -1;
    std::string witness_program_hex;
    std::string descriptor;
    std::string public_key;
    std::string hd_path;
    std::string fingerprint;
    std::vector<std::string> labels;
    bool used = false;
    std::int64_t received_sat = 0;
    ledger::Verified verified;
};
struct AddressList {
    std::vector<AddressInfo> addresses;
};

struct Balances {
    std::int64_t trusted_sat = 0;
    std::int64_t pending_sat = 0; // own unconfirmed change
    std::int64_t immature_sat = 0;
    std::int64_t locked_sat = 0;  // reserved for a channel or a send
    std::int64_t reserve_sat = 0; // safety reserve inside trusted
    std::int64_t complete_to = 0;
    std::string block_hash;
    ledger::Verified verified;
};

struct Coin {
    std::string txid;
    std::uint32_t index = 0;
    std::string address;
    std::string label;
    std::string script_hex;
    std::int64_t amount_sat = 0;
    std::int64_t confirmations = 0;
    std::int64_t height = -1;
    bool spendable = true;
    bool reserved = false;
    std::string descriptor;
    ledger::Verified verified;
};
struct CoinList {
    std::vector<Coin> coins;
};

struct TransactionDetail {
    std::string address;
    std::string category;        // send, receive, generate, immature
    std::int64_t amount_sat = 0; // negative for send
    std::uint32_t index = 0;
    std::string label;
};
struct WalletTransaction {
    std::string txid;
    std::string wtxid;
    Bytes transaction;
    std::int64_t amount_sat = 0;
    std::optional<std::int64_t> fee_sat; // negative as in Core, only of own sends
    std::int64_t confirmations = 0;
    std::string block_hash;
    std::int64_t block_height = -1;
    std::int64_t block_index = -1;
    std::int64_t block_time = 0;
    std::int64_t time = 0;
    std::int64_t time_received = 0;
    bool trusted = false;
    std::string comment;
    std::vector<std::string> conflicts;
    std::vector<TransactionDetail> details;
    bool abandoned = false;
    std::int64_t complete_to = -1; // the height that the wallet has verified, and its block
    std::string complete_hash;
    int announced_to = 0; // peers; own unconfirmed sends
    bool seen_by_another_peer = false;
    ledger::Verified verified;
};
struct WalletTransactionList {
    std::vector<WalletTransaction> transactions;
};

struct RescanReply {
    std::int64_t start_height = 0;
    std::int64_t stop_height = 0;
};

struct NodeInfo {
    std::string id; // empty: there is no Lightning node, see warning_wallet
    std::string alias;
    std::string color;
    int num_peers = 0;
    int num_pending_channels = 0;
    int num_active_channels = 0;
    int num_inactive_channels = 0;
    std::vector<std::pair<std::string, std::uint16_t>> bindings;
    std::string version;
    std::int64_t block_height = 0;
    std::string network;
    std::string features_init_hex;
    std::string features_invoice_hex;
    std::string features_channel_hex;
    std::string features_node_hex;
    std::string warning_sync;
    std::string warning_wallet;   // why there is no node, and what to do
    std::string warning_password; // the wallet has none, and what to do
    std::string lightning_dir;
};

struct PeerConnected {
    std::string node_id;
    std::string features_hex;
    bool outgoing = true;
    std::string host;
    std::uint16_t port = 0;
};

struct LightningPeer {
    std::string node_id;
    bool connected = false;
    int channel_count = 0;
    std::string address;
    std::string features_hex;
};
struct LightningPeerList {
    std::vector<LightningPeer> peers;
};

struct ChannelFunded {
    Bytes transaction;
    std::string txid;
    std::uint32_t index = 0;
    std::string channel_id;
    std::string channel_type_hex;
};
struct ChannelList {
    std::vector<ChannelView> channels;
};
struct ChannelClosed {
    std::string type;
    std::vector<Bytes> transactions;
    std::vector<std::string> txids;
}; // type: mutual, unilateral, unopened

struct InvoiceInfo {
    std::string label;
    std::string bolt11;
    std::string payment_hash;
    std::string payment_secret;
    std::string description;
    std::optional<std::int64_t> amount_msat;
    std::int64_t amount_received_msat = 0;
    std::string status; // unpaid, paid, expired
    std::int64_t created_at = 0;
    std::int64_t expires_at = 0;
    std::int64_t paid_at = 0;
    std::int64_t pay_index = 0;
    std::int64_t created_index = 0;
    std::string preimage;         // only of a paid one
    std::string warning_capacity; // cannot arrive: too little inbound
};
struct InvoiceList {
    std::vector<InvoiceInfo> invoices;
};

struct PaymentInfo {
    std::string payment_hash;
    std::string status; // pending, complete, failed
    std::string bolt11;
    std::string destination;
    std::string description;
    std::string label;
    std::int64_t amount_msat = 0;
    std::int64_t amount_sent_msat = 0;
    std::string preimage;
    std::int64_t created_at = 0;
    std::int64_t completed_at = 0;
    std::int64_t created_index = 0;
    int parts = 1;
    int attempts = 0;
    int hops = 0;
    std::int64_t max_fee_msat = 0;    // the budget: "at most"
    std::int64_t not_final_until = 0; // height until which a pending payment may still succeed
    std::string failure;
    ledger::Verified verified;
};
struct PaymentList {
    std::vector<PaymentInfo> payments;
};

struct FundsReply {
    std::vector<Coin> outputs;
    std::vector<ChannelView> channels;
};

struct NetworkNode {
    std::string node_id;
    std::string alias;
    std::string color;
    std::int64_t last_timestamp = 0;
    std::string features_hex;
    std::vector<std::pair<std::string, std::uint16_t>> addresses;
    int channel_count = 0;
    std::int64_t capacity_sat = 0;
    ledger::Verified verified;
};
struct NodeList {
    std::vector<NetworkNode> nodes;
    int total = 0;
};

struct GraphChannel {
    std::string source;
    std::string destination;
    std::string short_channel_id;
    int direction = 0;
    bool is_public = true;
    std::int64_t amount_msat = 0; // capacity: largest htlc_maximum_msat unless the block was fetched
    bool capacity_proved = false;
    int message_flags = 0;
    int channel_flags = 0;
    bool active = true;
    std::int64_t last_update = 0;
    std::int64_t base_fee_msat = 0;
    std::int64_t fee_per_millionth = 0;
    std::int64_t delay = 0;
    std::int64_t htlc_minimum_msat = 0;
    std::int64_t htlc_maximum_msat = 0;
    std::string features_hex;
    ledger::Verified verified;
};
struct GraphChannelList {
    std::vector<GraphChannel> channels;
    int total = 0;
};

struct Pong {
    int total_length = 0;
    std::int64_t round_trip_us = 0;
};
struct StaticBackup {
    std::vector<std::string> scb;
    std::string file;
    std::int64_t written_at = 0;
};

struct RecoveredChannels {
    std::vector<std::string> channel_ids;
};

struct ActivityList {
    std::vector<ledger::Activity> items;
};
struct QuoteList {
    std::vector<ledger::MoveQuote> quotes;
};
struct MoveList {
    std::vector<ledger::Move> moves;
};

struct ForecastOutput {
    std::string who;  // "you", "partner"
    std::string what; // "your balance", "payment on its way", "anchor"
    std::int64_t amount_sat = 0;
    std::int64_t delay_blocks = 0;
    std::string why;
};
struct Forecast {
    std::string channel_id;
    std::vector<ForecastOutput> outputs;
    std::int64_t yours_sat = 0;
    std::int64_t theirs_sat = 0;
    std::int64_t commitment_fee_sat = 0;
    std::int64_t claim_fee_sat = 0;
    std::int64_t lost_to_dust_sat = 0;
    std::int64_t delay_blocks = 0;
    std::int64_t delay_s = 0;
    ledger::Verified verified;
};

struct ProvenanceFact {
    std::string fact;
    std::string value;
    ledger::Verified verified;
    std::string why;
};
struct ProvenanceReply {
    std::vector<ProvenanceFact> facts;
};

struct Recognised {
    enum class Kind {
        nothing,
        address,
        link,
        invoice,
        node,
        short_channel,
        txid_or_hash,
        height,
        words
    } kind = Kind::nothing;
    std::string words;         // what it is, in a sentence; for Kind::nothing what is wrong and what to do
    bool asks_network = false; // following it would ask peers
    std::string address;
    std::optional<std::int64_t> amount_msat;
    std::string invoice;
    std::string description;
    std::string payee; // node id
    std::int64_t expires_at = 0;
    bool expired = false;
    bool ours = false;
    std::string hash;
    std::int64_t height = -1;
    std::string warning; // two targets that differ, wrong network, ...
};

struct SandboxReply {
    std::int64_t height = 0;
    std::vector<std::string> hashes; // mined
    std::string txid;
    std::string bolt11;
    std::string preimage;
    std::string node_id;
    std::string node_address; // host:port of the counterparty
    std::int64_t mempool = 0;
    std::string status;
};

using Reply =
    std::variant<Done, Text, NameList, LogTopics, StatusSnapshot, PeerList, ChainReply, HeaderReply,
                 BlockReply, FilterReply, ChainTipsReply, RawTransactionReply, FeeEstimate, SendReply,
                 PreflightReply, ledger::BlockFacts, ledger::TransactionFacts, BlockStrip, WalletCreated,
                 WalletInfo, Mnemonic, AddressInfo, AddressList, Balances, CoinList, WalletTransaction,
                 WalletTransactionList, RescanReply, NodeInfo, PeerConnected, LightningPeerList,
                 ChannelFunded, ChannelList, ChannelClosed, InvoiceInfo, InvoiceList, PaymentInfo,
                 PaymentList, FundsReply, NodeList, GraphChannelList, Pong, StaticBackup, RecoveredChannels,
                 PortfolioSnapshot, ActivityList, QuoteList, ledger::Move, MoveList, Forecast,
                 ProvenanceReply, Recognised, SandboxReply>;

using Answer = std::expected<Reply, Error>;
using AnswerPointer = std::shared_ptr<const Answer>;

/// Something that happened, for `notify` subscribers and polite announcements.
struct Notification {
    enum class Topic { block, transaction, channel, payment, move, peer } topic = Topic::block;
    std::string id;    // hash, txid, channel id, payment hash, move id, peer
    std::string state; // "connected", "disconnected", "confirmed", "settled", "failed", ...
    std::int64_t height = -1;
    std::int64_t amount_msat = 0;
};

} // namespace duplex::api
