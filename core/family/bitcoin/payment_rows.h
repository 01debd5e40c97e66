#pragma once

#include "core/lightning/payment/incoming_payment.h"
#include "core/lightning/payment/outgoing_payment.h"

#include <optional>
#include <string>

namespace duplex::family::bitcoin {

// Rows of payments: the machine's blob and what the shell knows beside it. The first byte is the version.

/// A payment of ours as the user asked for it.
struct PaymentFacts {
    std::string bolt11;
    std::string label;       // the user's
    std::string description; // the invoice's: foreign text
    UnixTime completed{};    // when it became final
    std::uint64_t created_index = 0;
    friend bool operator==(const PaymentFacts&, const PaymentFacts&) = default;
};
struct StoredPayment {
    lightning::payment::OutgoingPayment payment;
    PaymentFacts facts;
};
Bytes encodedPayment(const lightning::payment::OutgoingPayment& payment, const PaymentFacts& facts);
std::optional<StoredPayment> decodedPayment(ByteView row);

/// An invoice of ours.
struct InvoiceFacts {
    std::string bolt11;
    std::string label; // unique
    std::string description;
    UnixTime created{};
    UnixTime paid{};             // 1970: not paid
    std::uint64_t pay_index = 0; // order of being paid
    std::uint64_t created_index = 0;
    friend bool operator==(const InvoiceFacts&, const InvoiceFacts&) = default;
};
struct StoredInvoice {
    lightning::payment::IncomingPayment payment;
    InvoiceFacts facts;
};
Bytes encodedInvoice(const lightning::payment::IncomingPayment& payment, const InvoiceFacts& facts);
std::optional<StoredInvoice> decodedInvoice(ByteView row);

Bytes encodedPreimage(const lightning::Preimage& preimage);
std::optional<lightning::Preimage> decodedPreimage(ByteView row);

/// Of a request_id: which payment it began.
Bytes payRequestKey(const std::string& request_id);
Bytes encodedPayRequest(const lightning::PaymentHash& hash);
std::optional<lightning::PaymentHash> decodedPayRequest(ByteView row);

/// The last index given out of each kind; never used twice, deleted rows or not.
struct PaymentIndexes {
    std::uint64_t payments = 0;
    std::uint64_t invoices = 0;
    std::uint64_t paid = 0;
    friend bool operator==(const PaymentIndexes&, const PaymentIndexes&) = default;
};
inline constexpr std::string_view payment_indexes_key = "payment indexes";
Bytes encodedIndexes(const PaymentIndexes& indexes);
std::optional<PaymentIndexes> decodedIndexes(ByteView row);

} // namespace duplex::family::bitcoin
