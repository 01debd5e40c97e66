#pragma once

#include "core/api/log_topic.h"
#include "core/base/bytes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace duplex::api {

// What a window or an RPC client may ask of the engine. Each struct is one request; its reply type is
// named in the comment (reply.h). Amounts carry their unit in the name. Secrets travel as std::string
// inside a request only; the engine never logs requests.

// --- control -----------------------------------------------------------------------------------------
struct GetStatus {}; // -> StatusSnapshot (snapshot.h)
struct GetPeers {};  // -> PeerList: Bitcoin peers
struct AddNode {
    std::string address;
    enum class What { add, remove, onetry } what = What::add;
}; // -> Done
struct DisconnectNode {
    std::string address;
    std::int64_t peer_id = -1;
}; // -> Done
struct StopNode {}; // -> Done, then the program ends
/// Topics of the log file to write again, and then those to silence, until the program ends.
struct SetLogging {
    std::vector<LogTopic> include;
    std::vector<LogTopic> exclude;
}; // -> LogTopics

// --- chain -------------------------------------------------------------------------------------------
struct GetChain {}; // -> ChainReply
struct GetBlockHash {
    std::int64_t height = 0;
}; // -> Text: hash, display order
/// By hash, or by height when the hash is empty.
struct GetHeader {
    std::string hash;
    std::int64_t height = -1;
}; // -> HeaderReply
/// Fetches the body from a peer and checks it against the header.
struct GetBlock {
    std::string hash;
    std::int64_t height = -1;
}; // -> BlockReply
struct GetBlockFilter {
    std::string hash;
}; // -> FilterReply
struct GetChainTips {}; // -> ChainTipsReply
/// The wallet's own transactions, or any transaction of a named block.
struct GetRawTransaction {
    std::string txid;
    std::string block_hash;
}; // -> RawTransactionReply
struct EstimateFee {
    int target_blocks = 6;
}; // -> FeeEstimate
struct WaitForHeight {
    std::int64_t height = 0;
    std::int64_t timeout_ms = 0;
}; // -> ChainReply, when reached or timed out
struct SendRaw {
    Bytes transaction;
    std::optional<std::int64_t> max_feerate_sat_per_kvb = 10'000'000;
}; // nullopt: no limit (maxfeerate=0) -> SendReply
struct CheckRaw {
    Bytes transaction;
}; // testmempoolaccept -> PreflightReply
/// Decoded facts for the explorer pages. hash empty: by height.
struct GetBlockFacts {
    std::string hash;
    std::int64_t height = -1;
}; // -> ledger::BlockFacts
struct GetTransactionFacts {
    std::string txid;
    std::string block_hash;
}; // -> ledger::TransactionFacts
/// Headers' facts, newest first, from `from_height` (-1: the tip) downwards.
struct GetRecentBlocks {
    std::int64_t from_height = -1;
    int count = 12;
}; // -> BlockStrip

