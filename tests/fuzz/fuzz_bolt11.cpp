#include "core/base/check.h"
#include "core/lightning/invoice/bolt11.h"

using namespace duplex;
using namespace duplex::lightning;
using namespace duplex::lightning::invoice;

namespace {
crypto::PrivateKey nodeKey() {
    return *crypto::PrivateKey::fromBytes(ByteArray<32>{1, 2, 3});
}

void signedAgain(const Invoice& invoice, const bitcoin::NetworkParameters& parameters) {
    const auto text = signInvoice(invoice, parameters, nodeKey());
    if (!text) return;
    auto again = decodeInvoice(*text, parameters);
    check(again.has_value(), "what we sign can be read");
    again->payee = invoice.payee;
    check(*again == invoice, "decode, sign, decode is the identity");
}
} // namespace

/// The input as text, and as the description and other fields of an invoice that we sign.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = textOf(ByteView(data, size));
    for (const bitcoin::Network network :
         {bitcoin::Network::main, bitcoin::Network::signet, bitcoin::Network::regtest}) {
        const auto& parameters = bitcoin::parametersOf(network);
        if (const auto invoice = decodeInvoice(text, parameters)) signedAgain(*invoice, parameters);
    }
    if (size < 16) return 0;
    Invoice invoice{.timestamp = unixTime(data[0]),
                    .description = text,
                    .min_final_cltv_expiry_delta = {static_cast<std::uint32_t>(data[1]) << 8 | data[2]},
                    .features = ourInvoiceFeatures(),
                    .payee = crypto::publicKey(nodeKey())};
    if (data[3] != 0) invoice.amount = MilliSatoshi{data[3] * 1000003LL * (data[4] + 1)};
    invoice.expiry = std::chrono::seconds(data[5] * 999);
    if (data[6] & 1) invoice.payment_metadata = Bytes(data, data + 16);
    if (data[6] & 2) invoice.route_hints.push_back({{.node_id = invoice.payee, .fee_base_msat = data[7]}});
    signedAgain(invoice, bitcoin::parametersOf(bitcoin::Network::main));
    return 0;
}
