#include "core/family/bitcoin/lightning_layer.h"

namespace duplex::family::bitcoin {

namespace {

constexpr std::int64_t msat = 1000;
constexpr std::int64_t absence_margin = 288;

class Parts {
public:
    explicit Parts(const LightningLayerFacts& facts) : m_facts(facts) {}

    /// Amounts of one state and reason are one part; the latest height counts.
    void add(ledger::PartState state, std::int64_t amount_msat, std::string_view why,
             std::int64_t until = 0) {
        if (amount_msat <= 0) return;
        const auto found = std::ranges::find_if(
            m_parts, [&](const auto& part) { return part.state == state && part.why == why; });
        if (found == m_parts.end()) {
            m_parts.push_back({state, ledger::Amount::of(amount_msat), std::string(why), until, m_facts.own});
        } else {
            found->amount.units += ledger::Amount::of(amount_msat).units;
            found->until = std::max(found->until, until);
        }
        m_sums[state] += amount_msat;
    }
    void add(const ChannelOnLayer& channel);
    std::int64_t satOf(ledger::PartState state) const {
        const auto found = m_sums.find(state);
        return found == m_sums.end() ? 0 : found->second / msat;
    }
    std::vector<ledger::BalancePart> take() { return std::move(m_parts); }

private:
    void addUsable(const ChannelOnLayer& channel);