// --- wallet ------------------------------------------------------------------------------------------
struct CreateWallet {
    std::string name;
    std::string passphrase;          // seals the seed; empty: 'not protected by a password'
    std::string mnemonic;            // empty: a new one is made
    std::string mnemonic_passphrase; // BIP 39
    int words = 12;                  // of a new mnemonic: 12 or 24
    std::optional<std::int64_t>
        birthday_time; // restore: rescans from the block before it; absent: new = now, restored = earliest
}; // -> WalletCreated
struct RestoreBackup {
    std::string name;
    std::string backup_file;
    std::string passphrase;
}; // -> WalletCreated
struct LoadWallet {
    std::string name;
}; // -> Text: name
struct UnloadWallet {
    std::string name;
}; // -> Done
struct ListWallets {};   // -> NameList
struct GetWalletInfo {}; // -> WalletInfo
struct Unlock {
    std::string passphrase;
    std::optional<std::int64_t>
        timeout_s; // absent: until locked, or the program ends; 0: locks again at once
}; // -> Done
struct Lock {}; // -> Done
struct ChangePassphrase {
    std::string old_passphrase;
    std::string new_passphrase;
}; // -> Done
struct NewAddress {
    std::string label;
    enum class Kind { receive, change } kind = Kind::receive;
}; // -> Text: address
struct GetAddressInfo {
    std::string address;
}; // -> AddressInfo
struct ListAddresses {}; // -> AddressList: given out or used
struct GetBalances {};   // -> Balances
struct ListUnspent {
    int min_confirmations = 1;
    int max_confirmations = 9'999'999;
    std::vector<std::string> addresses;
}; // -> CoinList
struct LockUnspent {
    bool unlock = false;
    std::optional<std::vector<std::pair<std::string, std::uint32_t>>> outpoints; // unlock without them: all
}; // -> Done; all of them or, with an error, none
struct ListLockUnspent {}; // -> CoinList
struct ListTransactions {
    std::string label;
    int count = 10;
    int skip = 0;
}; // -> WalletTransactionList, oldest first as Core
struct GetWalletTransaction {
    std::string txid;
}; // -> WalletTransaction
struct SetLabel {
    std::string address;
    std::string label;
}; // -> Done
struct Payee {
    std::string address;
    std::int64_t amount_sat = 0;
    friend bool operator==(const Payee&, const Payee&) = default;
};
/// One request for send, sendtoaddress and sendall. Nothing leaves before it is stored.
struct SendCoins {
    std::vector<Payee> payees; // all: exactly one, its amount ignored
    bool all = false;
    bool include_reserve = false;                    // all: also the Lightning safety reserve
    bool subtract_fee = false;                       // from the (first) payee's amount
    std::optional<std::int64_t> feerate_sat_per_kvb; // absent: by target
    int target_blocks = 6;
    std::string comment;
    std::string request_id;                  // a repeated one returns the first result
    bool plan_only = false;                  // for the review page: builds, signs nothing, reserves nothing
    std::optional<std::int64_t> max_fee_sat; // what was agreed to; refused above it, and nothing is stored
}; // -> SendReply
struct Rescan {
    std::int64_t start_height = 0;
    std::optional<std::int64_t> stop_height;
}; // -> RescanReply when complete
struct AbortRescan {}; // -> Done
struct BackupWallet {
    std::string destination;
}; // -> Text: path written
struct ExportMnemonic {
    std::string passphrase;
}; // -> Mnemonic

// --- lightning ---------------------------------------------------------------------------------------
struct GetNode {}; // getinfo -> NodeInfo
struct Connect {
    std::string node_id;
    std::string host;
    std::uint16_t port = 9735;
}; // -> PeerConnected
struct Disconnect {
    std::string node_id;
    bool force = false;
}; // -> Done
struct ListPeers {
    std::string node_id;
}; // -> LightningPeerList
struct FundChannel {
    std::string node_id;
    std::int64_t amount_sat = 0;
    bool all = false;
    std::optional<std::int64_t> feerate_sat_per_kvb;
    bool announce = false;
    std::int64_t push_msat = 0;
    std::string request_id;
    std::uint32_t min_confirmations = 1;     // of the coins that pay for it
    std::optional<std::int64_t> max_fee_sat; // of the funding transaction; refused above it
}; // -> ChannelFunded, once the funding transaction is stored and broadcast
struct ListPeerChannels {
    std::string node_id;
    std::string short_channel_id = {};
    std::string channel_id = {};
}; // -> ChannelList
struct CloseChannel {
    std::string id; // channel id, short channel id or node id
    std::optional<std::int64_t>
        unilateral_timeout_s; // absent: 48 h as CLN; 0: never; else force-close after it
    bool force = false;       // close alone now
    std::string destination;  // empty: the wallet's own payout address
    std::optional<std::int64_t> feerate_sat_per_kvb;
}; // -> ChannelClosed, once the closing transaction is broadcast
struct CreateInvoice {
    std::optional<std::int64_t> amount_msat; // absent: any amount
    std::string label;
    std::string description;
    std::int64_t expiry_s = 604'800;
    std::string preimage_hex; // empty: made here
    std::optional<std::uint32_t> cltv;
    std::vector<std::string> fallbacks; // addresses, the best first
    /// Which private channels the invoice names: absent or true: those with the most room, false: none.
    std::optional<bool> expose_private_channels;
}; // -> InvoiceInfo
struct ListInvoices {
    std::string label;
    std::string bolt11;
    std::string payment_hash;
}; // -> InvoiceList
struct WaitInvoice {
    std::string label;
}; // -> InvoiceInfo, once paid or expired
struct DeleteInvoice {
    std::string label;
    std::string status;
}; // -> InvoiceInfo
struct Pay {
    std::string bolt11;
    std::optional<std::int64_t> amount_msat;  // for invoices without one
    std::optional<std::int64_t> max_fee_msat; // default max(10 sat, 1 %)
    std::int64_t retry_for_s = 60;
    std::string label;
    std::string request_id;
    bool plan_only = false; // route and fee only, nothing is sent
}; // -> PaymentInfo, when done or failed
struct ListPays {
    std::string bolt11;
    std::string payment_hash;
    std::string status;
}; // -> PaymentList
struct ListFunds {}; // -> FundsReply
struct ListNodes {
    std::string node_id;
    std::string search;
    int limit = 0;
}; // -> NodeList
struct ListChannels {
    std::string short_channel_id;
    std::string source;
    std::string destination;
    int limit = 0;
}; // -> GraphChannelList
struct PingPeer {
    std::string node_id;
    int length = 128;
    int pong_bytes = 128;
}; // -> Pong
struct GetStaticBackup {}; // -> StaticBackup
/// Channels of a backup, whose partners are asked to close them.
struct RecoverChannels {
    std::vector<std::string> scb; // hexadecimal, as StaticBackup has them
    std::string file;             // or the backup's file
}; // -> RecoveredChannels

