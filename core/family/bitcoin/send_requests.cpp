// Sending on the first layer: plan, sign, preflight, store, and only then announce.

#include "core/bitcoin/primitives/address.h"
#include "core/bitcoin/script/preflight.h"
#include "core/bitcoin/wallet/signer.h"
#include "core/bitcoin/wallet/transaction_builder.h"
#include "core/family/bitcoin/notify.h"
#include "core/family/bitcoin/parts.h"
#include "core/family/bitcoin/send_result.h"
#include "core/io/entropy.h"

namespace duplex::family::bitcoin {

namespace {

constexpr std::int64_t least_feerate_sat_per_kvb = 100;
constexpr std::int64_t largest_feerate_sat_per_kvb = 1'000'000;
constexpr int most_draws = 16; // of the coins, for a fee that was agreed to

int codeOf(wallet::BuildError error) {
    switch (error) {
    case wallet::BuildError::insufficient_funds:
    case wallet::BuildError::amount_does_not_cover_fee:
        return -6;
    case wallet::BuildError::no_outputs:
    case wallet::BuildError::amount_below_dust:
    case wallet::BuildError::amount_out_of_range:
    case wallet::BuildError::feerate_out_of_range:
    case wallet::BuildError::coin_not_spendable:
        return -8;
    case wallet::BuildError::too_large:
        return -4;
    }
    return -4;
}

/// What each input of a transaction spends, as far as the wallet knows it.
std::optional<std::vector<duplex::bitcoin::TxOut>> spentBy(const duplex::bitcoin::Transaction& transaction,
                                                           const OpenWallet* open) {
    std::vector<duplex::bitcoin::TxOut> spent;
    for (const auto& input : transaction.inputs) {
        const wallet::Coin* coin = open != nullptr ? open->value.coins().find(input.previous) : nullptr;
        if (coin == nullptr) return std::nullopt;
        spent.push_back(coin->output);
    }
    return spent;
}

/// lightning.md 10: the reserve cannot be spent without being asked for.
std::string heldBackText(std::int64_t left, std::int64_t reserve) {
    return "Nothing was sent: " + std::to_string(std::max<std::int64_t>(0, left)) +
           " sat would be left, and " + std::to_string(reserve) +
           " sat are held back for safety, to pay the fees of closing your channels. Send less, or close the "
           "channels first.";
}

} // namespace

std::expected<duplex::bitcoin::FeeratePerKw, api::Error>
BitcoinFamily::Parts::feerateFor(const api::SendCoins& request, std::string& reason,
                                 ledger::Verified& verified) const {
    const auto floor = m_client->fees().floor();
    if (request.feerate_sat_per_kvb) {
        const std::int64_t asked = *request.feerate_sat_per_kvb;
        if (asked < least_feerate_sat_per_kvb || asked > largest_feerate_sat_per_kvb) {
            return std::unexpected(api::Error{-8, "A feerate lies between 0.1 and 1,000 sat/vB."});
        }
        const auto rate = duplex::bitcoin::FeeratePerKw::fromSatPerKvb(asked);
        if (rate < floor) {
            return std::unexpected(api::Error{-8, "Peers take no transaction below " +
                                                      std::to_string(floor.satPerKvb()) +
                                                      " sat per 1,000 vB now. Raise the feerate."});
        }
        reason = "chosen";
        verified = ownVerified();
        return rate;
    }
    const auto estimate = m_client->fees().estimate({chain().height()}, io::now());
    if (estimate) {
        verified = feeVerified();
        reason = estimate->source == light::FeeSource::recent_blocks ? "median of recent blocks"
                                                                     : "fallback of this network";
        return std::max(estimate->feerate, floor);
    }
    return std::unexpected(api::Error{
        -4, "Too few full blocks were seen for an estimate. Give a feerate, or wait for more blocks."});
}

void BitcoinFamily::Parts::on(const api::SendCoins& request, Answered answered) {
    if (!(request.plan_only ? needWallet(answered) : needMaster(answered))) return;
    const Bytes request_key = toBytes(viewOf("send " + request.request_id));
    if (!request.request_id.empty() && !request.plan_only) {
        if (const auto row = m_wallet->database->read(store::Table::requests, request_key)) {
            const auto first = decodedSendResult(*row); // threats 84: a repeated request never pays twice
            if (first) return answer(answered, *first);
            return fail(answered, -4,
                        "This request was carried out before, but what it did cannot be read (a newer Duplex "
                        "wrote it, or it is damaged). Nothing was sent now. Look at the list of payments.");
        }
    }
    wallet::BuildRequest build;
    for (const api::Payee& payee : request.payees) {
        const auto script = duplex::bitcoin::scriptFromAddress(payee.address, m_network);
        if (!script)
            return fail(answered, -5,
                        "Invalid address: " + std::string(duplex::bitcoin::textOf(script.error())));
        if (request.all)
            build.send_all_to = *script;
        else
            build.payments.push_back({*script, {payee.amount_sat}});
    }
    if (request.payees.empty() || (request.all && request.payees.size() != 1))
        return fail(answered, -8, "Give one address and an amount.");
    build.fee_from_first_payment = request.subtract_fee;
    api::SendReply reply;
    const auto feerate = feerateFor(request, reply.fee_reason, reply.fee_verified);
    if (!feerate) return fail(answered, feerate.error().code, feerate.error().message);
    const auto complete = static_cast<std::uint32_t>(completeHeight());
    const auto lowest = m_client->sync().lowestPeerHeight();
    const bool current = isCurrent() && complete == chain().height();
    wallet::BuildContext context{
        .coins = m_wallet->value.spendable(),
        .change_script = m_wallet->value.changeScript(),
        .second_change_script = std::nullopt,
        .feerate = *feerate,
        .locktime = wallet::antiFeeSnipingLocktime(
            {{complete}, lowest.value_or(duplex::bitcoin::BlockHeight{complete}), current},
            io::randomBytes<32>()),
        .entropy = io::randomBytes<32>()};
    const std::int64_t reserve =
        m_lightning && !request.include_reserve ? m_lightning->channels.reserveNeeded().value : 0;
    auto unsigned_transaction = wallet::buildTransaction(build, context);
    if (unsigned_transaction && request.all && reserve > 0) {
        // All but the safety reserve: the same coins, the reserve as change.
        const auto& outputs = unsigned_transaction->transaction.outputs;
        const std::int64_t whole = outputs[unsigned_transaction->payment_outputs.back()].value.value;
        constexpr std::int64_t change_output_weight = 4 * 31;
        const std::int64_t rest = whole - reserve - feerate->feeCeil({change_output_weight}).value;
        if (rest <= 0) return fail(answered, -6, heldBackText(0, reserve));
        const duplex::bitcoin::Script script = *build.send_all_to;
        build.send_all_to.reset();
        build.payments = {{script, {rest}}};
        unsigned_transaction = wallet::buildTransaction(build, context);
    }
    // Coins are drawn by lot: a dear draw is no reason to refuse what was shown with a cheaper one.
    const auto isTooDear = [&] {
        return unsigned_transaction && request.max_fee_sat &&
               unsigned_transaction->fee.value > *request.max_fee_sat;
    };
    for (int draw = 0; isTooDear() && draw < most_draws; ++draw) {
        context.entropy = io::randomBytes<32>();
        unsigned_transaction = wallet::buildTransaction(build, context);
    }
    if (!unsigned_transaction)
        return fail(answered, codeOf(unsigned_transaction.error()),
                    "Nothing was sent. " + std::string(wallet::textOf(unsigned_transaction.error())));
    if (isTooDear())
        return fail(answered, 206,
                    "Nothing was sent: the fee would be " + std::to_string(unsigned_transaction->fee.value) +
                        " sat now, more than the " + std::to_string(*request.max_fee_sat) +
                        " sat that you agreed to. Coins or fees have changed: look at the new fee.");
    reply.fee_sat = unsigned_transaction->fee.value;
    reply.weight = unsigned_transaction->weight.value;
    for (const std::uint32_t index : unsigned_transaction->payment_outputs)
        reply.amount_sat += unsigned_transaction->transaction.outputs[index].value.value;
    for (const std::uint32_t index : unsigned_transaction->change_outputs)
        reply.change_sat += unsigned_transaction->transaction.outputs[index].value.value;
    reply.feerate_sat_per_kvb = reply.fee_sat * 4000 / std::max<std::int64_t>(1, reply.weight);
    // Of the coins that can pay a closing fee: what others still owe, and what is young or set aside, cannot.
    reply.left_sat = wallet::sumOf(context.coins).value - reply.amount_sat - reply.fee_sat;
    if (reply.left_sat < reserve) return fail(answered, -6, heldBackText(reply.left_sat, reserve));
    // One estimate serves every target (bitcoin.md 4): who pays it is in one of the next blocks.
    const auto recent = m_client->fees().estimate({chain().height()}, io::now());
    const auto blocks = light::recentPace(chain());
    if (recent && blocks && *feerate >= recent->feerate) reply.expected_s = blocks->median_seconds;
    if (request.plan_only) {
        reply.transaction = duplex::bitcoin::serialized(unsigned_transaction->transaction);
        return answer(answered, std::move(reply));
    }
    if (m_client->connectedPeers() == 0)
        return fail(answered, -9,
                    "Nothing was sent: no Bitcoin peer is connected. Wait for a connection and try again.");
    const auto transaction =
        wallet::sign(*unsigned_transaction, *m_wallet->master, m_network, io::randomBytes<32>());
    if (!transaction)
        return fail(answered, -4, "Nothing was sent. " + std::string(wallet::textOf(transaction.error())));
    const auto txid = transaction->txid();
    auto change = m_wallet->value.addUnconfirmed(*transaction, io::calendarNow());
    if (!request.comment.empty()) m_wallet->value.setLabel(txid, request.comment, change);
    keep(change);
    reply.txid = txid.reversedHex();
    reply.transaction = duplex::bitcoin::serialized(*transaction);
    reply.weight = transaction->weight().value;
    reply.feerate_sat_per_kvb = reply.fee_sat * 4000 / reply.weight;
    reply.sent_to_peers = m_client->takers();
    if (!request.request_id.empty())
        m_turns->current().wallet().put(store::Table::requests, request_key, encodedSendResult(reply));
    m_turns->current().after([this, transaction = *transaction, grew = change.watch_list_grew] {
        m_client->announce(transaction);
        if (grew && m_wallet)
            m_client->watch(m_wallet->value.watchedScripts(), {},
                            {static_cast<std::uint32_t>(completeHeight()) + 1});
    });
    tell(m_turns->current(), m_outlet,
         {.topic = api::Notification::Topic::transaction,
          .id = transaction->txid().reversedHex(),
          .state = "sent"});
    publishSoon();
    answer(answered, std::move(reply));
}

void BitcoinFamily::Parts::on(const api::SendRaw& request, Answered answered) {
    const auto transaction = duplex::bitcoin::decodeTransaction(request.transaction);
    if (!transaction)
        return fail(answered, -22,
                    "TX decode failed: " + std::string(duplex::bitcoin::textOf(transaction.error())));
    const wallet::HistoryEntry* known =
        m_wallet ? m_wallet->value.history().find(transaction->txid()) : nullptr;
    if (known && known->state == wallet::EntryState::confirmed)
        return fail(answered, -27, "Transaction outputs already in utxo set");
    const auto spent = spentBy(*transaction, m_wallet.get());
    if (!spent && request.max_feerate_sat_per_kvb) {
        return fail(answered, -25,
                    "The coins that it spends are not known here, so its fee cannot be checked. Give "
                    "maxfeerate=0 to send it all the same.");
    }
    if (spent) {
        const auto checked = duplex::bitcoin::script::preflight(*transaction, *spent);
        if (!checked) return fail(answered, -26, duplex::bitcoin::script::rejectReasonOf(checked.error()));
        if (request.max_feerate_sat_per_kvb &&
            checked->feerate.satPerKvb() > *request.max_feerate_sat_per_kvb) {
            return fail(answered, -25,
                        "Fee exceeds maximum configured by user (maxfeerate). Nothing was sent.");
        }
    }
    if (m_client->connectedPeers() == 0)
        return fail(answered, -9, "Nothing was sent: no Bitcoin peer is connected.");
    if (m_wallet) {
        // What cannot be checked to the last input is no more than anybody's word, though it comes from here.
        const auto change = spent ? m_wallet->value.addUnconfirmed(*transaction, io::calendarNow())
                                  : m_wallet->value.addRelayed(*transaction, io::calendarNow());
        keepAndWatch(change);
        if (change.empty() || !spent)
            m_turns->current().wallet().put(store::Table::outbox, transaction->txid(), request.transaction);
    }
    m_turns->current().after([this, transaction = *transaction] { m_client->announce(transaction); });
    publishSoon();
    answer(answered, api::SendReply{.txid = transaction->txid().reversedHex(),
                                    .transaction = request.transaction,
                                    .sent_to_peers = m_client->takers()});
}

void BitcoinFamily::Parts::on(const api::CheckRaw& request, Answered answered) {
    const auto transaction = duplex::bitcoin::decodeTransaction(request.transaction);
    if (!transaction)
        return fail(answered, -22,
                    "TX decode failed: " + std::string(duplex::bitcoin::textOf(transaction.error())));
    api::PreflightReply reply{.txid = transaction->txid().reversedHex(),
                              .wtxid = transaction->wtxid().reversedHex()};
    reply.vsize = transaction->weight().virtualSize();
    if (const auto spent = spentBy(*transaction, m_wallet.get())) {
        const auto checked = duplex::bitcoin::script::preflight(*transaction, *spent);
        reply.result = checked ? api::PreflightReply::Result::passed : api::PreflightReply::Result::failed;
        if (checked)
            reply.fee_sat = checked->fee.value;
        else
            reply.reject_reason = duplex::bitcoin::script::rejectReasonOf(checked.error());
    }
    answer(answered, std::move(reply));
}

} // namespace duplex::family::bitcoin