    const LightningLayerFacts& m_facts;
    std::vector<ledger::BalancePart> m_parts;
    std::map<ledger::PartState, std::int64_t> m_sums;
};

void Parts::addUsable(const ChannelOnLayer& channel) {
    using ledger::PartState;
    const std::int64_t deposit = std::min(channel.ours_msat, channel.reserve_sat * msat);
    add(PartState::reserve, deposit,
        "Deposit: stays in each channel as long as it is open, so that cheating costs");
    if (channel.connected) {
        const std::int64_t sendable =
            std::clamp<std::int64_t>(channel.sendable_msat, 0, channel.ours_msat - deposit);
        add(PartState::spendable, sendable, "In open channels with partners that are online");
        add(PartState::reserve, channel.ours_msat - deposit - sendable,
            "Kept in each channel: for the fees of a close, should they rise, or more than one payment may "
            "carry");
    } else
        add(PartState::locked_until, channel.ours_msat - deposit,
            "The partner is offline: spendable once it is back");
    add(PartState::in_flight, channel.in_flight_out_msat, "Payments of yours on their way");
    add(PartState::pending_in, channel.in_flight_in_msat, "Payments to you on their way");
}

void Parts::add(const ChannelOnLayer& channel) {
    using ledger::PartState;
    switch (channel.stage) {
    case ChannelStage::absent:
    case ChannelStage::opening:
        return;
    case ChannelStage::awaiting_funding:
    case ChannelStage::awaiting_ready:
        return add(PartState::pending_in, channel.ours_msat, "A channel is being opened", channel.until);
    case ChannelStage::usable:
        return addUsable(channel);
    case ChannelStage::agreeing_close:
        add(PartState::pending_out, channel.ours_msat, "A channel is being closed together", channel.until);
        return add(PartState::in_flight, channel.in_flight_out_msat, "Payments of yours on their way");
    case ChannelStage::closing:
        if (!channel.back_in_wallet)
            add(PartState::pending_out, channel.ours_msat, "A closed channel's money, on its way to Bitcoin",
                channel.until);
        return add(PartState::in_flight, channel.in_flight_out_msat,
                   "Payments that a closed channel settles on Bitcoin", channel.until);
    case ChannelStage::closed:
        return;
    }
}

std::int64_t percentile(std::vector<std::int64_t> values, int percent) {
    std::ranges::sort(values);
    return values[(values.size() - 1) * static_cast<std::size_t>(percent) / 100];
}

/// Nothing before the first own payment: what others see of theirs is not known here.
void addExperience(api::LayerView& view, const LightningLayerFacts& facts) {
    if (facts.payments.empty()) return;
    std::vector<std::int64_t> fees;
    std::vector<std::int64_t> seconds;
    for (const SettledPayment& payment : facts.payments) {
        fees.push_back(payment.fee_msat);
        seconds.push_back(std::max<std::int64_t>(1, payment.seconds));
    }
    const std::int64_t fee = (percentile(fees, 50) + msat - 1) / msat;
    view.fee_sat = fee;
    view.fee = {
        .total_sat = fee, .parts = {{"routing, as your last payments paid it", fee}}, .verified = facts.own};
    const std::int64_t median = percentile(seconds, 50);
    const std::int64_t p90 = std::max(median, percentile(seconds, 90));
    view.stages = {{"settled", median, p90}};
    view.confirmation_s = median;
    view.confirmation_p90_s = p90;
}

void addWords(api::LayerView& view, const LightningLayerFacts& facts) {
    view.secured_by = "You and your partners: each holds a signed Bitcoin transaction that pays out. Whoever "
                      "publishes an old one loses everything in the channel.";
    view.payments_a_second = "not known: payments are seen by those on their way only";
    std::int64_t ours = 0;
    std::int64_t theirs = 0;
    for (const ChannelOnLayer& channel : facts.channels) {
        if (channel.stage != ChannelStage::usable) continue;
        ours += channel.ours_msat;
        theirs += channel.receivable_msat;
    }
    view.fullness = ours + theirs == 0 ? "no open channel"
                                       : std::to_string(ours / ((ours + theirs + 99) / 100)) +
                                             " % of your channels is on your side";
    view.gets_dear_when =
        "Little money is left on your side of the channels, or the way to the payee is thin.";
    view.main_risks =
        "Your partner must be online for payments, and Duplex must run now and then. Money in a "
        "channel is found again only with the words and the channel backup.";
    view.way_between_risks =
        "Opening and closing are Bitcoin payments: they cost its fees and its time. Closing "
        "without the partner takes the agreed delay.";
}

} // namespace

api::LayerView lightningLayer(const LightningLayerFacts& facts) {
    using ledger::PartState;
    api::LayerView view;
    view.layer = {.id = facts.lower + "/lightning",
                  .level = 2,
                  .settles_on = facts.lower,
                  .name = "Lightning",
                  .asset = "BTC",
                  .decimals = 11};
    view.balance.layer = view.layer.id;
    view.as_of = facts.now;
    view.verified = facts.own;
    view.balance.verified = facts.own;
    Parts parts(facts);
    std::int64_t receivable = 0;
    for (const ChannelOnLayer& channel : facts.channels) {
        parts.add(channel);
        if (channel.stage == ChannelStage::usable && channel.connected) receivable += channel.receivable_msat;
    }
    view.balance.receivable = ledger::Amount::of(receivable);
    view.receivable_sat = receivable / msat;
    view.spendable_sat = parts.satOf(PartState::spendable);
    view.locked_sat = parts.satOf(PartState::reserve) + parts.satOf(PartState::locked_until);
    view.pending_sat = parts.satOf(PartState::pending_in) + parts.satOf(PartState::pending_out) +
                       parts.satOf(PartState::in_flight);
    view.balance_sat = view.spendable_sat + view.locked_sat + view.pending_sat;
    view.balance.parts = parts.take();
    addExperience(view, facts);
    addWords(view, facts);
    return view;
}

duplex::bitcoin::Satoshi heldBack(duplex::bitcoin::Satoshi confirmed,
                                  duplex::bitcoin::Satoshi reserve_needed) {
    return std::max(duplex::bitcoin::Satoshi{0}, std::min(confirmed, reserve_needed));
}

std::int64_t safeAbsence(std::int64_t smallest_delay) {
    return smallest_delay - std::min(absence_margin, smallest_delay / 2);
}

} // namespace duplex::family::bitcoin
