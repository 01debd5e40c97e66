// Between the floors: quotes, moves, and what a force close would bring.

#include "core/family/bitcoin/parts.h"

namespace duplex::family::bitcoin {

MoveLabels BitcoinFamily::Parts::moveLabels() const {
    return {.own = [this] { return ownVerified(); },
            .fee = [this] { return feeVerified(); },
            .at = [this](std::int64_t height) { return verifiedAt(height, ledger::Evidence::block); }};
}

void BitcoinFamily::Parts::on(const api::GetQuotes& request, Answered answered) {
    if (!needWallet(answered)) return;
    whenCaughtUp([this, request, answered] {
        if (!needWallet(answered)) return;
        auto list = m_moves->quotes(request);
        if (!list) return fail(answered, list.error().code, list.error().message);
        answer(answered, std::move(*list));
    });
}

void BitcoinFamily::Parts::on(const api::StartMove& request, Answered answered) {
    if (!needWallet(answered)) return;
    whenCaughtUp([this, request, answered] {
        if (needWallet(answered)) m_moves->start(request, answered);
    });
}

void BitcoinFamily::Parts::on(const api::ListMoves& request, Answered answered) {
    if (!needWallet(answered)) return;
    api::MoveList list{m_moves->moves()};
    if (!request.move_id.empty()) {
        std::erase_if(list.moves, [&](const auto& move) { return move.move_id != request.move_id; });
        if (list.moves.empty())
            return fail(answered, -8,
                        "There is no move '" + request.move_id + "' among the moves of this wallet.");
    }
    answer(answered, std::move(list));
}

void BitcoinFamily::Parts::on(const api::GetForecast& request, Answered answered) {
    if (!needWallet(answered)) return;
    const auto channel = m_lightning->channels.find(request.channel_id);
    if (!channel) return fail(answered, -8, "There is no channel '" + request.channel_id + "'.");
    if (!m_lightning->isUp()) return fail(answered, -13, "The wallet is locked: unlock it first.");
    const ln::channel::Channel& value = *m_lightning->channels.all().at(*channel);
    const ChannelStage stage = stageOf(value);
    const auto* closing = std::get_if<ln::channel::Closing>(&value.phase);
    // An agreed close that no block takes can still be forced.
    const bool agreed = closing != nullptr && closing->isOnlyAgreed();
    if (!agreed && stage != ChannelStage::awaiting_funding && stage != ChannelStage::awaiting_ready &&
        stage != ChannelStage::usable && stage != ChannelStage::agreeing_close)
        return fail(
            answered, -8,
            "This channel is not open: there is nothing to foresee. How it ends stands with the channel.");
    api::Forecast forecast = m_lightning->channels.forecast(*channel);
    forecast.delay_s = forecast.delay_blocks * secondsPerBlock(chain());
    forecast.verified = ownVerified(); // our own signed commitment says so
    answer(answered, std::move(forecast));
}

api::MovesSnapshot BitcoinFamily::Parts::movesSnapshot() const {
    return {.revision = m_revision, .moves = m_moves ? m_moves->moves() : std::vector<ledger::Move>()};
}

} // namespace duplex::family::bitcoin
