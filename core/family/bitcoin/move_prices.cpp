// The prices of moves: gathers facts for the planner and chooses among its quotes.

#include "core/bitcoin/wallet/transaction_builder.h"
#include "core/family/bitcoin/move_driver.h"
#include "core/io/entropy.h"

namespace duplex::family::bitcoin {

namespace {

using duplex::bitcoin::Satoshi;

/// What a funding output looks like; which keys stand in it does not change its size.
duplex::bitcoin::Script someFundingScript() {
    return duplex::bitcoin::payToWitnessScriptHash({});
}

} // namespace

/// id, or id@host:port; nothing: any connected one.
MoveDriver::Partner MoveDriver::partnerOf(const std::string& text) const {
    Partner partner;
    if (!m_lightning.isUp()) return partner;
    if (text.empty()) {
        const auto connected = m_lightning.peers->connected();
        if (connected.empty()) return partner;
        partner.node_id = connected.front().node_id;
        partner.connected = true;
        return partner;
    }
    const auto at = text.find('@');
    partner.node_id = ln::NodeId::fromHex(text.substr(0, at));
    if (!partner.node_id) {
        partner.problem = "A Lightning node's id has 66 hexadecimal digits. Name the node as id@host:port.";
        return partner;
    }
    if (partner.node_id == m_lightning.node_id) {
        partner.problem = "This is your own node. A channel needs another one.";
        return partner;
    }
    partner.connected = m_lightning.peers->find(*partner.node_id) != nullptr;
    if (at != std::string::npos) {
        partner.endpoint = io::parseEndpoint(text.substr(at + 1), 9735);
        if (!partner.endpoint) partner.problem = "What follows the @ is not host:port.";
    } else if (!partner.connected) {
        const auto known = m_lightning.gossip->nodes({.node_id = partner.node_id->hex()});
        if (!known.nodes.empty() && !known.nodes.front().addresses.empty()) {
            const auto& [host, port] = known.nodes.front().addresses.front();
            partner.endpoint = io::Endpoint{.host = host, .port = port};
        }
    }
    return partner;
}

/// The dearest of a few draws of coins: which coins the opening takes is drawn again when it is built. The
/// same facts give the same price, so that a quote is not refused for bad luck.
std::optional<Satoshi> MoveDriver::openingFee(Satoshi amount, duplex::bitcoin::FeeratePerKw at) const {
    constexpr std::uint8_t draws = 4;
    auto& value = m_lightning.shell.wallet.value;
    wallet::BuildRequest build;
    build.payments.push_back({someFundingScript(), amount});
    build.reserve = reserve_coin;
    std::optional<Satoshi> dearest;
    for (std::uint8_t draw = 0; draw < draws; ++draw) {
        const wallet::BuildContext context{.coins = value.spendable(1), // as the opening takes them
                                           .change_script = value.changeScript(),
                                           .second_change_script = value.secondChangeScript(),
                                           .feerate = at,
                                           .entropy = ByteArray<32>{draw}};
        const auto built = wallet::buildTransaction(build, context);
        if (!built) return std::nullopt;
        dearest = std::max(dearest.value_or(Satoshi{}), built->fee);
    }
    return dearest;
}

MoveDriver::Quoted MoveDriver::priceOpen(const api::GetQuotes& request, MoveMoment moment) {
    const Partner partner = partnerOf(request.peer);
    OpenFacts facts{.amount = {request.amount_sat}};
    if (partner.node_id) facts.peer_id = partner.node_id->hex();
    facts.reachable = partner.connected || partner.endpoint.has_value();
    facts.bad_peer = partner.problem;
    facts.confirmed = wallet::sumOf(m_lightning.shell.wallet.value.spendable(1));
    facts.reserve_needed = m_lightning.channels.reserveNeeded() + reserve_of_one_channel;
    if (moment.feerate) facts.opening_fee = openingFee(facts.amount, *moment.feerate);
    moment.frozen_by_move = isBusy([&](const MoveRecord& record) {
        return record.route == MoveRoute::open && !record.channel && record.peer == partner.node_id;
    });
    return {.quote = openQuote(facts, moment, m_labels),
            .route = MoveRoute::open,
            .request = request,
            .feerate = moment.feerate.value_or(duplex::bitcoin::FeeratePerKw{}),
            .endpoint = partner.endpoint};
}

std::vector<MoveDriver::Quoted> MoveDriver::priceCloses(const api::GetQuotes& request,
                                                        const MoveMoment& moment) {
    std::vector<Quoted> quoted;
    const auto wanted =
        request.channel_id.empty() ? std::nullopt : m_lightning.channels.find(request.channel_id);
    if (!request.channel_id.empty() && !wanted) return quoted;
    for (const auto& [id, channel] : m_lightning.channels.all()) {
        if (wanted && id != *wanted) continue;
        const ChannelStage stage = stageOf(*channel);
        const bool open = stage >= ChannelStage::awaiting_funding && stage <= ChannelStage::usable;
        if (!open && !wanted) continue;
        CloseFacts facts{.channel_id = id.hex(), .peer_id = channel->peer.hex()};
        facts.wanted = {request.amount_sat};
        facts.balance = channel->commitments.local_balance.satoshiFloor();
        facts.opened_by_us = channel->isFunder();
        facts.connected = channel->link == ln::channel::Link::online;
        facts.established = open;
        facts.htlcs = static_cast<int>(channel->commitments.htlcs.size());
        MoveMoment at = moment;
        at.frozen_by_move = isBusy([&](const MoveRecord& record) {
            return record.route != MoveRoute::open && record.channel == id;
        });
        const auto add = [&](MoveRoute route) {
            facts.route = route;
            quoted.push_back({.quote = closeQuote(facts, at, m_labels),
                              .route = route,
                              .request = request,
                              .feerate = moment.feerate.value_or(duplex::bitcoin::FeeratePerKw{}),
                              .endpoint = std::nullopt});
        };
        add(MoveRoute::close);
        if (open && m_lightning.isUp()) {
            const api::Forecast forecast = m_lightning.channels.forecast(id);
            facts.commitment_fee = {forecast.commitment_fee_sat};
            for (const auto& output : forecast.outputs) // of which a child brings ours back, if there is one
                if (output.who == "nobody") facts.commitment_fee += Satoshi{output.amount_sat};
            facts.claim_fee = {forecast.claim_fee_sat};
            facts.lost_to_dust = {forecast.lost_to_dust_sat};
            facts.delay_blocks = forecast.delay_blocks;
        }
        add(MoveRoute::close_alone);
    }
    return quoted;
}

std::vector<MoveDriver::Quoted> MoveDriver::price(const api::GetQuotes& request,
                                                  std::optional<duplex::bitcoin::FeeratePerKw> at) {
    MoveMoment now = moment();
    if (at) now.feerate = at;
    std::vector<Quoted> quoted;
    if (request.from == now.lower && request.to == now.upper)
        quoted.push_back(priceOpen(request, now));
    else if (request.from == now.upper && request.to == now.lower)
        quoted = priceCloses(request, now);
    if (quoted.empty() && request.from == now.upper && request.to == now.lower)
        quoted.push_back({.quote = closeQuote({.any = false, .wanted = {request.amount_sat}}, now, m_labels),
                          .route = MoveRoute::close,
                          .request = request,
                          .endpoint = std::nullopt});
    // Cheapest first, what is possible before what is not.
    std::ranges::stable_sort(quoted, [](const Quoted& a, const Quoted& b) {
        return std::tuple(!a.quote.available, a.quote.fee.total_sat, a.quote.delay_s) <
               std::tuple(!b.quote.available, b.quote.fee.total_sat, b.quote.delay_s);
    });
    return quoted;
}

std::expected<api::QuoteList, api::Error> MoveDriver::quotes(const api::GetQuotes& request) {
    const MoveMoment now = moment();
    const bool known = (request.from == now.lower && request.to == now.upper) ||
                       (request.from == now.upper && request.to == now.lower);
    if (!known)
        return std::unexpected(api::Error{-8, "There is no way between these layers. `layers` lists them; L1 "
                                              "and L2 are short for Bitcoin and Lightning."});
    if (!request.channel_id.empty() && !m_lightning.channels.find(request.channel_id))
        return std::unexpected(api::Error{-8, "There is no channel '" + request.channel_id + "'."});
    api::QuoteList list;
    for (Quoted& one : price(request, std::nullopt)) {
        if (one.quote.available) {
            one.quote.quote_id = toHex(io::randomBytes<16>());
            m_quotes.emplace(one.quote.quote_id, one);
        }
        list.quotes.push_back(one.quote);
    }
    return list;
}

/// The quote that a request means, at the price of this moment; refused when that is above what was agreed.
std::expected<MoveDriver::Quoted, api::Error> MoveDriver::chosen(const api::StartMove& request) {
    const auto refuse = [](int code, const std::string& why) {
        return std::unexpected(api::Error{code, "Nothing was moved. " + why});
    };
    api::GetQuotes asked{.from = request.from,
                         .to = request.to,
                         .amount_sat = request.amount_sat,
                         .peer = request.peer,
                         .channel_id = request.channel_id};
    std::optional<MoveRoute> route;
    std::optional<duplex::bitcoin::FeeratePerKw> at;
    std::int64_t most = request.max_fee_sat;
    if (!request.quote_id.empty()) {
        const auto found = m_quotes.find(request.quote_id);
        if (found == m_quotes.end() || found->second.quote.expires_at < secondsOf(io::calendarNow()))
            return refuse(-8, "This price has expired: ask for a new quote.");
        asked = found->second.request;
        asked.channel_id = found->second.quote.channel_id;
        if (asked.peer.empty()) asked.peer = found->second.quote.peer_id;
        route = found->second.route;
        at = found->second.feerate; // a quote holds its feerate
        most = found->second.quote.fee.total_sat;
    } else {
        route = moveRouteOf(request.route, request.alone ? WithPartner::no : WithPartner::yes);
        if (!route)
            return refuse(-8,
                          "This release moves by `open`, `close` or `close-alone`, not by another route.");
    }
    const std::vector<Quoted> all = price(asked, at);
    const auto found = std::ranges::find(all, *route, &Quoted::route);
    if (found == all.end())
        return refuse(-8, "There is no channel to close, or no way between these layers.");
    if (!found->quote.available) {
        const bool locked = *route == MoveRoute::open && !moment().unlocked;
        return refuse(locked ? -13 : -4, found->quote.why_not);
    }
    if (found->quote.fee.total_sat > most) {
        return refuse(206, "It would cost " + std::to_string(found->quote.fee.total_sat) +
                               " sat now, more than the " + std::to_string(most) +
                               " sat that you allowed. Ask for a new quote.");
    }
    return *found;
}

} // namespace duplex::family::bitcoin
