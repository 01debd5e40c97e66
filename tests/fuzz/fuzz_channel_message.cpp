#include "core/base/check.h"
#include "tests/support/two_nodes.h"

using namespace duplex;
using namespace duplex::test;

namespace {

/// Channels at the moments in which a peer can speak: while opening, with payments in flight, after a new
/// connection, at the close.
std::vector<TestNode> moments() {
    std::vector<TestNode> nodes;
    TwoNodes opening;
    nodes.push_back(opening.b);
    opening.apply(opening.a, ch::OpenRequested{.temporary_channel_id = {{9}}, .funding_amount = {1'000'000}});
    nodes.push_back(opening.a);
    opening.deliver(opening.b);
    opening.apply(opening.b, ch::AcceptDecision{.answer = ch::AcceptDecision::Answer::accept});
    nodes.push_back(opening.b);
    TwoNodes waiting;
    waiting.open();
    nodes.push_back(waiting.b);
    TwoNodes normal;
    normal.openNormal();
    normal.pay(normal.a, {20'000'000});
    normal.pay(normal.b, {7'000'000});
    normal.settleDown();
    nodes.push_back(normal.a);
    nodes.push_back(normal.b);
    normal.pay(normal.a, {3'000'000});
    normal.runScheduled(normal.a);
    nodes.push_back(normal.a); // waits for a revocation
    normal.cut();
    normal.connect();
    nodes.push_back(normal.a);
    normal.drain();
    normal.apply(normal.a, ch::CloseRequested{.script = normal.a.context.payout_script});
    normal.deliver(normal.b);
    normal.deliver(normal.a);
    nodes.push_back(normal.a);
    return nodes;
}

/// The message with this channel's id where it names one, so that it reaches the handlers.
ln::wire::Message addressed(ln::wire::Message message, const ln::ChannelId& id) {
    std::visit(
        [&](auto& m) {
            if constexpr (requires { m.channel_id; }) m.channel_id = id;
            if constexpr (requires { m.temporary_channel_id; }) m.temporary_channel_id = id;
        },
        message);
    return message;
}

} // namespace

/// First byte: the moment. Then messages of the peer, each with its length in two bytes. Whatever comes, the
/// machine answers, conserves, says so when it has to store, and publishes no commitment that was revoked.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<TestNode> starts = moments();
    if (size == 0) return 0;
    TestNode node = starts[data[0] % starts.size()];
    ByteView input(data + 1, size - 1);
    while (input.size() >= 2) {
        const std::size_t length = std::min<std::size_t>(input[0] << 8 | input[1], input.size() - 2);
        const auto message = ln::wire::decode(input.subspan(2, length));
        input = input.subspan(2 + length);
        if (!message) continue;
        const ch::Event event = ch::MessageReceived{.message = addressed(*message, node.channel.id)};
        const ch::Outcome outcome = ch::advance(node.channel, event, node.context);
        const ch::Channel& next = outcome.next;
        if (ch::isEstablished(next)) {
            check(ch::conserves(next.terms, next.commitments), "the channel conserves");
            const auto again = ch::decodeChannel(ch::encodeChannel(next));
            check(again && ch::encodeChannel(*again) == ch::encodeChannel(next), "the channel can be stored");
        }
        if (outcome.persist == ch::Persist::no)
            check(next.commitments == node.channel.commitments ||
                      next.commitments.counters == node.channel.commitments.counters,
                  "what is signed or revoked is stored");
        for (const ch::Action& action : outcome.actions)
            if (const auto* publish = std::get_if<ch::PublishTransaction>(&action);
                publish && publish->what == ch::PublishTransaction::What::commitment)
                check(next.standing != ch::Standing::stale &&
                          ln::commitment::commitmentNumberOf(next.terms.parameters, publish->transaction)
                                  ->value == next.commitments.local_number,
                      "only our newest commitment is published");
        node.channel = next;
    }
    return 0;
}
