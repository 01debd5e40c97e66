// Opening: the request, the coins that it holds, the funding transaction, and whether to accept the peer's.

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/bitcoin/script/preflight.h"
#include "core/bitcoin/wallet/signer.h"
#include "core/bitcoin/wallet/transaction_builder.h"
#include "core/family/bitcoin/channel_parts.h"
#include "core/io/entropy.h"

#include <fmt/core.h>

namespace duplex::family::bitcoin {

namespace {

constexpr std::uint8_t result_version = 1;
// lightning.md 10: a commitment with its child (460 vB) and two HTLC transactions (275 vB each) at 50 sat/vB.
constexpr std::int64_t reserve_a_channel_sat = 50'000;
constexpr std::int64_t reserve_coin_sat = 25'000;
constexpr int most_draws = 16;

Bytes requestKey(const std::string& request_id) {
    return toBytes(viewOf("fundchannel " + request_id));
}

Bytes encodedResult(const api::ChannelFunded& reply) {
    return ByteWriter()
        .u8(result_version)
        .compactBytes(reply.transaction)
        .compactBytes(viewOf(reply.txid))
        .u32le(reply.index)
        .compactBytes(viewOf(reply.channel_id))
        .compactBytes(viewOf(reply.channel_type_hex))
        .take();
}

std::optional<api::ChannelFunded> decodedResult(ByteView row) {
    ByteReader reader(row);
    if (reader.u8() != result_version) return std::nullopt;
    api::ChannelFunded reply;
    reply.transaction = reader.compactBytes();
    reply.txid = textOf(reader.compactBytes());
    reply.index = reader.u32le();
    reply.channel_id = textOf(reader.compactBytes());
    reply.channel_type_hex = textOf(reader.compactBytes());
    if (!reader.finished()) return std::nullopt;
    return reply;
}

/// A script of the funding output's size, to plan with before the real one is known.
duplex::bitcoin::Script plannedScript() {
    return duplex::bitcoin::payToWitnessScriptHash(duplex::bitcoin::Script{});
}

/// What is wrong with a channel of this size, whatever coins there are.
std::optional<api::Error> problemOf(Satoshi amount, const api::FundChannel& request) {
    const Satoshi smallest = channel::Policy{}.smallest_channel;
    if (amount < smallest)
        return api::Error{302, fmt::format("Nothing was opened: {} sat are too little. A channel holds at "
                                           "least {} sat: below, the fees of closing would eat it.",
                                           amount.value, smallest.value)};
    if (request.push_msat > ln::MilliSatoshi::fromSatoshi(amount).value)
        return api::Error{-32602, fmt::format("Nothing was opened: push_msat is more than the channel's {} "
                                              "sat. Give the partner less, or open a larger channel.",
                                              amount.value)};
    return std::nullopt;
}

int codeOf(const channel::ChannelError& error) {
    const auto* term = std::get_if<channel::UnacceptableTerm>(&error);
    if (term == nullptr) return 300;
    return term->term == channel::UnacceptableTerm::Term::capacity ? 300 : 313;
}

} // namespace

std::string ChannelDriver::Parts::ownerOf(const ln::ChannelId& temporary_id) const {
    return "channel " + temporary_id.hex().substr(0, 16);
}

void ChannelDriver::Parts::releaseCoins(const ln::ChannelId& temporary_id) {
    wallet::WalletChange change;
    shell.wallet.value.release(ownerOf(temporary_id), change);
    if (!change.empty()) shell.keep(change);
}

std::size_t ChannelDriver::Parts::liveCount(Unfunded unfunded) const {
    return static_cast<std::size_t>(std::ranges::count_if(channels, [&](const auto& entry) {
        if (unfunded == Unfunded::left_out && channel::wasNeverFunded(entry.second.value)) return false;
        return !std::holds_alternative<channel::Closed>(entry.second.value.phase) &&
               !(entry.second.resolution && entry.second.resolution->irrevocable);
    }));
}

Satoshi ChannelDriver::Parts::reserveFor(std::size_t count) const {
    if (count == 0) return {};
    return {
        std::max<std::int64_t>(reserve_coin_sat, reserve_a_channel_sat * static_cast<std::int64_t>(count))};
}

Satoshi ChannelDriver::reserveNeeded() const {
    // Whoever opens to us without coins holds nothing back: that would cost him nothing.
    return m_parts->reserveFor(m_parts->liveCount(Parts::Unfunded::left_out));
}

duplex::bitcoin::FeeratePerKw ChannelDriver::Parts::openingFeerate(const api::FundChannel& request) const {
    const auto floor = shell.client.fees().floor();
    if (request.feerate_sat_per_kvb)
        return std::max(duplex::bitcoin::FeeratePerKw::fromSatPerKvb(*request.feerate_sat_per_kvb), floor);
    const auto estimate = shell.client.fees().estimate({shell.headerTip()}, io::now());
    return std::max(estimate ? estimate->feerate : shell.network.fallback_feerate, floor);
}

void ChannelDriver::fund(const api::FundChannel& request, Answered answered) {
    Parts& parts = *m_parts;
    const auto fail = [&](int code, std::string message) {
        answered(std::unexpected(api::Error{code, std::move(message)}));
    };
    if (!request.request_id.empty()) {
        if (const auto row =
                parts.shell.wallet.database->read(store::Table::requests, requestKey(request.request_id))) {
            if (const auto first = decodedResult(*row)) return answered(api::Reply{*first});
            return fail(-4, "This request was carried out before, but what it did cannot be read (a newer "
                            "Duplex wrote it, or it is damaged). Nothing was opened now. Look at the list of "
                            "channels.");
        }
        for (auto& [id, opening] : parts.openings) {
            if (opening.request_id != request.request_id) continue;
            opening.answered.push_back(std::move(answered));
            return;
        }
    }
    const auto id_bytes = fromHex(request.node_id);
    const auto node_id = id_bytes ? crypto::PublicKey::fromBytes(*id_bytes) : std::nullopt;
    if (!node_id) return fail(-32602, "id: this is no node id.");
    if (!request.all) {
        if (const auto problem = problemOf({request.amount_sat}, request))
            return fail(problem->code, problem->message);
    }
    const LightningConnection* connection = parts.peers->find(*node_id);
    if (connection == nullptr)
        return fail(-9, "Nothing was opened: the partner is not connected. Connect to it first.");
    if (request.announce)
        return fail(-32602, "Nothing was opened: this release opens channels that are not announced only.");
    if (parts.shell.client.staleness() != light::Staleness::fresh)
        return fail(-9, "Nothing was opened: the chain looks stale. Wait until new blocks arrive.");
    if (parts.shell.options.connect.empty() &&
        (parts.shell.client.connectedPeers() < parts.shell.network.least_peers ||
         parts.shell.client.netgroups() < parts.shell.network.least_netgroups))
        return fail(-9,
                    "Nothing was opened: too few independent Bitcoin peers are connected. Wait for more.");

    // Plan with a script of the same size; the coins found are held until the real one is known.
    wallet::BuildRequest build;
    if (request.all) {
        build.send_all_to = plannedScript();
    } else {
        build.payments.push_back({plannedScript(), {request.amount_sat}});
        build.reserve = {reserve_coin_sat};
    }
    wallet::BuildContext context{.coins = parts.shell.wallet.value.spendable(request.min_confirmations),
                                 .change_script = parts.shell.wallet.value.changeScript(),
                                 .second_change_script = parts.shell.wallet.value.secondChangeScript(),
                                 .feerate = parts.openingFeerate(request),
                                 .locktime = 0,
                                 .entropy = io::randomBytes<32>()};
    auto plan = wallet::buildTransaction(build, context);
    // Coins are drawn by lot: a dear draw is no reason to refuse what was priced with a cheaper one.
    const auto isTooDear = [&] {
        return plan && request.max_fee_sat && plan->fee.value > *request.max_fee_sat;
    };
    for (int draw = 0; isTooDear() && draw < most_draws; ++draw) {
        context.entropy = io::randomBytes<32>();
        plan = wallet::buildTransaction(build, context);
    }
    if (!plan) return fail(301, "Nothing was opened. " + std::string(wallet::textOf(plan.error())));
    if (isTooDear())
        return fail(206,
                    fmt::format("Nothing was opened: the opening transaction would cost {} sat, more than "
                                "the {} sat that you allowed. Ask for a new quote.",
                                plan->fee.value, *request.max_fee_sat));
    const Satoshi reserve = parts.reserveFor(parts.liveCount(Parts::Unfunded::left_out) + 1);
    // Without what others still have to confirm.
    const Satoshi all = wallet::sumOf(parts.shell.wallet.value.spendable());
    std::int64_t amount = request.amount_sat;
    if (request.all) {
        const auto& outputs = plan->transaction.outputs;
        amount = outputs[plan->payment_outputs.back()].value.value - reserve.value - 200;
        if (amount <= 0)
            return fail(301, fmt::format("Nothing was opened: of the {} sat in coins that can pay for a "
                                         "channel, {} sat are held back for safety, to pay the fees of a "
                                         "close. Receive more first.",
                                         wallet::sumOf(plan->spent).value, reserve.value));
        if (const auto problem = problemOf({amount}, request)) return fail(problem->code, problem->message);
    }
    const std::int64_t left = all.value - amount - plan->fee.value;
    if (left < reserve.value)
        return fail(301, fmt::format("Nothing was opened: {} sat would be left, and {} sat are held back for "
                                     "safety, to pay the fees of a close. Open a smaller channel, or receive "
                                     "more first.",
                                     std::max<std::int64_t>(0, left), reserve.value));

    const ln::keys::ChannelNonce nonce{io::randomBytes<32>()};
    const ln::ChannelId temporary{io::randomBytes<32>()};
    LiveChannel live{.value = channel::newChannel(*node_id, nonce)};
    live.value.id = live.value.temporary_id = temporary;
    live.remote_features = connection->features;
    if (connection->outgoing) live.facts.endpoint = connection->endpoint;
    live.facts.opened_index = parts.channels.size() + 1;
    live.signer.emplace(parts.root->channelSecrets(nonce));
    wallet::WalletChange change;
    Parts::Opening opening{
        .request_id = request.request_id, .feerate = context.feerate, .max_fee_sat = request.max_fee_sat};
    opening.answered.push_back(std::move(answered));
    for (const wallet::Coin& coin : plan->spent) {
        parts.shell.wallet.value.reserve(coin.outpoint, parts.ownerOf(temporary), change);
        opening.coins.push_back(coin.outpoint);
    }
    parts.shell.keep(change);
    parts.openings[temporary] = std::move(opening);
    parts.channels.emplace(temporary, std::move(live));
    const auto reply =
        parts.expect([&parts, temporary](const channel::Reply& given) { parts.opened(given, temporary); });
    parts.post(temporary, channel::OpenRequested{.request = reply,
                                                 .temporary_channel_id = temporary,
                                                 .funding_amount = {amount},
                                                 .push_amount = {request.push_msat},
                                                 .announce = channel::Announce::no,
                                                 .alias = parts.freshAlias(temporary),
                                                 .upfront_script = std::nullopt});
}

void ChannelDriver::Parts::buildFunding(LiveChannel& live, const channel::BuildFundingTransaction& action) {
    const ln::ChannelId temporary = live.value.temporary_id;
    const ln::ChannelId id = live.value.id;
    const auto give_up = [&](const std::string& why) {
        shell.outlet.log("channel " + id.hex() + ": no funding transaction: " + why);
        post(id, channel::OpenCancelled{});
    };
    const auto found = openings.find(temporary);
    if (found == openings.end()) return give_up("nobody asked for it");
    Opening& opening = found->second;
    // Held coins are free for this one transaction; adding it marks them as spent.
    releaseCoins(temporary);
    wallet::BuildRequest build{.payments = {{action.script, action.amount}},
                               .send_all_to = std::nullopt,
                               .chosen_coins = opening.coins,
                               .reserve = {reserve_coin_sat}};
    const auto lowest = shell.client.sync().lowestPeerHeight();
    const duplex::bitcoin::BlockHeight complete{shell.verifiedHeight()};
    const wallet::BuildContext context{
        .coins = shell.wallet.value.spendable(),
        .change_script = shell.wallet.value.changeScript(),
        .second_change_script = shell.wallet.value.secondChangeScript(),
        .feerate = *opening.feerate,
        .locktime = wallet::antiFeeSnipingLocktime({complete, lowest.value_or(complete), true},
                                                   io::randomBytes<32>()),
        .entropy = io::randomBytes<32>()};
    const auto unsigned_transaction = wallet::buildTransaction(build, context);
    if (!unsigned_transaction) return give_up(std::string(wallet::textOf(unsigned_transaction.error())));
    if (opening.max_fee_sat && unsigned_transaction->fee.value > *opening.max_fee_sat)
        return give_up("it would cost more than was allowed");
    const auto transaction =
        wallet::sign(*unsigned_transaction, *master, shell.network, io::randomBytes<32>());
    if (!transaction) return give_up(std::string(wallet::textOf(transaction.error())));
    wallet::WalletChange change;
    for (const OutPoint& coin : opening.coins) shell.wallet.value.reserve(coin, ownerOf(temporary), change);
    shell.keep(change);
    opening.transaction = *transaction;
    post(id, channel::FundingTransactionSigned{.transaction = *transaction});
}

void ChannelDriver::Parts::opened(const channel::Reply& reply, const ln::ChannelId& temporary_id) {
    auto node = openings.extract(temporary_id);
    if (node.empty()) return;
    const Opening& opening = node.mapped();
    if (reply.error) {
        releaseCoins(temporary_id);
        const api::Error error{codeOf(*reply.error), "Nothing was opened: " + channel::textOf(*reply.error)};
        for (const Answered& answered : opening.answered)
            shell.turn().after([answered, error] { answered(std::unexpected(error)); });
        return;
    }
    const LiveChannel* live = find(temporary_id);
    if (live == nullptr || !opening.transaction) return;
    const auto& parameters = live->value.terms.parameters;
    const api::ChannelFunded result{.transaction = duplex::bitcoin::serialized(*opening.transaction),
                                    .txid = parameters.funding.txid.reversedHex(),
                                    .index = parameters.funding.index,
                                    .channel_id = live->value.id.hex(),
                                    .channel_type_hex = toHex(ln::encoded(live->value.type))};
    if (!opening.request_id.empty())
        shell.rows().put(store::Table::requests, requestKey(opening.request_id), encodedResult(result));
    peers->keep(live->value.peer, live->facts.endpoint);
    for (const Answered& answered : opening.answered)
        shell.turn().after([answered, result] { answered(api::Reply{result}); });
    tellState(live->value.id, "opening");
}

void ChannelDriver::Parts::decideAcceptance(LiveChannel& live, const channel::AcceptanceNeeded&) {
    const ln::ChannelId id = live.value.id;
    const Satoshi have = wallet::sumOf(shell.wallet.value.spendable(1)); // lightning.md 10: confirmed coins
    const Satoshi needed = reserveFor(liveCount(Unfunded::counted));     // this one included
    const bool fresh = shell.client.staleness() == light::Staleness::fresh;
    const bool accept = fresh && have >= needed;
    if (!accept)
        shell.outlet.log(
            fmt::format("channel {}: refused: {}", id.hex(),
                        fresh ? fmt::format("{} sat must be there to pay the fees of a close, and {} are",
                                            needed.value, have.value)
                              : "the chain looks stale"));
    post(id, channel::AcceptDecision{.answer = accept ? channel::AcceptDecision::Answer::accept
                                                      : channel::AcceptDecision::Answer::refuse,
                                     .alias = accept ? freshAlias(id) : ln::ShortChannelId{},
                                     .upfront_script = std::nullopt});
}

} // namespace duplex::family::bitcoin
