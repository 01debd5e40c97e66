#include "tests/support/two_nodes.h"

#include "core/base/variant.h"
#include "core/lightning/commitment/scripts.h"

#include <fmt/core.h>

#include <algorithm>

namespace duplex::test {

using bitcoin::Satoshi;
using ln::MilliSatoshi;

namespace {

void demand(bool holds, const std::string& what) {
    if (!holds) throw RuleBroken(what);
}

template <typename T>
T filled(std::uint8_t byte) {
    T value;
    value.bytes.fill(byte);
    return value;
}

ln::keys::ChannelSigner signerOf(std::uint8_t seed, const ln::keys::ChannelNonce& nonce) {
    const Bytes bytes(64, seed);
    return ln::keys::ChannelSigner(ln::keys::LightningRoot(bytes).channelSecrets(nonce));
}

TestNode makeNode(std::string name, std::uint8_t seed) {
    const auto nonce = filled<ln::keys::ChannelNonce>(seed);
    ch::Context context{.height = 1000, .header_tip = 1000, .signer = signerOf(seed, nonce)};
    context.local_features = context.remote_features = ln::ourInitFeatures();
    context.chain_hash.bytes.fill(7);
    context.feerates = {.commitment = {500}, .six_block = {2000}, .closing = {1000}, .closing_lowest = {253}};
    ByteArray<20> hash{};
    hash.fill(seed);
    context.payout_script = bitcoin::payToWitnessPublicKeyHash(hash);
    const Bytes peer(64, static_cast<std::uint8_t>(seed + 100));
    const auto peer_id = crypto::publicKey(ln::keys::LightningRoot(peer).nodeKey());
    return {.name = std::move(name), .context = context, .channel = ch::newChannel(peer_id, nonce)};
}

bool leavesOnlyStored(const ln::wire::Message& message) {
    return std::holds_alternative<ln::wire::CommitmentSigned>(message) ||
           std::holds_alternative<ln::wire::RevokeAndAck>(message) ||
           std::holds_alternative<ln::wire::FundingSigned>(message) ||
           std::holds_alternative<ln::wire::UpdateFulfillHtlc>(message) ||
           std::holds_alternative<ln::wire::ClosingSigned>(message) ||
           std::holds_alternative<ln::wire::Shutdown>(message);
}

} // namespace

ch::RevokedArchive TestNode::archive() const {
    return [this] {
        std::vector<ch::RevokedHtlc> all;
        for (const auto& [key, row] : revoked_rows) {
            const auto revoked = ch::decodeRevokedHtlc(row);
            demand(revoked.has_value(), "a stored HTLC of a revoked commitment does not load");
            all.push_back(*revoked);
        }
        return all;
    };
}

TwoNodes::TwoNodes(const ChannelSetup& setup) : a(makeNode("a", 11)), b(makeNode("b", 22)), m_setup(setup) {}

void TwoNodes::checkRules(const TestNode& node, const ch::Outcome& outcome) const {
    const ch::Channel& next = outcome.next;
    if (ch::isEstablished(next)) {
        demand(ch::conserves(next.terms, next.commitments),
               "R6: a view of the commitments does not conserve");
        demand(next.commitments.counters.local_stored == next.commitments.local_number + 1 &&
                   next.commitments.counters.local_released == next.commitments.local_number,
               "R3: signer counters and commitment number differ");
    }
    for (const ch::Action& action : outcome.actions) {
        if (const auto* send = std::get_if<ch::SendMessage>(&action);
            send && leavesOnlyStored(send->message) && outcome.persist == ch::Persist::no)
            demand(node.stored_counters == next.commitments.counters,
                   fmt::format("R1: message {} leaves unstored", ln::wire::typeOf(send->message)));
        demand(!std::holds_alternative<ch::HtlcFulfilled>(action) || outcome.persist == ch::Persist::yes,
               "R4: a preimage is used before it is stored");
        if (const auto* publish = std::get_if<ch::PublishTransaction>(&action);
            publish && publish->what == ch::PublishTransaction::What::commitment) {
            const auto number =
                ln::commitment::commitmentNumberOf(next.terms.parameters, publish->transaction);
            demand(number && number->value == next.commitments.local_number &&
                       number->value >= next.commitments.counters.local_released,
                   "R5: a revoked commitment is published");
        }
    }
}

const std::vector<ch::Action>& TwoNodes::apply(TestNode& node, const ch::Event& event) {
    ch::Outcome outcome = ch::advance(node.channel, event, node.context);
    checkRules(node, outcome);
    if (outcome.persist == ch::Persist::yes && node.fail_next_write) {
        // The store failed: nothing of the outcome leaves, the machine stops and starts again from the row.
        node.fail_next_write = false;
        restart(node);
        return node.last_actions;
    }
    node.channel = std::move(outcome.next);
    if (outcome.persist == ch::Persist::yes) {
        for (const ch::RevokedHtlc& revoked : ch::takeSettledRevoked(node.channel.commitments))
            demand(
                node.revoked_rows.emplace(ch::keyOf(node.channel.id, revoked), ch::encodeRevokedHtlc(revoked))
                    .second,
                "an HTLC of revoked commitments was stored twice");
        node.stored = ch::encodeChannel(node.channel);
        node.stored_counters = node.channel.commitments.counters;
        const std::uint64_t number = node.channel.commitments.local_number;
        if (ch::isEstablished(node.channel) && !node.own_commitments.contains(number) &&
            (number < 8 || number % 16 == 0))
            node.own_commitments.emplace(
                number,
                ch::localCommitment(node.channel.terms, node.channel.commitments, node.context.signer));
    }
    node.last_actions = outcome.actions;
    for (const ch::Action& action : outcome.actions) carryOut(node, action);
    return node.last_actions;
}

void TwoNodes::carryOut(TestNode& node, const ch::Action& action) {
    if (const auto* send = std::get_if<ch::SendMessage>(&action)) {
        if (connected) other(node).inbox.push_back(send->message);
    } else if (std::holds_alternative<ch::ScheduleSignCommitment>(action)) {
        node.sign_scheduled = true;
    } else if (const auto* added = std::get_if<ch::HtlcAddedIrrevocably>(&action)) {
        node.to_settle[added->id] = *added;
    } else if (const auto* resolved = std::get_if<ch::IncomingHtlcResolved>(&action)) {
        node.to_settle.erase(resolved->id);
    } else if (const auto* fulfilled = std::get_if<ch::HtlcFulfilled>(&action)) {
        demand(ln::paymentHashOf(fulfilled->preimage) != ln::PaymentHash{} &&
                   node.payments.contains(fulfilled->origin),
               "R8: fulfilled an HTLC of nobody");
        demand(node.payments[fulfilled->origin] != PaymentState::failed, "R4: fulfilled after it failed");
        node.payments[fulfilled->origin] = PaymentState::fulfilled;
    } else if (const auto* failed = std::get_if<ch::HtlcFailed>(&action)) {
        demand(node.payments.contains(failed->origin), "R8: failed an HTLC of nobody");
        demand(node.payments[failed->origin] != PaymentState::fulfilled, "R4: failed after it was fulfilled");
        node.payments[failed->origin] = PaymentState::failed;
    } else if (const auto* reply = std::get_if<ch::Reply>(&action)) {
        const auto known = node.unanswered.find(reply->request.value);
        if (known != node.unanswered.end()) {
            if (reply->error) node.payments.erase(known->second);
            node.unanswered.erase(known);
        }
    } else if (const auto* publish = std::get_if<ch::PublishTransaction>(&action)) {
        node.published.push_back(publish->transaction);
    } else if (std::holds_alternative<ch::ForgetChannel>(action)) {
        node.forgotten = true;
    }
}

bool TwoNodes::deliver(TestNode& node) {
    if (node.inbox.empty()) return false;
    const auto message = ln::wire::decode(ln::wire::encode(node.inbox.front()));
    node.inbox.pop_front();
    demand(message.has_value(), "a message of ours does not decode");
    apply(node, ch::MessageReceived{.message = *message});
    return true;
}

bool TwoNodes::runScheduled(TestNode& node) {
    if (!node.sign_scheduled) return false;
    node.sign_scheduled = false;
    apply(node, ch::SignCommitment{});
    return true;
}

void TwoNodes::cut() {
    if (!connected) return;
    connected = false;
    for (TestNode* node : {&a, &b}) {
        node->inbox.clear();
        node->sign_scheduled = false;
        node->fail_next_write = false; // a failing write is met where a restart does not lose the other end
        apply(*node, ch::Disconnected{});
    }
}

void TwoNodes::connect() {
    if (connected) return;
    connected = true;
    for (TestNode* node : {&a, &b}) {
        node->fail_next_write = false;
        apply(*node, ch::Connected{});
    }
}

void TwoNodes::restart(TestNode& node) {
    TestNode& peer = other(node);
    connected = false;
    node.inbox.clear();
    peer.inbox.clear();
    node.sign_scheduled = peer.sign_scheduled = false;
    node.fail_next_write = false;
    demand(!node.stored.empty(), "restart before anything was stored");
    auto loaded = ch::decodeChannel(node.stored);
    demand(loaded.has_value(), "a stored channel does not load");
    demand(ch::encodeChannel(*loaded) == node.stored, "a stored channel loads as another one");
    node.channel = std::move(*loaded);
    // Story 2: after a crash an attempt whose HTLC is in no commitment is failed.
    std::vector<ch::HtlcOrigin> lost;
    for (const auto& [origin, state] : node.payments)
        if (state == PaymentState::pending && !ch::holdsHtlcOf(node.channel.commitments, origin))
            lost.push_back(origin);
    for (const ch::HtlcOrigin& origin : lost) node.payments[origin] = PaymentState::failed;
    node.to_settle.clear();
    apply(node, ch::Restored{});
    peer.fail_next_write = false;
    apply(peer, ch::Disconnected{});
}

void TwoNodes::addBlocks(std::uint32_t count) {
    for (TestNode* node : {&a, &b}) {
        node->context.height += count;
        node->context.header_tip = node->context.height;
        apply(*node, ch::BlockHeight{});
    }
}

void TwoNodes::confirmFunding(TestNode& node) {
    const auto& parameters = node.channel.terms.parameters;
    apply(node, ch::FundingConfirmed{.outpoint = parameters.funding,
                                     .output = funding.outputs[parameters.funding.index],
                                     .height = 1001,
                                     .depth = 6,
                                     .scid = ln::ShortChannelId::of(1001, 1, 0)});
}

void TwoNodes::open() {
    apply(a, ch::OpenRequested{.request = {m_next_request++},
                               .temporary_channel_id = filled<ln::ChannelId>(9),
                               .funding_amount = m_setup.capacity,
                               .push_amount = m_setup.pushed,
                               .announce = m_setup.announce,
                               .alias = {111}});
    deliver(b);
    apply(b, ch::AcceptDecision{.answer = ch::AcceptDecision::Answer::accept, .alias = {222}});
    deliver(a);
    const auto wanted = std::ranges::find_if(a.last_actions, [](const ch::Action& action) {
        return std::holds_alternative<ch::BuildFundingTransaction>(action);
    });
    demand(wanted != a.last_actions.end(), "no funding asked for");
    const auto& build = std::get<ch::BuildFundingTransaction>(*wanted);
    bitcoin::TxIn input;
    input.previous.txid.bytes.fill(3);
    input.witness = {Bytes(71, 1), Bytes(33, 2)};
    funding = {.inputs = {input}, .outputs = {{.value = build.amount, .script_pubkey = build.script}}};
    apply(a, ch::FundingTransactionSigned{.transaction = funding});
    deliver(b);
    deliver(a);
    demand(a.published.size() == 1 && a.published.front() == funding, "funding not published");
    addBlocks(6);
    confirmFunding(a);
    confirmFunding(b);
}

void TwoNodes::openNormal() {
    open();
    settleDown();
    demand(std::holds_alternative<ch::Normal>(a.channel.phase) &&
               std::holds_alternative<ch::Normal>(b.channel.phase),
           "not normal after opening");
}

void TwoNodes::settleDown() {
    for (int i = 0; i < 10'000; ++i) {
        bool moved = false;
        for (TestNode* node : {&a, &b}) moved = deliver(*node) || runScheduled(*node) || moved;
        if (!moved) return;
    }
    throw RuleBroken("messages never come to rest");
}

bool TwoNodes::pay(TestNode& payer, MilliSatoshi amount, std::uint32_t expiry_delta) {
    const std::uint64_t number = m_next_payment++;
    ch::NewHtlc htlc{.amount = amount};
    for (int i = 0; i < 8; ++i) htlc.origin.payment.bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
    ln::Preimage preimage{crypto::sha256(htlc.origin.payment)};
    // Some hashes are used more than once: nothing may be found by its hash (threats 40).
    if (number % 4 == 0 && !m_preimages.empty()) preimage = m_preimages.begin()->second;
    htlc.payment_hash = ln::paymentHashOf(preimage);
    m_preimages[htlc.payment_hash] = preimage;
    htlc.cltv_expiry = {payer.context.tip() + expiry_delta};
    htlc.onion[0] = static_cast<std::uint8_t>(number);
    const ch::RequestId request{m_next_request++};
    payer.payments[htlc.origin] = PaymentState::pending;
    payer.unanswered[request.value] = htlc.origin;
    apply(payer, ch::AddHtlc{.request = request, .htlc = htlc});
    return payer.payments.contains(htlc.origin);
}

void TwoNodes::fulfill(TestNode& node, std::uint64_t id) {
    const auto found = node.to_settle.find(id);
    if (found == node.to_settle.end()) return;
    const auto preimage = m_preimages.at(found->second.payment_hash);
    node.to_settle.erase(found);
    apply(node, ch::FulfillHtlc{.request = {m_next_request++}, .id = id, .preimage = preimage});
}

void TwoNodes::fail(TestNode& node, std::uint64_t id) {
    if (node.to_settle.erase(id) == 0) return;
    if (id % 2 == 0)
        apply(node, ch::FailHtlc{.request = {m_next_request++}, .id = id, .reason = Bytes(20, 5)});
    else
        apply(node,
              ch::FailMalformedHtlc{.request = {m_next_request++}, .id = id, .failure_code = 0x8000 | 5});
}

void TwoNodes::checkRest() const {
    demand(a.channel.commitments.htlcs.empty() && b.channel.commitments.htlcs.empty(), "HTLCs left over");
    demand(a.channel.commitments.local_balance == b.channel.commitments.remote_balance &&
               a.channel.commitments.remote_balance == b.channel.commitments.local_balance,
           "the ends disagree about the balances");
    demand(a.channel.commitments.feerate == b.channel.commitments.feerate, "the ends disagree about the fee");
    demand(a.channel.commitments.local_number == b.channel.commitments.remote_number &&
               a.channel.commitments.remote_number == b.channel.commitments.local_number,
           "the ends disagree about commitment numbers");
    for (const TestNode* node : {&a, &b})
        for (const auto& [origin, state] : node->payments)
            demand(state != PaymentState::pending, "a payment has no end");
}

void TwoNodes::drain() {
    connect();
    for (int i = 0; i < 100; ++i) {
        settleDown();
        connect();
        settleDown();
        bool settled = false;
        for (TestNode* node : {&a, &b})
            while (!node->to_settle.empty()) {
                fulfill(*node, node->to_settle.begin()->first);
                settled = true;
            }
        if (!settled && connected) return checkRest();
    }
    throw RuleBroken("HTLCs never come to rest");
}

void TwoNodes::closeTogether(TestNode& asker) {
    apply(asker, ch::CloseRequested{.request = {m_next_request++}, .script = asker.context.payout_script});
    settleDown();
    for (TestNode* node : {&a, &b}) {
        const auto* closing = std::get_if<ch::Closing>(&node->channel.phase);
        demand(closing && closing->kind == ch::CloseKind::mutual && closing->transaction,
               "no mutual close of " + node->name);
    }
    const auto& ours = *std::get<ch::Closing>(a.channel.phase).transaction;
    const auto& theirs = *std::get<ch::Closing>(b.channel.phase).transaction;
    demand(ours.txid() == theirs.txid(), "the ends close with different transactions");
    Satoshi sum;
    for (const bitcoin::TxOut& output : ours.outputs) sum += output.value;
    demand(sum < m_setup.capacity, "a close without a fee");
    apply(a, ch::FundingSpent{.transaction = theirs, .height = a.context.height});
    demand(std::get<ch::Closing>(a.channel.phase).kind == ch::CloseKind::mutual, "own close not known");
}

void TwoNodes::forceCloseAndCheck(TestNode& closer) {
    TestNode& peer = other(closer);
    apply(closer, ch::ForceCloseRequested{.request = {m_next_request++}});
    const auto* closing = std::get_if<ch::Closing>(&closer.channel.phase);
    demand(closing && closing->transaction, "no commitment published");
    const auto facts = peer.closedFacts();
    const auto kind = ln::onchain::classify(facts, *closing->transaction);
    demand(std::holds_alternative<ln::onchain::TheirCurrentCommitment>(kind) ||
               std::holds_alternative<ln::onchain::TheirNextCommitment>(kind),
           "the other end does not know the commitment");
    for (const auto& [number, commitment] : closer.own_commitments) {
        if (number >= peer.channel.commitments.remote_number) continue;
        const auto past = peer.closedFacts(commitment.transaction);
        demand(std::holds_alternative<ln::onchain::TheirRevokedCommitment>(
                   ln::onchain::classify(past, commitment.transaction)),
               "a revoked commitment is not known as one");
        for (const std::uint32_t index : commitment.htlcOutputs()) {
            const auto& htlc = *commitment.outputs[index].htlc;
            demand(past.revoked.size() == 1 &&
                       std::ranges::find(past.revoked[0].htlcs, htlc) != past.revoked[0].htlcs.end(),
                   "an HTLC of a revoked commitment was not kept for the penalty");
        }
    }
    apply(peer, ch::FundingSpent{.transaction = *closing->transaction, .height = peer.context.height});
    demand(std::holds_alternative<ch::Closing>(peer.channel.phase), "the other end does not close");
}

void TwoNodes::step(std::uint32_t op) {
    TestNode& node = (op & 1) ? a : b;
    const std::uint32_t kind = (op >> 1) % 128, value = op >> 8;
    node.last_actions.clear();
    if (kind < 64) {
        if (!connected && value % 4 == 0)
            connect();
        else if (!deliver(node) && !deliver(other(node)))
            runScheduled(node);
    } else if (kind < 84) {
        runScheduled(node);
    } else if (kind < 98) {
        // From dust to half of the channel, most of them small.
        const std::int64_t sat = value % 5 == 0   ? value % 150'000
                                 : value % 3 == 0 ? value % 700
                                                  : value % 20'000;
        pay(node, {sat * 1000 + value % 1000});
    } else if (kind < 112) {
        if (node.to_settle.empty()) return;
        auto chosen = node.to_settle.begin();
        std::advance(chosen, value % node.to_settle.size());
        if (value % 3 == 0)
            fail(node, chosen->first);
        else
            fulfill(node, chosen->first);
    } else if (kind < 115) {
        apply(a, ch::UpdateFee{.request = {m_next_request++}, .feerate = {253 + value % 1500}});
    } else if (kind < 117) {
        cut();
    } else if (kind < 120) {
        connect();
    } else if (kind == 120) {
        addBlocks(value % 4 == 0 ? 1 : 0);
    } else if (kind == 121) {
        restart(node);
    } else if (kind == 122) {
        node.fail_next_write = connected;
    } else {
        node.context.now += Ticks{100};
        apply(node, ch::Tick{});
    }
    for (const TestNode* end : {&a, &b})
        demand(std::holds_alternative<ch::Normal>(end->channel.phase) ||
                   std::holds_alternative<ch::AwaitingReady>(end->channel.phase),
               "an honest channel left normal operation: " + std::string(ch::nameOf(end->channel.phase)) +
                   (std::holds_alternative<ch::Closing>(end->channel.phase)
                        ? ": " + std::get<ch::Closing>(end->channel.phase).cause.value_or("")
                        : ""));
    for (const ch::Action& action : node.last_actions)
        if (const auto* send = std::get_if<ch::SendMessage>(&action))
            if (const auto* warning = std::get_if<ln::wire::Warning>(&send->message))
                throw RuleBroken("an honest peer is warned: " + textOf(ByteView(warning->data)));
}

std::optional<std::string> runEpisode(const std::vector<std::uint32_t>& ops, const ChannelSetup& setup) {
    try {
        TwoNodes nodes(setup);
        nodes.open();
        return runEpisode(std::move(nodes), ops);
    } catch (const RuleBroken& broken) {
        return fmt::format("opening: {}", broken.what());
    }
}

std::optional<std::string> runEpisode(TwoNodes nodes, const std::vector<std::uint32_t>& ops) {
    std::size_t at = 0;
    try {
        for (const std::uint32_t op : ops) {
            nodes.step(op);
            ++at;
        }
        nodes.a.fail_next_write = nodes.b.fail_next_write = false;
        const std::uint32_t end = ops.empty() ? 0 : ops.back() >> 9;
        TestNode& last = end % 2 == 0 ? nodes.a : nodes.b;
        if (end % 3 == 0) {
            nodes.forceCloseAndCheck(last);
        } else {
            nodes.drain();
            nodes.closeTogether(last);
        }
    } catch (const RuleBroken& broken) {
        return fmt::format("step {}: {}", at, broken.what());
    }
    return std::nullopt;
}

std::vector<std::uint32_t> shrunk(std::vector<std::uint32_t> ops, const ChannelSetup& setup) {
    for (std::size_t piece = std::max<std::size_t>(1, ops.size() / 2); piece > 0; piece /= 2) {
        for (std::size_t from = 0; from < ops.size();) {
            std::vector<std::uint32_t> shorter = ops;
            const std::size_t to = std::min(ops.size(), from + piece);
            shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(from),
                          shorter.begin() + static_cast<std::ptrdiff_t>(to));
            if (runEpisode(shorter, setup))
                ops = std::move(shorter);
            else
                from = to;
        }
    }
    return ops;
}

} // namespace duplex::test
