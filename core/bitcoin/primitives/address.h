#pragma once

#include "core/bitcoin/primitives/network.h"

namespace duplex::bitcoin {

enum class AddressError {
    empty,
    unknown_form,
    mixed_case,
    bad_checksum,
    wrong_network,
    bad_witness_program,
    bad_length
};
/// What was wrong and what to do, for people.
std::string_view textOf(AddressError error);

/// The script an address pays to. wrong_network names an address that is good on another network.
std::expected<Script, AddressError> scriptFromAddress(std::string_view address,
                                                      const NetworkParameters& parameters);
/// The address of a script, or nothing when it has none (OP_RETURN, bare multisig, ...).
std::optional<std::string> addressOf(ByteView script, const NetworkParameters& parameters);

} // namespace duplex::bitcoin
