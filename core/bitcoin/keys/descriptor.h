#pragma once

#include "core/bitcoin/keys/extended_key.h"

#include <expected>
#include <memory>

namespace duplex::bitcoin::keys {

enum class DescriptorError {
    invalid_character,
    missing_checksum, // asked for, but not there
    bad_checksum,
    unknown_form, // a function that this program does not read: miniscript, tr with scripts, ...
    bad_nesting,  // a form where it may not stand
    bad_origin,
    bad_key,
    bad_path,
    uncompressed_key, // in a segwit form
    bad_multipath,
    bad_address,
    bad_hex,
    bad_threshold,              // multi: no number from 1 to the count of its keys
    too_many_keys,              // multi: more than its place allows
    several_scripts,            // combo stands for several: it has no single one
    hardened_needs_private_key, // on expansion
    index_out_of_range,
};
std::string_view textOf(DescriptorError error);

/// The eight characters of BIP 380; nothing when a character is outside its set.
std::optional<std::string> descriptorChecksum(std::string_view descriptor);

/// An output script descriptor (BIP 380): pk, pkh, wpkh, sh(wpkh), multi and sortedmulti (BIP 383), combo, tr
/// with a key only, rawtr, addr, raw; keys with origins, paths, `/*` ranges and one multipath step `<0;1>`
/// (BIP 389).
class Descriptor {
public:
    enum class Checksum { optional, required };
    static std::expected<Descriptor, DescriptorError>
    parse(std::string_view text, const NetworkParameters& network, Checksum checksum = Checksum::optional);

    /// The descriptor with every private key replaced by its public key (paths stay as they are, as Core
    /// prints it), without checksum.
    std::string publicText() const;
    /// Whether `/*` stands in it.
    bool isRange() const;
    bool hasPrivateKeys() const;
    /// False for addr and raw, whose keys are unknown.
    bool isSolvable() const;
    /// Keys that one script takes: the work of scriptAt().
    std::size_t keyCount() const;
    /// One descriptor per branch of a multipath step; just this one without such a step.
    std::vector<Descriptor> branches() const;
    /// The output script; `index` is for ranges and ignored otherwise. Multipath descriptors are expanded by
    /// branches() first.
    std::expected<Script, DescriptorError> scriptAt(std::uint32_t index) const;
    /// The same scripts, each with less work; for many of them. Its publicText() is another one.
    Descriptor forManyScripts() const;

    struct Parts; // for descriptor*.cpp only
    explicit Descriptor(std::shared_ptr<const Parts> parts) : m_parts(std::move(parts)) {}

private:
    std::shared_ptr<const Parts> m_parts;
};

} // namespace duplex::bitcoin::keys
