#include "core/base/check.h"
#include "core/bitcoin/keys/mnemonic.h"
#include "core/bitcoin/primitives/address.h"
#include "core/family/bitcoin/recognise.h"
#include "core/lightning/invoice/bolt11.h"
#include "core/rpc/payment_link.h"

#include <QList>
#include <QString>

using namespace duplex;
using Kind = api::Recognised::Kind;

namespace {

const bitcoin::NetworkParameters& network = bitcoin::parametersOf(bitcoin::Network::regtest);

api::Recognised recognised(const std::string& text) {
    const family::bitcoin::RecogniseFacts facts{
        .network = network,
        .now = 1'700'000'000,
        .own_node_id = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
        .is_ours = [](const bitcoin::Script& script) { return script.bytes.size() % 2 == 1; },
        .height_of = [](const bitcoin::BlockHash& hash) -> std::optional<std::int64_t> {
            return hash.bytes[0] % 2 == 0 ? std::optional<std::int64_t>(hash.bytes[1]) : std::nullopt;
        }};
    return family::bitcoin::recognise(text, facts);
}

/// Nothing in it can turn, hide or break what stands beside it.
bool isPlain(const std::string& text) {
    return std::ranges::all_of(QString::fromStdString(text).toUcs4(), [](char32_t c) {
        const QChar::Category category = QChar::category(c);
        return QChar::isPrint(c) && category != QChar::Separator_Line &&
               category != QChar::Separator_Paragraph;
    });
}

/// What can be paid is so by the decoders too, and is found again in what was found.
void checkTargets(const api::Recognised& found) {
    if (!found.address.empty()) {
        check(found.kind == Kind::address || found.kind == Kind::link, "an address has its kind");
        check(bitcoin::scriptFromAddress(found.address, network).has_value(), "an address is one");
        check(recognised(found.address).kind == Kind::address, "an address is found again");
    }
    if (!found.invoice.empty()) {
        check(found.kind == Kind::invoice || found.kind == Kind::link, "an invoice has its kind");
        const auto invoice = lightning::invoice::decodeInvoice(found.invoice, network);
        check(invoice && invoice->payee.hex() == found.payee && invoice->payment_hash.hex() == found.hash,
              "an invoice is one");
        const auto alone = recognised(found.invoice);
        check(alone.kind == Kind::invoice && alone.expires_at == found.expires_at,
              "an invoice is found again");
        if (found.kind == Kind::invoice)
            check(found.amount_msat ==
                      (invoice->amount ? std::optional(invoice->amount->value) : std::nullopt),
                  "the amount is the invoice's");
    }
}

} // namespace

/// Any text that was pasted: an answer in words, without a stranger's control characters, that agrees with
/// the decoders of each kind, and with the RPC interface where both know payment links.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = textOf(ByteView(data, size));
    const api::Recognised found = recognised(text);
    check(!found.words.empty(), "there are words for everything");
    check(isPlain(found.words) && isPlain(found.warning) && isPlain(found.description), "words are plain");
    if (found.amount_msat)
        check(*found.amount_msat >= 0 && *found.amount_msat <= bitcoin::max_money.value * 1000,
              "an amount is money");
    checkTargets(found);
    if (found.kind == Kind::node)
        check(lightning::NodeId::fromHex(found.payee).has_value(), "a node has its id");
    if (found.kind == Kind::height)
        check(found.height >= 0 && found.height <= 999'999'999, "a height is one");
    if (found.kind == Kind::nothing)
        check(found.address.empty() && found.invoice.empty() && !found.amount_msat, "nothing is payable");
    if (const auto link = rpc::parsePaymentLink(text, network); link && !link->address.empty()) {
        check(found.kind == Kind::link, "a payment link is one");
        check(bitcoin::scriptFromAddress(found.address, network) ==
                  bitcoin::scriptFromAddress(link->address, network),
              "both pay the same address");
        check(found.amount_msat ==
                  (link->amount_sat ? std::optional(*link->amount_sat * 1000) : std::nullopt),
              "both pay the same amount");
    }
    return 0;
}
