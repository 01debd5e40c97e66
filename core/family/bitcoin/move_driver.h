#pragma once

#include "core/family/bitcoin/lightning.h"
#include "core/family/bitcoin/move_planner.h"

namespace duplex::family::bitcoin {

/// Channel stage of a phase.
/// The chain's pace over its last day, or ten minutes while too little of it is known.
std::int64_t secondsPerBlock(const light::HeaderChain& chain);

ChannelStage stageOf(const ln::channel::Channel& channel);

/// The spend of a channel's funding output, and what brought its coins to the wallet.
struct ClosingFacts {
    std::optional<duplex::bitcoin::Txid> transaction;
    std::uint32_t height = 0; // 0: in no block
    std::uint32_t waits_blocks = 0;
    bool by_commitment = false;
    std::optional<duplex::bitcoin::Satoshi> fee; // with what was too small for an output
};
ClosingFacts closingOf(const ln::channel::Channel& channel);
/// The live transaction of the wallet that brings a closed channel's coins: the agreed close itself, or the
/// sweep of our output. Children that only pay fees spend coins of the wallet too and do not count.
const wallet::HistoryEntry* payoutOf(const duplex::bitcoin::Txid& closing, const wallet::History& history);

/// Moves between the floors of one open wallet: prices them, starts them, keeps them. A move is stored before
/// anything of it leaves; its steps follow from channels and chain.
class MoveDriver {
public:
    MoveDriver(Lightning& lightning, MoveLabels labels);
    ~MoveDriver();

    /// Every row; or what is damaged. Moves that a restart cut off before anything was agreed end here.
    std::expected<void, std::string> load();

    std::expected<api::QuoteList, api::Error> quotes(const api::GetQuotes& request);
    /// Answers with the move once it is stored.
    void start(const api::StartMove& request, Answered answered);
    std::vector<ledger::Move> moves() const; // newest first
    /// Each turn of the clock and of the chain: goes on after a restart, stores what became known, tells.
    void tick();
    /// Moves by the transactions that belong to them, for the history.
    std::map<duplex::bitcoin::Txid, std::string> transactions() const;

private:
    struct Quoted {
        ledger::MoveQuote quote;
        MoveRoute route = MoveRoute::open;
        api::GetQuotes request;
        duplex::bitcoin::FeeratePerKw feerate;
        std::optional<io::Endpoint> endpoint;
    };
    struct Partner {
        std::optional<ln::NodeId> node_id;
        std::optional<io::Endpoint> endpoint;
        bool connected = false;
        std::string problem;
    };
    std::vector<Quoted> price(const api::GetQuotes& request, std::optional<duplex::bitcoin::FeeratePerKw> at);
    Quoted priceOpen(const api::GetQuotes& request, MoveMoment moment);
    std::vector<Quoted> priceCloses(const api::GetQuotes& request, const MoveMoment& moment);
    std::expected<Quoted, api::Error> chosen(const api::StartMove& request);
    Partner partnerOf(const std::string& text) const;
    std::optional<duplex::bitcoin::Satoshi> openingFee(duplex::bitcoin::Satoshi amount,
                                                       duplex::bitcoin::FeeratePerKw feerate) const;
    std::optional<duplex::bitcoin::FeeratePerKw> feerate() const;
    MoveMoment moment() const;
    MoveFacts factsOf(const MoveRecord& record, const MoveMoment& at) const;
    bool isBusy(const std::function<bool(const MoveRecord&)>& concerns) const;

    void begin(const std::string& id);
    void fund(const std::string& id);
    void close(const std::string& id);
    void agreed(const std::string& id, const ln::ChannelId& channel);
    void failed(const std::string& id, const std::string& what_happened);
    void findChannel(MoveRecord& record) const;
    void goOn(MoveRecord& record);
    void keep(const MoveRecord& record);
    void tell(const MoveRecord& record, const ledger::Move& move);

    Lightning& m_lightning;
    MoveLabels m_labels;
    std::map<std::string, MoveRecord> m_records; // by move id
    std::map<std::string, Quoted> m_quotes;      // by quote id, for quote_lifetime_s
    std::set<std::string> m_begun;               // in this run
    std::map<std::string, std::string> m_told;   // move id -> states of its steps
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace duplex::family::bitcoin
