#pragma once

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/lightning/primitives/milli_satoshi.h"

namespace duplex::lightning::payment {

/// Amounts and flags as both payment blobs store them.
inline void writeAmount(ByteWriter& writer, MilliSatoshi amount) {
    writer.i64le(amount.value);
}
inline MilliSatoshi readAmount(ByteReader& reader) {
    const auto amount = checkedMilliSatoshi(reader.u64le());
    if (!amount) reader.fail();
    return amount.value_or(MilliSatoshi{});
}
inline bool readFlag(ByteReader& reader) {
    const std::uint8_t value = reader.u8();
    if (value > 1) reader.fail();
    return value == 1;
}
/// An enum stored as its number, first to last without gaps.
template <typename E>
E readEnum(ByteReader& reader, E first, E last) {
    const std::uint8_t value = reader.u8();
    if (value < static_cast<std::uint8_t>(first) || value > static_cast<std::uint8_t>(last)) reader.fail();
    return reader.ok() ? static_cast<E>(value) : first;
}
template <typename T>
T readTagged(ByteReader& reader) {
    return T{reader.array<T::size>()};
}

} // namespace duplex::lightning::payment
