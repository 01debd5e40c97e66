#pragma once

#include <QObject> // first: moc cannot read <concepts> before it

#include "core/bitcoin/wire/peer.h"
#include "core/io/tcp_connection.h"
#include "core/sandbox/practice_ledger.h"

#include <memory>
#include <set>

namespace duplex::sandbox {

/// One connection to the block maker: answers what a full node with filters answers.
class PracticePeer : public QObject {
    Q_OBJECT
public:
    PracticePeer(io::TcpConnection* connection, const PracticeLedger& ledger, QObject* parent);

    void announceTip(std::uint32_t from_height);
    /// To peers that want transactions, unless they gave it to us.
    void announce(const bitcoin::Transaction& transaction);
    void tick();

signals:
    void transactionReceived(duplex::sandbox::PracticePeer* from,
                             const duplex::bitcoin::Transaction& transaction);
    void ended(duplex::sandbox::PracticePeer* peer);

private:
    void step(const bitcoin::wire::PeerEvent& event);
    void send(bitcoin::wire::Message message);
    void answer(const bitcoin::wire::Message& message);
    void answerHeaders(const bitcoin::wire::GetHeaders& request);
    void answerCheckpoints(const bitcoin::wire::GetCfCheckpt& request);
    void answerFilterHeaders(const bitcoin::wire::GetCfHeaders& request);
    void answerFilters(const bitcoin::wire::GetCfilters& request);
    void answerData(const bitcoin::wire::GetData& request);
    void askFor(const bitcoin::wire::Inv& inventory);

    const PracticeLedger& m_ledger;
    io::TcpConnection* m_connection;
    bitcoin::wire::Peer m_peer;
    bool m_wants_headers = false;
    std::set<bitcoin::Txid> m_known; // what it gave us or was told
};

} // namespace duplex::sandbox
