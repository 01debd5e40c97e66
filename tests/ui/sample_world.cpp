#include "tests/ui/sample_world.h"

#include <fmt/core.h>

namespace duplex::test {

namespace {

using ledger::Evidence;
using ledger::Label;
using ledger::Verified;

const Verified by_keys{Label::own, Evidence::keys, 976'412, sample_now};
const Verified by_work{Label::proved_final, Evidence::work, 976'412, sample_now};
const Verified by_block{Label::proved_final, Evidence::block, 976'412, sample_now};
const Verified by_peer{Label::reported, Evidence::peer, -1, sample_now};

std::string hash(int n) {
    return fmt::format("00000000000000000001c7e4a95b02f86d3391ae7f50c2284be6d1{:010x}", n * 7919);
}
std::string txid(int n) {
    return fmt::format("9f27c1d04be8a6135c7f92e0d84b316af5520c9be1d7a2b04e{:014x}", n * 104729);
}
std::string node(int n) {
    return fmt::format("03a7f1c9e2b45d0817c36fa92e840bd15c6798e3f1042bd7695b80d4{:010x}", n * 15485863);
}

ledger::Activity item(int n, const char* layer, ledger::ActivityKind kind, ledger::ActivityState state,
                      std::int64_t sat, std::int64_t fee, std::int64_t ago, const char* label,
                      int confirmations = 0) {
    return {.id = (kind == ledger::ActivityKind::move ? "move:" : "item:") + std::to_string(n),
            .layer = layer,
            .kind = kind,
            .state = state,
            .amount_msat = sat * 1000,
            .fee_msat = fee * 1000,
            .time = sample_now - ago,
            .confirmations = confirmations,
            .label = label,
            .details = kind == ledger::ActivityKind::move ? "move-1" : txid(n),
            .verified = by_block};
}

ledger::BlockFacts block(std::int64_t height, bool body) {
    const int n = static_cast<int>(976'412 - height);
    ledger::BlockFacts facts{.hash = hash(n),
                             .height = height,
                             .previous_hash = hash(n + 1),
                             .merkle_root = txid(n),
                             .time = sample_now - 240 - n * 617,
                             .bits = 0x17020684,
                             .nonce = 0x9ae1f204,
                             .version = 0x2a00e000,
                             .confirmations = n + 1,
                             .verified = by_work};
    facts.transaction_count = 3184 - n * 97;
    facts.weight = 3'991'204;
    facts.size = 1'710'233;
    facts.claimed_fee_sat = 8'914'220 - n * 300'000;
    facts.average_feerate_sat_per_kvb = 8'900 + n * 350;
    if (!body) return facts;
    for (int i = 0; i < 40; ++i) {
        ledger::TransactionFacts payment{.txid = txid(i + 900), .weight = 561 + i * 37, .size = 222 + i * 9};
        payment.inputs.resize(i == 0 ? 1 : 1 + i % 3);
        if (i == 0) payment.inputs.front().coinbase = true;
        for (int o = 0; o < 1 + i % 4; ++o)
            payment.outputs.push_back({.amount_sat = 1'526'360 + i * 77'213 + o * 9'001,
                                       .script_kind = "witness_v0_keyhash",
                                       .address = "bc1q8w3m0v7nzr4d2kx5l9tq0jch6e4fs2aa7g9p3u",
                                       .ours = i == 5});
        facts.transactions.push_back(std::move(payment));
    }
    return facts;
}

ledger::TransactionFacts payment() {
    ledger::TransactionFacts facts{.txid = txid(1),
                                   .wtxid = txid(77),
                                   .version = 2,
                                   .locktime = 976'410,
                                   .weight = 678,
                                   .size = 251,
                                   .block_hash = hash(1),
                                   .height = 976'411,
                                   .confirmations = 2,
                                   .verified = by_block};
    facts.inputs = {{.previous_txid = txid(3),
                     .previous_index = 1,
                     .witness_hex = {"30", "02"},
                     .amount_sat = 1'346'360,
                     .address = "bc1q6h2m8v7nzr4d2kx5l9tq0jch6e4fs2aa7g9xk4"},
                    {.previous_txid = txid(4), .previous_index = 0, .witness_hex = {"30", "02"}}};
    facts.outputs = {{.amount_sat = 1'500'000,
                      .script_asm = "0 <32>",
                      .script_kind = "witness_v0_scripthash",
                      .address = "bc1q3f8m0v7nzr4d2kx5l9tq0jch6e4fs2aa7g9p3u6h2m8v7nzr4d2kxw7m2"},
                     {.amount_sat = 25'000,
                      .script_asm = "0 <20>",
                      .script_kind = "witness_v0_keyhash",
                      .address = "bc1q8r5m0v7nzr4d2kx5l9tq0jch6e4fs2aa7g9q0d3",
                      .ours = true}};
    return facts;
}

api::ChannelView channel(int n, const char* alias, std::int64_t capacity, std::int64_t ours,
                         std::int64_t flying, bool online) {
    api::ChannelView view{.channel_id = txid(50 + n),
                          .short_channel_id = fmt::format("963{}x1412x0", 810 + n),
                          .node_id = node(n),
                          .node_alias = alias,
                          .state = "CHANNELD_NORMAL",
                          .state_words = "Open",
                          .connected = online,
                          .opened_by_us = n % 2 == 0,
                          .announced = n != 3,
                          .type = "anchors",
                          .funding_txid = txid(60 + n),
                          .opened_height = 963'810 + n,
                          .capacity_sat = capacity};
    const std::int64_t reserve = capacity / 100;
    view.ours_msat = (ours + reserve) * 1000;
    view.theirs_msat = (capacity - ours - reserve - flying) * 1000;
    view.our_reserve_sat = view.their_reserve_sat = reserve;
    view.spendable_msat = ours * 1000;
    view.receivable_msat = view.theirs_msat - reserve * 1000;
    view.in_flight_out_msat = flying * 1000;
    view.htlc_count = flying > 0 ? 1 : 0;
    view.to_self_delay_ours = 720;
    view.to_self_delay_theirs = 720;
    view.timeline = {{sample_now - 86'400, "Agreed"},
                     {sample_now - 85'000, "Funding found in block 963810"},
                     {sample_now - 82'000, "Open"}};
    view.verified = by_block;
    return view;
}

ledger::MoveQuote quote(const char* id, const char* route, std::int64_t amount, std::int64_t cost,
                        std::int64_t delay, int blocks, const char* risk, const char* mechanism, bool up) {
    return {.quote_id = id,
            .route = route,
            .available = true,
            .from = up ? ground_id : upper_id,
            .to = up ? upper_id : ground_id,
            .amount_sat = amount,
            .fee = {cost,
                    up ? std::vector<ledger::FeePart>{{"opening transaction", cost - 272},
                                                      {"closing later, at today's price", 272}}
                       : std::vector<ledger::FeePart>{{"closing transaction", cost}},
                    by_peer},
            .delay_s = delay,
            .confirmations = blocks,
            .trust = "Nobody: your keys check it",
            .risk = risk,
            .mechanism = mechanism,
            .peer_id = node(1),
            .locked_sat = amount,
            .expires_at = sample_now + 60};
}

api::QuoteList quotes(const api::GetQuotes& request) {
    const bool up = request.from == ground_id;
    api::QuoteList list;
    if (up) {
        list.quotes.push_back(quote("q1", "open", request.amount_sat, 1'632, 1'800, 3,
                                    "If the partner disappears, your coins come back alone after 720 blocks.",
                                    "channel opening", true));
        return list;
    }
    // Of the channel that was asked for, as the engine does; else one of each kind.
    const std::string channel = request.channel_id.empty() ? txid(51) : request.channel_id;
    list.quotes.push_back(quote("q2", "close", request.amount_sat, 1'144, 600, 1,
                                "Ends the channel with Nordlicht. Its whole balance comes down.",
                                "mutual close", false));
    list.quotes.push_back(quote("q3", "close-alone", request.amount_sat, 4'480, 432'000, 720,
                                "For a partner who no longer answers. Your money waits first.", "force close",
                                false));
    for (ledger::MoveQuote& open : list.quotes) open.channel_id = channel;
    ledger::MoveQuote closed = quote("", "close", request.amount_sat, 0, 0, 0, "", "mutual close", false);
    closed.available = false;
    closed.channel_id = "harbour";
    closed.why_not = "Harbour 21 is offline. Wait for it, or close alone.";
    list.quotes.push_back(closed);
    return list;
}

api::Recognised recognised(const std::string& text) {
    using Kind = api::Recognised::Kind;
    if (text.starts_with("bitcoin:"))
        return {.kind = Kind::link,
                .words = "Request that works on both layers",
                .address = "bc1q8w3m0v7nzr4d2kx5l9tq0jch6e4fs2aa7g9p3u",
                .amount_msat = 85'000'000,
                .invoice = "lnbc850u1p5kz",
                .description = "Olive oil, 2 bottles",
                .payee = node(9),
                .expires_at = sample_now + 3480};
    if (text.starts_with("bc1")) return {.kind = Kind::address, .words = "Address on L1", .address = text};
    if (text.starts_with("ln"))
        return {.kind = Kind::invoice,
                .words = "Invoice on L2",
                .amount_msat = 21'000'000,
                .invoice = text,
                .description = "Coffee",
                .payee = node(9),
                .expires_at = sample_now + 3480};
    if (text == "976411")
        return {.kind = Kind::height, .words = "Block 976 411", .asks_network = true, .height = 976'411};
    if (text.size() == 64)
        return {.kind = Kind::txid_or_hash,
                .words = "Id of a payment or a block",
                .asks_network = true,
                .hash = text};
    return {.kind = Kind::nothing,
            .words = "This is no address, invoice or id. Check that you copied all of it."};
}

api::NodeList nodes() {
    api::NodeList list;
    const char* names[] = {"Kestrel",    "Fjord Exchange", "Nordlicht", "Olive Grove",
                           "Harbour 21", "Tern Rock",      "Lantern",   "Copper Kettle",
                           "Blue Heron", "Mill Street",    "",          "Quarry"};
    int n = 0;
    for (const char* name : names) {
        ++n;
        list.nodes.push_back({.node_id = node(n),
                              .alias = name,
                              .last_timestamp = sample_now - n * 4'211,
                              .addresses = {{"203.0.113." + std::to_string(n), 9735}},
                              .channel_count = 312 / n,
                              .capacity_sat = 4'820'000'000 / n,
                              .verified = by_peer});
    }
    list.total = 16'204;
    return list;
}

api::GraphChannelList roads() {
    api::GraphChannelList list;
    for (int n = 1; n < 14; ++n)
        list.channels.push_back(
            {.source = node(n),
             .destination = node(n + 1),
             .short_channel_id = fmt::format("9{}0{}x{}x1", 6 + n % 3, 1000 + n * 17, n * 31),
             .amount_msat = 1'500'000'000LL / n,
             .active = n != 4,
             .base_fee_msat = 1000,
             .fee_per_millionth = 40 + n * 13,
             .delay = 80,
             .verified = by_peer});
    list.total = 43'118;
    return list;
}

struct Answerer {
    // One estimate serves every target, as the engine's does (bitcoin.md 4).
    api::Answer operator()(const api::EstimateFee&) const {
        return api::FeeEstimate{.feerate_sat_per_kvb = 7'943, .blocks = 6, .verified = by_block};
    }
    api::Answer operator()(const api::Recognise& ask) const { return recognised(ask.text); }
    api::Answer operator()(const api::SendCoins& send) const {
        const std::int64_t amount = send.all ? 2'735'230 : send.payees.front().amount_sat;
        if (amount > 2'735'230)
            return std::unexpected(api::Error{
                -6, "You have 2 736 350 sat to spend on L1. Send less, or move coins down first."});
        const std::int64_t rate = send.feerate_sat_per_kvb.value_or(7'943);
        const std::int64_t fee = (rate * 141 + 999) / 1000;
        api::SendReply reply{.txid = send.plan_only ? "" : txid(1), .amount_sat = amount, .fee_sat = fee};
        reply.feerate_sat_per_kvb = rate;
        reply.left_sat = 2'736'350 - amount - fee;
        reply.sent_to_peers = 3;
        if (rate >= 7'943) reply.expected_s = 1'800;
        reply.fee_reason = send.feerate_sat_per_kvb ? "chosen" : "median of recent blocks";
        reply.fee_verified = by_block;
        return reply;
    }
    api::Answer operator()(const api::Pay& pay) const {
        const std::int64_t amount =
            pay.amount_msat.value_or(pay.bolt11.starts_with("lnbc850u") ? 85'000'000 : 21'000'000);
        return api::PaymentInfo{.payment_hash = txid(8),
                                .status = pay.plan_only ? "pending" : "complete",
                                .amount_msat = amount,
                                .amount_sent_msat = amount + 9'000,
                                .hops = 3,
                                .max_fee_msat = 850'000,
                                .verified = by_keys};
    }
    api::Answer operator()(const api::NewAddress&) const {
        return api::Text{"bc1q4k9x7w2m5t8r3v6y0z4n7d2c5s8h3j6l9g2f5a"};
    }
    api::Answer operator()(const api::CreateInvoice& invoice) const {
        return api::InvoiceInfo{.label = invoice.label,
                                .bolt11 =
                                    "lnbc3200u1p5kq9zdpz2pshjmt9de6zqun9vejhyetwvdjn5gp3xqz9rdp0q9kwm6u3c7t2p"
                                    "5xw2q8zv4n7d2c5s8h3j6l9g2f5a8e1u4p7w0xq2d9v6kqun9vejhyetwvdjn5gp3xqz9",
                                .payment_hash = txid(9),
                                .description = invoice.description,
                                .amount_msat = invoice.amount_msat,
                                .status = "unpaid"};
    }
    api::Answer operator()(const api::ListAddresses&) const {
        api::AddressList list;
        const std::pair<const char*, std::int64_t> rows[] = {
            {"Mara", 90'000},  {"Old wallet", 2'000'000}, {"Flea market", 64'000},
            {"Mara", 150'000}, {"Salary", 1'200'000},     {"", 0}};
        int n = 0;
        for (const auto& [label, sat] : rows)
            list.addresses.push_back(
                {.address = fmt::format("bc1q7t3x{:02d}v7nzr4d2kx5l9tq0jch6e4fs2k2m9qz4w", ++n),
                 .is_mine = true,
                 .labels = {label},
                 .used = sat > 0,
                 .received_sat = sat,
                 .verified = n == 4 ? by_peer : by_block});
        return list;
    }
    api::Answer operator()(const api::GetQuotes& ask) const { return quotes(ask); }
    api::Answer operator()(const api::StartMove&) const { return sampleMoves().moves.front(); }
    api::Answer operator()(const api::GetForecast& ask) const {
        return api::Forecast{.channel_id = ask.channel_id,
                             .outputs = {{"you", "your balance", 712'820, 720, ""},
                                         {"partner", "their balance", 770'700, 0, ""}},
                             .yours_sat = 712'820,
                             .theirs_sat = 770'700,
                             .commitment_fee_sat = 3'360,
                             .claim_fee_sat = 1'120,
                             .delay_blocks = 720,
                             .delay_s = 432'000,
                             .verified = by_keys};
    }
    api::Answer operator()(const api::GetBlockFacts& ask) const {
        if (ask.height > 976'412)
            return std::unexpected(
                api::Error{-8, "There is no block at this height yet. The newest is 976 412."});
        return block(ask.height >= 0 ? ask.height : 976'411, true);
    }
    api::Answer operator()(const api::GetTransactionFacts&) const { return payment(); }
    api::Answer operator()(const api::ListNodes&) const { return nodes(); }
    api::Answer operator()(const api::ListChannels&) const { return roads(); }
    api::Answer operator()(const api::GetPeers&) const {
        api::PeerList list;
        for (int n = 1; n <= 4; ++n)
            list.peers.push_back({.id = n,
                                  .address = fmt::format("203.0.113.{}:8333", n * 13),
                                  .synced_headers = 976'412,
                                  .ping_us = n * 61'000});
        return list;
    }
    api::Answer operator()(const api::ListPeers&) const {
        return api::LightningPeerList{
            {{node(1), true, 2, "203.0.113.9:9735", ""}, {node(2), false, 1, "", ""}}};
    }
    api::Answer operator()(const api::RecoverChannels&) const { return api::RecoveredChannels{{"11", "22"}}; }
    api::Answer operator()(const api::GetStaticBackup&) const {
        return api::StaticBackup{{}, "/home/you/.local/share/duplex/main/everyday.scb", sample_now - 2'280};
    }
    api::Answer operator()(const api::CreateWallet& create) const {
        if (!create.mnemonic.empty()) return api::WalletCreated{.name = create.name};
        return api::WalletCreated{
            .name = create.name,
            .mnemonic = "legal winner thank year wave sausage worth useful legal winner thank yellow"};
    }
    api::Answer operator()(const api::Unlock& unlock) const {
        if (unlock.passphrase != "secret")
            return std::unexpected(api::Error{-14, "The password is wrong. Nothing was opened."});
        return api::Done{};
    }
    api::Answer operator()(const api::ExportMnemonic&) const {
        return api::Mnemonic{"legal winner thank year wave sausage worth useful legal winner thank yellow"};
    }
    api::Answer operator()(const api::BackupWallet& backup) const { return api::Text{backup.destination}; }
    api::Answer operator()(const api::Connect& connect) const {
        return api::PeerConnected{connect.node_id, "", true, connect.host, connect.port};
    }
    api::Answer operator()(const api::FundChannel&) const {
        return api::ChannelFunded{.txid = txid(60), .channel_id = txid(50)};
    }
    api::Answer operator()(const api::CloseChannel& close) const {
        return api::ChannelClosed{close.force ? "unilateral" : "mutual", {}, {txid(70)}};
    }
    api::Answer operator()(const api::SandboxCommand&) const {
        return api::SandboxReply{.height = 112,
                                 .bolt11 = "lnbc50u1practice",
                                 .node_id = node(1),
                                 .node_address = "127.0.0.1:19735"};
    }
    template <typename R>
    api::Answer operator()(const R&) const {
        return api::Done{};
    }
};

} // namespace

api::StatusSnapshot sampleStatus() {
    return {.version = "0.1.0",
            .network = "main",
            .test_network = false,
            .stage = api::SyncStage::synced,
            .header_height = 976'412,
            .complete_to = 976'412,
            .stage_done = 976'412,
            .target_height = 976'412,
            .tip_time = sample_now - 240,
            .peers = 8,
            .filter_peers = 4,
            .wallet = api::WalletState::unlocked,
            .wallet_name = "Everyday",
            .protected_by_password = true,
            .lightning_enabled = true,
            .node_id = node(0),
            .lightning_peers = 3,
            .channels_active = 3,
            .channels_total = 4,
            .data_directory = "/home/you/.local/share/duplex/main"};
}

api::PortfolioSnapshot samplePortfolio() {
    api::LayerView ground{.layer = {ground_id, 1, "", "Bitcoin", "BTC", 8},
                          .balance_sat = 2'981'350,
                          .spendable_sat = 2'736'350,
                          .pending_sat = 150'000,
                          .locked_sat = 95'000,
                          .fee_sat = 1'120,
                          .confirmation_s = 1'800,
                          .confirmation_p90_s = 4'100,
                          .verified = by_block,
                          .as_of = sample_now,
                          .secured_by = "Miners' work: undoing a payment costs more than it brings",
                          .payments_a_second = "5.1 in the last day",
                          .fullness = "97 % of the room in the last day's blocks",
                          .gets_dear_when = "Many want into the next block at once",
                          .main_risks = "Wrong address, low fee, a lost backup",
                          .way_between_risks =
                              "Coins wait in a channel for up to 720 blocks if a partner disappears"};
    api::LayerView upper{.layer = {upper_id, 2, ground_id, "Lightning", "BTC", 11},
                         .balance_sat = 1'532'300,
                         .spendable_sat = 1'482'300,
                         .pending_sat = 12'000,
                         .locked_sat = 38'000,
                         .receivable_sat = 2'017'700,
                         .fee_sat = 3,
                         .confirmation_s = 2,
                         .confirmation_p90_s = 6,
                         .verified = by_keys,
                         .as_of = sample_now,
                         .secured_by = "Your own keys and a watch over each channel",
                         .payments_a_second = "not known: payments are private",
                         .fullness = "Your channels hold 42 % on your side",
                         .gets_dear_when = "Paths lack room for large amounts",
                         .main_risks = "Stay reachable, keep the channel backup",
                         .way_between_risks =
                             "The same: nobody holds the coins but you and your partner together"};
    return {.layers = {ground, upper}};
}

api::ActivitySnapshot sampleActivity() {
    using enum ledger::ActivityKind;
    using enum ledger::ActivityState;
    return {.items = {item(1, ground_id, move, pending, 250'000, 0, 600, ""),
                      item(2, ground_id, receive, pending, 150'000, 0, 900, "From Mara"),
                      item(3, upper_id, send, done, -4'200, 1, 1'100, "Bakery on Elm Street"),
                      item(4, upper_id, receive, done, 320'000, 0, 9'000, "Invoice 118, web design"),
                      item(5, upper_id, send, done, -31'900, 3, 22'000, "Train ticket"),
                      item(6, ground_id, send, done, -900'000, 1'680, 60'000, "Rent, November", 88),
                      item(7, upper_id, move, done, 400'000, 1'904, 70'000, ""),
                      item(8, upper_id, send, failed, -1'000, 0, 75'000, "Podcast boost"),
                      item(9, ground_id, receive, done, 1'200'000, 0, 90'000, "Salary", 142)}};
}

api::ChannelsSnapshot sampleChannels() {
    return {.channels = {channel(0, "Kestrel", 1'500'000, 702'300, 12'000, true),
                         channel(1, "Nordlicht", 1'000'000, 480'000, 0, true),
                         channel(2, "Harbour 21", 600'000, 60'000, 0, false),
                         channel(3, "Olive Grove", 450'000, 240'000, 0, true)},
            .reserve_needed_sat = 40'000};
}

api::MovesSnapshot sampleMoves() {
    ledger::Move move{.move_id = "move-1",
                      .route = "open",
                      .from = ground_id,
                      .to = upper_id,
                      .amount_sat = 250'000,
                      .fee = {1'360, {}, by_peer},
                      .locked_sat = 250'000,
                      .started = sample_now - 2'300};
    const Verified at_block{Label::proved_recent, Evidence::block, 976'411, sample_now - 1'300};
    move.steps = {
        {.name = "Agreed with Kestrel",
         .state = ledger::StepState::done,
         .verified = {Label::own, Evidence::keys, -1, sample_now - 2'300}},
        {.name = "Payment sent to the network",
         .state = ledger::StepState::done,
         .evidence = txid(1),
         .verified = {Label::reported, Evidence::peer, -1, sample_now - 2'200}},
        {.name = "First block",
         .state = ledger::StepState::done,
         .evidence = "block 976 411",
         .verified = at_block},
        {.name = "Two more blocks on top",
         .state = ledger::StepState::running,
         .earliest_s = sample_now + 720,
         .deadline_height = 977'132,
         .lost_if_missed =
             "If Kestrel stops answering, your coins come back alone. Start Duplex once before then.",
         .verified = at_block},
        {.name = "Channel opens", .state = ledger::StepState::waiting}};
    ledger::Move older{.move_id = "move-0",
                       .route = "close",
                       .from = upper_id,
                       .to = ground_id,
                       .amount_sat = 400'000,
                       .fee = {1'904, {}, by_block},
                       .state = ledger::StepState::done,
                       .started = sample_now - 70'000};
    return {.moves = {move, older}};
}

api::BlocksSnapshot sampleBlocks() {
    api::BlocksSnapshot snapshot;
    for (int n = 0; n < 12; ++n) snapshot.blocks.push_back(block(976'412 - n, false));
    return snapshot;
}

api::Answer sampleAnswer(const api::Request& request) {
    return std::visit(Answerer{}, request);
}

} // namespace duplex::test
