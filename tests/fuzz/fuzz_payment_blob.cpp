#include "core/base/check.h"
#include "core/lightning/payment/incoming_payment.h"
#include "core/lightning/payment/outgoing_payment.h"

using namespace duplex;
using namespace duplex::lightning::payment;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes(data, size);
    if (const auto payment = OutgoingPayment::fromBytes(bytes))
        check(payment->serialized() == toBytes(bytes), "a stored payment has one form");
    if (const auto payment = IncomingPayment::fromBytes(bytes)) {
        const auto again = IncomingPayment::fromBytes(payment->serialized());
        check(again && *again == *payment, "a stored payment comes back");
    }
    return 0;
}
