#pragma once

#include "core/lightning/channel/advance.h"
#include "core/lightning/channel/channel_codec.h"
#include "core/lightning/channel/closed_channel.h"

#include <deque>
#include <map>
#include <stdexcept>

namespace duplex::test {

namespace ln = duplex::lightning;
namespace ch = duplex::lightning::channel;

/// A broken rule, with what broke it.
struct RuleBroken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What the payment side of a node remembers of an HTLC that it offered.
enum class PaymentState : std::uint8_t { pending, fulfilled, failed };

struct TestNode {
    std::string name;
    ch::Context context;
    ch::Channel channel;
    Bytes stored; // the row; empty before the first store
    std::map<Bytes, Bytes> revoked_rows;
    ln::keys::SignerCounters stored_counters;
    std::deque<ln::wire::Message> inbox;
    bool sign_scheduled = false;
    bool fail_next_write = false;
    bool forgotten = false;
    std::vector<ch::Action> last_actions;
    std::map<std::uint64_t, ch::HtlcAddedIrrevocably> to_settle; // incoming, by id
    std::map<ch::HtlcOrigin, PaymentState> payments;
    std::map<std::uint64_t, ch::HtlcOrigin> unanswered; // requests
    std::vector<bitcoin::Transaction> published;
    std::map<std::uint64_t, ln::commitment::CommitmentTx> own_commitments; // by number, a sample

    ch::RevokedArchive archive() const;
    ln::onchain::ClosedChannelFacts
    closedFacts(const std::optional<bitcoin::Transaction>& spend = std::nullopt) const {
        return ch::closedChannelFacts(channel, context.signer, archive(), spend);
    }
};

struct ChannelSetup {
    bitcoin::Satoshi capacity{1'000'000};
    ln::MilliSatoshi pushed{300'000'000};
    ch::Announce announce = ch::Announce::no;
};

/// Two channel ends of ours in memory, one message at a time, with every rule that can be checked from
/// outside checked at each event. Throws RuleBroken.
class TwoNodes {
public:
    explicit TwoNodes(const ChannelSetup& setup = {});

    /// Through the whole opening, up to depth; channel_ready may be still in flight.
    void open();
    /// open() and everything delivered: both normal.
    void openNormal();

    /// One event; stores, then carries out the actions. A write told to fail ends in a restart instead.
    const std::vector<ch::Action>& apply(TestNode& node, const ch::Event& event);
    /// The first message of the inbox; false when there is none.
    bool deliver(TestNode& node);
    bool runScheduled(TestNode& node);
    void connect();
    void cut();
    void restart(TestNode& node);
    void addBlocks(std::uint32_t count);
    /// Delivers and signs until nothing moves.
    void settleDown();

    /// Offers an HTLC of this amount; false when the channel refuses it.
    bool pay(TestNode& payer, ln::MilliSatoshi amount, std::uint32_t expiry_delta = 500);
    /// Fulfils or fails an incoming HTLC.
    void fulfill(TestNode& node, std::uint64_t id);
    void fail(TestNode& node, std::uint64_t id);

    /// Connects, settles all HTLCs, and demands that both ends agree in everything.
    void drain();
    void closeTogether(TestNode& asker);
    /// Publishes and checks that the other end knows the commitment, and what the penalty needs of older
    /// ones.
    void forceCloseAndCheck(TestNode& closer);

    /// One random decision (see two_nodes.cpp): what fuzzing and the simulator feed.
    void step(std::uint32_t op);

    TestNode& other(TestNode& node) { return &node == &a ? b : a; }

    TestNode a, b; // a funds
    bool connected = true;
    bitcoin::Transaction funding;

private:
    void carryOut(TestNode& node, const ch::Action& action);
    void checkRules(const TestNode& node, const ch::Outcome& outcome) const;
    void checkRest() const;
    void confirmFunding(TestNode& node);

    ChannelSetup m_setup;
    std::uint64_t m_next_payment = 1;
    std::uint64_t m_next_request = 1;
    std::map<ln::PaymentHash, ln::Preimage> m_preimages;
};

/// Runs decisions over an open channel, drains, closes; the text of the first broken rule.
std::optional<std::string> runEpisode(TwoNodes nodes, const std::vector<std::uint32_t>& ops);
/// The same over a fresh channel.
std::optional<std::string> runEpisode(const std::vector<std::uint32_t>& ops, const ChannelSetup& setup);
/// A shorter list that still breaks a rule: the failing prefix, then halves and quarters and so on left out.
std::vector<std::uint32_t> shrunk(std::vector<std::uint32_t> ops, const ChannelSetup& setup);

} // namespace duplex::test
