#pragma once

#include <cstdint>

namespace duplex::store {

/// Proof that a turn's changes are on disk. Only a Database makes one, by a commit; whatever sends or
/// publishes demands one, so that nothing leaves that the database could forget (R1).
class Receipt {
public:
    /// Counts the commits of this run; effects are released in this order (R12).
    std::uint64_t number() const { return m_number; }

private:
    friend class Database;
    explicit Receipt(std::uint64_t number) : m_number(number) {}
    std::uint64_t m_number = 0;
};

} // namespace duplex::store
