// Requests about the second floor and between the floors: to the drivers of the open wallet.

#include "core/family/bitcoin/parts.h"

namespace duplex::family::bitcoin {

#define DUPLEX_NOT_YET(Request)                                                                              \
    void BitcoinFamily::Parts::on(const api::Request&, Answered answered) {                                  \
        fail(answered, -32601, "This release of Duplex does not do this.");                                  \
    }
DUPLEX_NOT_YET(GetNode)
DUPLEX_NOT_YET(Connect)
DUPLEX_NOT_YET(Disconnect)
DUPLEX_NOT_YET(ListPeers)
DUPLEX_NOT_YET(FundChannel)
DUPLEX_NOT_YET(ListPeerChannels)
DUPLEX_NOT_YET(CloseChannel)
DUPLEX_NOT_YET(CreateInvoice)
DUPLEX_NOT_YET(ListInvoices)
DUPLEX_NOT_YET(WaitInvoice)
DUPLEX_NOT_YET(DeleteInvoice)
DUPLEX_NOT_YET(Pay)
DUPLEX_NOT_YET(ListPays)
DUPLEX_NOT_YET(ListFunds)
DUPLEX_NOT_YET(ListNodes)
DUPLEX_NOT_YET(ListChannels)
DUPLEX_NOT_YET(PingPeer)
#undef DUPLEX_NOT_YET

} // namespace duplex::family::bitcoin