// --- both layers -------------------------------------------------------------------------------------
struct GetLayers {
    std::string wallet; // empty: the open one
}; // -> PortfolioSnapshot
struct GetActivity {
    int count = 50;
    int skip = 0;
    std::string layer;
}; // -> ActivityList
struct GetQuotes {
    std::string from;
    std::string to;
    std::int64_t amount_sat = 0;
    std::string peer;
    std::string channel_id;
}; // peer: node id, or node_id@host:port -> QuoteList
struct StartMove {
    std::string quote_id; // or the rest
    std::string from;
    std::string to;
    std::int64_t amount_sat = 0;
    std::string route;
    std::int64_t max_fee_sat = 0;
    std::string peer;
    std::string channel_id;
    bool alone = false; // route close: force-close
    std::string request_id;
}; // -> ledger::Move
struct ListMoves {
    std::string move_id;
}; // -> MoveList
struct GetForecast {
    std::string channel_id;
}; // -> Forecast
struct GetProvenance {
    std::string txid;
    std::string block_hash;
}; // -> ProvenanceReply
/// What a pasted text is, and what can be done with it: address, BIP 21 link, BOLT 11 invoice, words, block
/// hash, height, txid, node, short channel id.
struct Recognise {
    std::string text;
}; // -> Recognised
/// The sandbox's private chain and counterparty; an error on every other network.
struct SandboxCommand {
    enum class What { mine, fund, invoice, pay, reorg, status } what = What::status;
    std::int64_t count = 1;      // blocks
    std::string text;            // address or invoice
    std::int64_t amount_sat = 0; // pay: only for an invoice that names none
}; // -> SandboxReply

using Request =
    std::variant<GetStatus, GetPeers, AddNode, DisconnectNode, StopNode, SetLogging, GetChain, GetBlockHash,
                 GetHeader, GetBlock, GetBlockFilter, GetChainTips, GetRawTransaction, EstimateFee,
                 WaitForHeight, SendRaw, CheckRaw, GetBlockFacts, GetTransactionFacts, GetRecentBlocks,
                 CreateWallet, RestoreBackup, LoadWallet, UnloadWallet, ListWallets, GetWalletInfo, Unlock,
                 Lock, ChangePassphrase, NewAddress, GetAddressInfo, ListAddresses, GetBalances, ListUnspent,
                 LockUnspent, ListLockUnspent, ListTransactions, GetWalletTransaction, SetLabel, SendCoins,
                 Rescan, AbortRescan, BackupWallet, ExportMnemonic, GetNode, Connect, Disconnect, ListPeers,
                 FundChannel, ListPeerChannels, CloseChannel, CreateInvoice, ListInvoices, WaitInvoice,
                 DeleteInvoice, Pay, ListPays, ListFunds, ListNodes, ListChannels, PingPeer, GetStaticBackup,
                 RecoverChannels, GetLayers, GetActivity, GetQuotes, StartMove, ListMoves, GetForecast,
                 GetProvenance, Recognise, SandboxCommand>;

} // namespace duplex::api
